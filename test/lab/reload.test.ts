import { describe, expect, test } from 'vitest';
import { BIG_FILE } from './harness/web-server.ts';
import { playInLab } from './run-lab.ts';
import type { ReloadScenarios } from './scenarios/reload.ts';

describe('reloads of a master that serves a download', () => {
  const played = playInLab<ReloadScenarios>('reload', 90);
  const service = '-A -t 192.168.100.240:80 -s wrr';
  const first = (weight: number) => `-a -t 192.168.100.240:80 -r 192.168.100.8:80 -g -w ${weight}`;
  const second = '-a -t 192.168.100.240:80 -r 192.168.100.9:80 -g -w 2';

  test('a server that the new file adds is added, with one write', () => {
    expect(played('reload').added).toEqual([service, first(1), second]);
    expect(played('reload').writesOfAdding).toEqual({ ipvs: ['NEW_DEST'], addresses: [] });
  });

  test('a weight that the new file changes is changed', () => {
    expect(played('reload').reweighted).toEqual([service, first(5), second]);
  });

  test('a service that the new file adds is added beside the other', () => {
    expect(played('reload').secondService).toEqual([
      service,
      '-A -t 192.168.100.240:8080 -s wrr',
      first(5),
      second,
      // DR cannot map ports: a server of another port is written with the service's
      '-a -t 192.168.100.240:8080 -r 192.168.100.9:8080 -g -w 2',
    ]);
  });

  test('what the new file lacks is removed', () => {
    expect(played('reload').removed).toEqual([service, first(5)]);
  });

  test('a reload that changes nothing writes nothing', () => {
    expect(played('reload').writesOfNothing).toEqual({ ipvs: [], addresses: [] });
  });

  test('a broken file changes nothing and is reported', () => {
    const { writes, table, isRunning, complaint } = played('reload').broken;
    expect(writes).toEqual({ ipvs: [], addresses: [] });
    expect(table).toEqual([service, first(5)]);
    expect(isRunning).toBe(true);
    expect(complaint).not.toBe('');
  });

  test('the download runs through all of it, and the VIP stays', () => {
    expect(played('reload').download).toEqual({ who: 'rs01', bytes: BIG_FILE.bytes });
    expect(played('reload').vipMoves).toBe(0);
  });
});
