import { describe, expect, test } from 'vitest';
import { BIG_FILE } from './harness/web-server.ts';
import { playInLab } from './run-lab.ts';
import type { ReloadScenarios } from './scenarios/reload.ts';

describe('reloads of a master that serves a download', () => {
  const played = playInLab<ReloadScenarios>('reload', 120);
  const service = '-A -t 192.168.100.240:80 -s wrr';
  const first = (weight: number) => `-a -t 192.168.100.240:80 -r 192.168.100.8:80 -g -w ${weight}`;
  const second = '-a -t 192.168.100.240:80 -r 192.168.100.9:80 -g -w 2';

  test('a server that the new file adds is added, with one write', () => {
    expect(played('reload', 'added').table).toEqual([service, first(1), second]);
    expect(played('reload', 'added').writes).toEqual({ ipvs: ['NEW_DEST'], addresses: [] });
  });

  test('a weight that the new file changes is changed', () => {
    expect(played('reload', 'reweighted').table).toEqual([service, first(5), second]);
  });

  test("a service that the new file adds is added beside the other, its DR server with the service's port", () => {
    expect(played('reload', 'secondService').table).toEqual([
      service,
      '-A -t 192.168.100.240:8080 -s wrr',
      first(5),
      second,
      '-a -t 192.168.100.240:8080 -r 192.168.100.9:8080 -g -w 2',
    ]);
  });

  test('what the new file lacks is removed', () => {
    expect(played('reload', 'removed').table).toEqual([service, first(5)]);
  });

  test('vipctl plan tells before the reload what it will do, and after it that nothing is left to do', () => {
    expect(played('reload', 'planned')).toEqual({
      before: {
        status: 2,
        lines: [
          '- real server [192.168.100.9]:tcp:80 of [192.168.100.240]:tcp:80',
          '- virtual server [192.168.100.240]:tcp:8080',
          '0 to add, 0 to change, 2 to remove.',
        ],
      },
      after: { status: 0, lines: ['Nothing to do: everything is as the file wants it.'] },
    });
  });

  test('a reload that changes nothing writes nothing', () => {
    expect(played('reload', 'unchanged').writes).toEqual({ ipvs: [], addresses: [] });
  });

  test('a broken file changes nothing and is reported', () => {
    const { writes, table, isRunning, complaints } = played('reload', 'broken');
    expect(writes).toEqual({ ipvs: [], addresses: [] });
    expect(table).toEqual([service, first(5)]);
    expect(isRunning).toBe(true);
    expect(complaints).not.toEqual([]);
  });

  test('the download runs through all of it, and the VIP stays', () => {
    expect(played('reload', 'downloaded')).toEqual({ who: 'rs01', bytes: BIG_FILE.bytes, vipMoves: 0 });
  });
});
