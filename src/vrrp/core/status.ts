/** What the vrrp process tells about itself: JSON-safe, read by `vipctl status`, the metrics and the dumps. */
import type { Family, IpAddress } from '../../base/ip.ts';
import type { Instant } from '../../base/units.ts';
import { entryText } from '../../config/model/routing.ts';
import type { VirtualAddress } from '../../config/model/vrrp.ts';
import { pathHeard } from './heartbeat.ts';
import { addressKey, isRouted } from './network.ts';
import type { NodeState } from './node-state.ts';
import { routingOf } from './routing.ts';
import type { Phase, RouterState } from './state.ts';
import {
  groupStatuses,
  type SyncGroupStatus,
  type TrackerStatus,
  trackerStatuses,
} from './tracker-status.ts';

import { type InstanceWhy, instanceWhy, presentReason } from './why.ts';

export type VrrpStateName = 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT';

/** Names follow keepalived's statistics; each reception check of behaviour.md section 5 has its own. */
export interface VrrpCounters {
  readonly advertsReceived: number;
  readonly advertsSent: number;
  readonly becameMaster: number;
  readonly releasedMaster: number;
  readonly packetLengthErrors: number;
  readonly checksumErrors: number;
  readonly versionErrors: number;
  readonly ttlErrors: number;
  readonly invalidTypeReceived: number;
  readonly advertIntervalErrors: number;
  readonly addressListErrors: number;
  readonly invalidAuthType: number;
  readonly authTypeMismatch: number;
  readonly authFailures: number;
  readonly hmacMissing: number;
  readonly hmacMalformed: number;
  readonly hmacUnknownKey: number;
  readonly hmacInvalid: number;
  readonly hmacStale: number;
  readonly hmacReplayed: number;
  readonly priorityZeroReceived: number;
  readonly priorityZeroSent: number;
  readonly gratuitousArpsSent: number;
  /** times that another master was there that did not give in */
  readonly splitsSeen: number;
}

export interface VrrpInstanceStatus {
  readonly name: string;
  readonly interface: string;
  readonly vrid: number;
  readonly version: 2 | 3;
  readonly family: Family;
  readonly state: VrrpStateName;
  /** one sentence: why the instance is in this state */
  readonly reason: string;
  /** the same with what it is made of, and how it came to this */
  readonly why: InstanceWhy;
  readonly basePriority: number;
  readonly effectivePriority: number;
  readonly advertIntervalMicros: number;
  /** the master this instance last heard; null when it is master itself or heard none */
  readonly master: { readonly address: IpAddress; readonly priority: number } | null;
  /** what was last heard over each path; empty where there is only one */
  readonly paths: readonly {
    readonly interface: string;
    readonly main: boolean;
    /** null: nothing was heard yet */
    readonly last: {
      readonly source: IpAddress;
      readonly priority: number;
      /** milliseconds since 1970 */
      readonly wall: number;
    } | null;
  }[];
  readonly addresses: readonly {
    readonly address: IpAddress;
    readonly prefixLength: number;
    readonly interface: string;
    readonly excluded: boolean;
    /** on the interface now, put there by this instance */
    readonly held: boolean;
  }[];
  /** virtual routes and rules, as one line each */
  readonly routing: readonly {
    readonly kind: 'route' | 'rule';
    readonly text: string;
    /** in the kernel now, put there by this instance */
    readonly held: boolean;
  }[];
  /** milliseconds since 1970; null before the first transition */
  readonly lastTransitionWall: number | null;
  readonly counters: VrrpCounters;
}

export interface VrrpStatus {
  readonly instances: readonly VrrpInstanceStatus[];
  readonly groups: readonly SyncGroupStatus[];
  readonly trackers: readonly TrackerStatus[];
  /** packets dropped before they reached an instance: unknown VRID, not VRRP, socket overrun */
  readonly strayPackets: number;
}

export const NO_COUNTS: VrrpCounters = {
  advertsReceived: 0,
  advertsSent: 0,
  becameMaster: 0,
  releasedMaster: 0,
  packetLengthErrors: 0,
  checksumErrors: 0,
  versionErrors: 0,
  ttlErrors: 0,
  invalidTypeReceived: 0,
  advertIntervalErrors: 0,
  addressListErrors: 0,
  invalidAuthType: 0,
  authTypeMismatch: 0,
  authFailures: 0,
  hmacMissing: 0,
  hmacMalformed: 0,
  hmacUnknownKey: 0,
  hmacInvalid: 0,
  hmacStale: 0,
  hmacReplayed: 0,
  priorityZeroReceived: 0,
  priorityZeroSent: 0,
  gratuitousArpsSent: 0,
  splitsSeen: 0,
};

/** keepalived's names; RFC 9568 calls MASTER Active, and does not know FAULT. */
export const STATE_NAME: Readonly<Record<Phase['kind'], VrrpStateName>> = {
  initialize: 'INIT',
  backup: 'BACKUP',
  master: 'MASTER',
  fault: 'FAULT',
};

/** `wallOf` turns an instant of the core's clock into milliseconds since 1970. */
export function statusOf(node: NodeState, wallOf: (at: Instant) => number): VrrpStatus {
  return {
    instances: node.routers.map((router) => instanceStatus(router, node, wallOf)),
    groups: groupStatuses(node),
    trackers: trackerStatuses(node),
    strayPackets: node.strayPackets,
  };
}

function instanceStatus(
  router: RouterState,
  node: NodeState,
  wallOf: (at: Instant) => number,
): VrrpInstanceStatus {
  const { config, phase } = router;
  const holds = phase.kind === 'master' || (phase.kind === 'backup' && phase.adopting);
  const describe = (address: VirtualAddress, excluded: boolean): VrrpInstanceStatus['addresses'][number] => ({
    address: address.address,
    prefixLength: address.prefixLength,
    interface: address.interface,
    excluded,
    held: holds && node.network.addresses.has(addressKey(address)),
  });
  return {
    name: config.name,
    interface: config.interface,
    vrid: config.vrid,
    version: config.version,
    family: config.family,
    state: STATE_NAME[phase.kind],
    reason: presentReason(router),
    // made when somebody reads it: the simulator asks for a status after each event
    get why() {
      return instanceWhy(router, wallOf);
    },
    basePriority: config.priority,
    effectivePriority: router.effectivePriority,
    advertIntervalMicros: config.advertInterval,
    master: phase.kind === 'backup' ? phase.master : null,
    paths: pathStatuses(router, wallOf),
    addresses: [
      ...config.virtualAddresses.map((address) => describe(address, false)),
      ...config.excludedAddresses.map((address) => describe(address, true)),
    ],
    routing: routingOf(config).map((entry) => ({
      kind: entry.kind,
      text: entryText(entry),
      held: holds && isRouted(node.network, entry),
    })),
    lastTransitionWall: router.changedAt === null ? null : wallOf(router.changedAt),
    counters: router.counters,
  };
}

function pathStatuses(router: RouterState, wallOf: (at: Instant) => number): VrrpInstanceStatus['paths'] {
  const { config } = router;
  if (config.heartbeats.length === 0) return [];
  const names = new Set([config.interface, ...config.heartbeats.map((path) => path.interface)]);
  return [...names].map((name) => {
    const heard = pathHeard(router, name);
    const last =
      heard === null ? null : { source: heard.source, priority: heard.priority, wall: wallOf(heard.at) };
    return { interface: name, main: name === config.interface, last };
  });
}
