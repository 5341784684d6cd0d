import { describe, expect, test } from 'vitest';
import { BIG_FILE } from './harness/web-server.ts';
import { playInLab } from './run-lab.ts';
import type { AdoptScenarios } from './scenarios/adopt.ts';

describe('a stop with -I -V and a start on what it left', () => {
  const played = playInLab<AdoptScenarios>('adopt', 90);

  test('the stop leaves the table and the VIP, and ends with status 0', () => {
    const { tables, holders, status } = played('adopt');
    expect(tables.before).toHaveLength(3);
    expect(tables.stopped).toEqual(tables.before);
    expect(holders.stopped).toEqual(['lvs01']);
    expect(status).toBe(0);
  });

  test('the start finds the table right and writes nothing to it', () => {
    const { tables, writes } = played('adopt');
    expect(writes.ipvs).toEqual([]);
    expect(tables.started).toEqual(tables.before);
  });

  test('the director is master again and holds the VIP', () => {
    expect(played('adopt').holders.started).toEqual(['lvs01']);
  });

  test('a download that began before the stop ends after the start, whole', () => {
    const { who, bytes, failure } = played('adopt').download;
    expect({ bytes, failure }).toEqual({ bytes: BIG_FILE.bytes, failure: undefined });
    expect(who).toMatch(/^rs0[12]$/);
  });
});
