import { describe, expect, test } from 'vitest';
import { playInLab } from './run-lab.ts';
import type { SyncScenarios } from './scenarios/sync.ts';

const played = playInLab<SyncScenarios>('sync', 200);

const line = (role: string, id: number, rest: string): string =>
  `${role} sync daemon (mcast=eth0, syncid=${id}${rest})`;
const GIVEN = ', maxlen=1400, group=224.0.0.90, port=9000, ttl=2';

describe('a sync daemon that follows an instance (behaviour.md section 17)', () => {
  test('sends on the master and listens on the backup, with all that the file gives', () => {
    expect(played('sync', 'start')).toEqual({
      lvs01: [line('master', 51, GIVEN)],
      lvs02: [line('backup', 51, GIVEN)],
    });
  });

  test('a download survives the death of the director that carries it', () => {
    const { bytes, whole, failure } = played('sync', 'download');
    expect({ bytes, failure }).toEqual({ bytes: whole, failure: null });
  });

  test('and without the sync daemon it does not', () => {
    const { bytes, whole } = played('without', 'download');
    expect(bytes).toBeLessThan(whole);
  });

  test('the roles change with the instance, there and back', () => {
    expect(played('sync', 'takeover').lvs02).toEqual([line('master', 51, GIVEN)]);
    expect(played('sync', 'takenBack')).toEqual(played('sync', 'start'));
  });

  test('a reload gives the new parameters, or ends it; a stop leaves none behind', () => {
    expect(played('sync', 'reloaded').lvs01.join()).toContain('syncid=77');
    expect(played('sync', 'dropped').lvs01).toEqual([]);
    expect(played('sync', 'stopped')).toEqual({ lvs01: [], lvs02: [] });
  });
});

test('without an instance both roles run, with id 0', () => {
  expect(played('sync', 'alone').map((daemon) => daemon.split(', maxlen')[0])).toEqual([
    'master sync daemon (mcast=eth0, syncid=0',
    'backup sync daemon (mcast=eth0, syncid=0',
  ]);
});
