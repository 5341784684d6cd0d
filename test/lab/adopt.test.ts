import { describe, expect, test } from 'vitest';
import { BIG_FILE } from './harness/web-server.ts';
import { playInLab } from './run-lab.ts';
import type { AdoptScenarios } from './scenarios/adopt.ts';

const played = playInLab<AdoptScenarios>('adopt', 180);

describe('a stop with -I -V and a start on what it left', () => {
  test('the stop leaves the table and the VIP, and ends with status 0', () => {
    const { table } = played('adopt', 'before');
    expect(table).toHaveLength(3);
    expect(played('adopt', 'stopped')).toEqual({ table, holders: ['lvs01'], status: 0 });
  });

  test('the start finds the table and the VIP right and writes nothing', () => {
    expect(played('adopt', 'started').table).toEqual(played('adopt', 'before').table);
    expect(played('adopt', 'started').writes).toEqual({ ipvs: [], addresses: [] });
  });

  test('the director is master again and holds the VIP', () => {
    expect(played('adopt', 'started').holders).toEqual(['lvs01']);
  });

  test('a download that began before the stop ends after the start, whole', () => {
    const { who, bytes } = played('adopt', 'downloaded');
    expect(bytes).toBe(BIG_FILE.bytes);
    expect(['rs01', 'rs02']).toContain(who);
  });
});

describe('a start after a crash, with an edited file', () => {
  const [kept, dropped, foreign] = [
    'TCP 192.168.100.240:80',
    'TCP 192.168.100.240:443',
    'TCP 192.168.100.99:25',
  ];

  test('the crash leaves the table as it is', () => {
    expect([...played('crash', 'before').services].sort()).toEqual([kept, dropped, foreign].sort());
    expect(played('crash', 'crashed')).toEqual(played('crash', 'before'));
  });

  test('what vipd had made and the file no longer has is removed, what others made stays', () => {
    expect([...played('crash', 'started').services].sort()).toEqual([kept, foreign].sort());
  });
});
