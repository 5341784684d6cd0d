/** ha_suspend: the checks of a service rest while none of its addresses is on this host, as on a VRRP backup; what they
 *  found last stays (behaviour.md section 15.2). A check that is due then is put aside instead of started. */
import type { IpAddress } from '../../base/ip.ts';
import { type Instant, instant } from '../../base/units.ts';
import { entriesOf, isProbed, type VirtualServer } from '../../config/model/lvs.ts';
import { laneOf, withRunning } from './lanes.ts';
import { checksLog } from './log-events.ts';
import { serverName, serviceName } from './names.ts';
import {
  type CheckerRecord,
  logAction,
  type NodeAction,
  type NodeState,
  type Stepped,
} from './node-state.ts';

/** When a check is due that is put aside, or that is told of changes instead. */
export const NEVER = instant(Number.MAX_SAFE_INTEGER);

/** This host's addresses; null: nobody looks, and nothing rests. */
export type Addresses = ReadonlySet<IpAddress> | null;

export const isSuspended = ({ haSuspend, match }: VirtualServer, present: Addresses): boolean =>
  haSuspend &&
  present !== null &&
  !entriesOf(match).some((entry) => entry.kind === 'address' && present.has(entry.address));

export const isResting = (state: NodeState, { service }: CheckerRecord): boolean => {
  const pool = state.services.get(service);
  return pool !== undefined && isSuspended(pool.config, state.present);
};

export const putAside = (state: NodeState, record: CheckerRecord): void =>
  void state.checkers.set(record.id, { ...record, dueAt: NEVER, launchedAt: null, follows: false });

/** What rests now and did not before stops, and what rested goes on at once. */
export function addressesChanged(state: NodeState, present: Addresses, now: Instant): Stepped {
  const actions: NodeAction[] = [];
  let after: NodeState = { ...state, present };
  for (const record of state.checkers.values()) {
    const { config } = record;
    if (!isProbed(config)) continue;
    const [rested, rests] = [isResting(state, record), isResting(after, record)];
    if (rested === rests) continue;
    actions.push(lineOf(state, record, rests));
    if (!rests) wake(after, record, now);
    else if (record.launchedAt !== null) {
      actions.push({ kind: 'abort_probe', checker: record.id });
      if (!record.follows) after = { ...after, lanes: withRunning(after.lanes, laneOf(config), -1) };
      putAside(after, record);
    }
  }
  return [after, actions];
}

/** One that waits in its lane still is left there. */
export function wake(state: NodeState, record: CheckerRecord, now: Instant): void {
  const { config } = record;
  if (!isProbed(config) || record.dueAt !== NEVER) return;
  state.checkers.set(record.id, { ...record, dueAt: now });
  state.lanes[laneOf(config)].schedule.add(now, record.id);
}

function lineOf(state: NodeState, record: CheckerRecord, rests: boolean): NodeAction {
  const service = state.services.get(record.service);
  const server = service?.servers.get(record.server);
  const names =
    service === undefined || server === undefined
      ? { server: record.server, service: record.service }
      : { server: serverName(service.config, server.config), service: serviceName(service.config.match) };
  return logAction((rests ? checksLog.checkerSuspended : checksLog.checkerActivated)(names));
}
