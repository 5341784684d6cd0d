/** What the BFD process tells about itself: JSON-safe, read by `vipctl status`, the metrics and the dumps. */
import type { IpAddress } from '../../base/ip.ts';
import type { Instant } from '../../base/units.ts';
import type { SessionStateName } from '../wire/control-packet.ts';
import { diagnosticText } from '../wire/diagnostics.ts';
import type { BfdState, DropCounters } from './node.ts';
import {
  type BfdVerdict,
  detectionTime,
  type Session,
  type SessionCounters,
  transmitInterval,
} from './session.ts';

export interface BfdStatus {
  /** in file order */
  readonly sessions: readonly BfdSessionStatus[];
  /** datagrams that changed nothing, by reason */
  readonly drops: DropCounters;
  /** datagrams that found no room in a socket */
  readonly overflowed: number;
}

export interface BfdSessionStatus {
  readonly name: string;
  readonly neighbour: IpAddress;
  readonly state: SessionStateName;
  readonly remoteState: SessionStateName;
  readonly verdict: BfdVerdict | null;
  /** texts of the diagnostics */
  readonly diagnostic: string;
  readonly remoteDiagnostic: string;
  readonly discriminator: number;
  readonly remoteDiscriminator: number;
  readonly remoteMinTxMicros: number;
  readonly remoteMinRxMicros: number;
  readonly remoteMultiplier: number;
  readonly remoteDemand: boolean;
  readonly polling: boolean;
  readonly transmitIntervalMicros: number;
  /** between the neighbour's packets */
  readonly remoteIntervalMicros: number;
  readonly detectionTimeMicros: number;
  /** how long the neighbour waits for this side */
  readonly remoteDetectionTimeMicros: number;
  /** milliseconds since 1970; null = never */
  readonly lastHeardWall: number | null;
  readonly lastTransitionWall: number | null;
  readonly counters: SessionCounters;
}

export const bfdStatusOf = (state: BfdState, wallOf: (at: Instant) => number): BfdStatus => ({
  sessions: [...state.sessions.values()].map((session) => sessionStatus(session, wallOf)),
  drops: state.drops,
  overflowed: 0,
});

function sessionStatus(session: Session, wallOf: (at: Instant) => number): BfdSessionStatus {
  const { config, remote, inUse, advertised } = session;
  const remoteInterval = remote.multiplier === 0 ? 0 : Math.max(inUse.minRx, remote.minTx);
  return {
    name: config.name,
    neighbour: config.neighbour,
    state: session.state,
    remoteState: remote.state,
    verdict: session.verdict,
    diagnostic: diagnosticText(session.diagnostic),
    remoteDiagnostic: diagnosticText(remote.diagnostic),
    discriminator: session.discriminator,
    remoteDiscriminator: remote.discriminator,
    remoteMinTxMicros: remote.minTx,
    remoteMinRxMicros: remote.multiplier === 0 ? 0 : remote.minRx,
    remoteMultiplier: remote.multiplier,
    remoteDemand: remote.demand,
    polling: session.polling,
    transmitIntervalMicros: transmitInterval(session),
    remoteIntervalMicros: remoteInterval,
    detectionTimeMicros: detectionTime(session),
    remoteDetectionTimeMicros:
      remote.multiplier === 0 ? 0 : config.multiplier * Math.max(advertised.minTx, remote.minRx),
    lastHeardWall: session.heardAt === null ? null : wallOf(session.heardAt),
    lastTransitionWall: session.changedAt === null ? null : wallOf(session.changedAt),
    counters: session.counters,
  };
}
