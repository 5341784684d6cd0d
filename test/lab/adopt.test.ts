import { describe, expect, test } from 'vitest';
import { BIG_FILE } from './harness/web-server.ts';
import { playInLab } from './run-lab.ts';
import type { AdoptScenarios } from './scenarios/adopt.ts';

describe('a stop with -I -V and a start on what it left', () => {
  const played = playInLab<AdoptScenarios>('adopt', 120);

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
