/** Why the sample instance is master, on a good day and on a bad one. */
import type { InstanceWhy } from '../../src/vrrp/core/why.ts';
import { WALL } from './notify-samples.ts';

export const WHY: InstanceWhy = {
  sentence: 'MASTER: no master was heard',
  reason: { kind: 'none_heard' },
  split: null,
  claims: [],
  fights: [],
  order: null,
  history: [
    {
      wall: WALL - 12 * 60_000 - 3_609,
      from: 'INIT',
      to: 'BACKUP',
      effectivePriority: 100,
      reason: { kind: 'started' },
      sentence: 'started: listening for a master',
    },
    {
      wall: WALL - 12 * 60_000,
      from: 'BACKUP',
      to: 'MASTER',
      effectivePriority: 103,
      reason: { kind: 'none_heard' },
      sentence: 'no master was heard',
    },
  ],
};

/** A preferred master that is not the only one, and whose address somebody keeps removing. */
export const TROUBLED: InstanceWhy = {
  ...WHY,
  sentence:
    'MASTER although 10.0.0.2 also advertises 90 < 254: adverts from here are not reaching it over eth0',
  split: {
    rival: '10.0.0.2',
    priority: 90,
    sinceWall: WALL - 20_000,
    heard: 20,
    cause: { kind: 'adverts_lost' },
  },
  fights: [{ what: '192.168.100.240/32 dev eth0', times: 7, lastWall: WALL - 4_000 }],
  order: { kind: 'prefer', sinceWall: WALL - 600_000, untilWall: WALL + 1_200_000 },
};
