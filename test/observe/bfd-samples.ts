/** A BFD session as it is configured, and as its process tells of it; and the processes of a daemon that has all of them. */
import { parseIpv4 } from '../../src/base/ip.ts';
import { invariant } from '../../src/base/never.ts';
import { millis } from '../../src/base/units.ts';
import type { BfdStatus } from '../../src/bfd/core/status.ts';
import type { BfdInstance } from '../../src/config/model/bfd.ts';
import type { ChildScheduling } from '../../src/config/model/global.ts';
import type { ChildReport } from '../../src/control/api.ts';
import { WALL } from './notify-samples.ts';

const GATEWAY = parseIpv4('192.168.100.1');
invariant(GATEWAY !== null, () => 'an address');

export const BFD_INSTANCES: readonly BfdInstance[] = [
  {
    name: 'gateway',
    neighbour: GATEWAY,
    source: null,
    minRx: millis(300),
    minTx: millis(100),
    idleTx: millis(1_000),
    multiplier: 5,
    passive: false,
    ttl: 255,
    maxHops: 0,
    ttlMin: 255,
    multihop: false,
    weight: -20,
    reverse: false,
    forVrrp: true,
    forCheckers: true,
  },
];

export const BFD: BfdStatus = {
  sessions: [
    {
      name: 'gateway',
      neighbour: GATEWAY,
      state: 'up',
      remoteState: 'up',
      verdict: 'up',
      diagnostic: 'No Diagnostic',
      remoteDiagnostic: 'Neighbor Signaled Session Down',
      discriminator: 0x1a2b3c4d,
      remoteDiscriminator: 0x00000007,
      remoteMinTxMicros: 300_000,
      remoteMinRxMicros: 300_000,
      remoteMultiplier: 3,
      remoteDemand: false,
      polling: false,
      transmitIntervalMicros: 300_000,
      remoteIntervalMicros: 300_000,
      detectionTimeMicros: 900_000,
      remoteDetectionTimeMicros: 1_500_000,
      lastHeardWall: WALL - 40,
      lastTransitionWall: WALL - 60_000,
      counters: { received: 200, sent: 190, dropped: 2, ups: 3, downs: 2 },
    },
  ],
  drops: { ttl: 2, unknown_session: 5 },
  overflowed: 0,
};

export const BFD_SCHEDULING: ChildScheduling = {
  niceness: null,
  realtimePriority: 10,
  noSwap: false,
  processors: null,
  realtimeLimit: null,
};

export const CHILDREN: readonly ChildReport[] = [
  { name: 'vrrp', pid: 4712, state: 'running', restarts: 0 },
  { name: 'checkers', pid: 4713, state: 'running', restarts: 1 },
  { name: 'bfd', pid: 4714, state: 'running', restarts: 0 },
];
