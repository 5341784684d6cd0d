/** What one checkers process leaves to the next: verdicts, retries, weights and drains by the identity of (service, server,
 *  checker), so that a restart, an upgrade or a crash is to the pool like a reload (reload.ts). It never says more than the
 *  kernel's table: a server that is missing there was taken out, if only a moment before the crash. */
import { after, type Instant, seconds } from '../../base/units.ts';
import type { Checker } from '../../config/model/lvs.ts';
import type { FoundServer } from './adoption.ts';
import { type CheckerState, newChecker } from './checker.ts';
import type { Drain } from './drain.ts';
import type { WeightEffect } from './weight.ts';

/** Verdicts of a predecessor that has been gone for longer say nothing of the servers now; drains are the operator's will and
 *  stay. The memory is written again before it is half as old. */
const VERDICTS_BELIEVED = seconds(600);

export interface Memory {
  /** when it was written */
  readonly at: Instant;
  /** by `ServiceState.key` */
  readonly services: ReadonlyMap<string, RememberedService>;
  readonly leaving: readonly RememberedDeparture[];
}

export interface RememberedService {
  readonly quorumUp: boolean;
  /** by the key in `ServiceState.servers` */
  readonly servers: ReadonlyMap<string, RememberedServer>;
}

export interface RememberedServer {
  readonly alive: boolean;
  readonly changedAt: Instant | null;
  readonly drain: Drain | null;
  readonly risingSince: Instant | null;
  /** `passing`: each has run and has nothing else to say; `new`: none has run */
  readonly checkers: 'passing' | 'new' | readonly RememberedChecker[];
}

export interface RememberedChecker {
  readonly print: string;
  readonly passing: boolean;
  readonly hasRun: boolean;
  readonly failing: number;
  readonly weight: WeightEffect | null;
}

/** What the kernel has of it stands in the kernel. */
export interface RememberedDeparture {
  /** `ServiceState.key` and the key in its `servers` */
  readonly service: string;
  readonly server: string;
  readonly destinations: readonly RememberedDestination[];
  readonly fullnat: boolean;
  readonly names: { readonly server: string; readonly service: string };
  readonly drain: Drain;
}

/** `serviceKeyText` and `destinationKeyText` */
export interface RememberedDestination {
  readonly service: string;
  readonly destination: string;
}

/** A predecessor's word for a server that the kernel's table bears out; null when there is none. */
export function recall(
  service: RememberedService | undefined,
  key: string,
  found: FoundServer,
): RememberedServer | null {
  const server = service?.servers.get(key);
  if (server === undefined) return null;
  // a lost quorum empties the pool without a word about the servers, and so does a drain
  const isTakenOut = found === 'taken_out' && service?.quorumUp === true && server.drain === null;
  return isTakenOut && server.alive ? null : server;
}

/** Whether what it says of servers may still be so. */
export const isFresh = ({ at }: Memory, now: Instant): boolean =>
  at <= now && now <= after(at, VERDICTS_BELIEVED);

/** The state that a checker had; of one that is new, what its server was. */
export function recallChecker(server: RememberedServer, checker: Checker): CheckerState {
  if (server.checkers === 'passing') return { ...newChecker(true), hasRun: true };
  const twin =
    server.checkers === 'new' ? undefined : server.checkers.find(({ print }) => print === printOf(checker));
  if (twin === undefined) return newChecker(server.alive);
  const { passing, hasRun, failing, weight } = twin;
  return { ...newChecker(passing, weight), hasRun, failing };
}

/** `alpha` asks for a pass before the first connection: a good verdict of before stands in for it only while the service, and
 *  with it connections that could be lost, is still in the kernel. */
export const isTrusted = (server: RememberedServer, checker: Checker, isInKernel: boolean): boolean =>
  !checker.alpha || !server.alive || isInKernel;

/** Tells checkers of one server apart; equal for equal parameters. FNV-1a over their JSON, and its length. */
export function printOf(checker: Checker): string {
  const text = JSON.stringify(checker);
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return `${text.length}-${hash.toString(16)}`;
}
