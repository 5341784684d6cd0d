/** Routes and rules of the real kernel over rtnetlink: one socket for requests, one more for each watcher. */
import { ok, type Result } from '../../base/result.ts';
import type { Route, Rule } from '../../base/routing.ts';
import type { SystemError } from '../../base/system-error.ts';
import type { IfIndex } from '../../base/units.ts';
import { NETLINK } from '../../native/constants.ts';
import type {
  RoutePlacement,
  RoutingInterest,
  RoutingKernel,
  RoutingOperation,
  RoutingState,
} from '../../ports/routing-kernel.ts';
import { decodeDatagram, type NetlinkMessage, NLM_F } from '../netlink/message.ts';
import type { NetlinkRequest, NetlinkSession } from '../netlink/session.ts';
import {
  decodeRoute,
  encodeRouteDump,
  encodeRouteToAdd,
  encodeRouteToRemove,
  ROUTE_GROUPS,
  RTM_ROUTE,
  routeProtocol,
} from '../rtnl/route.ts';
import { decodeRule, encodeRule, encodeRuleDump, RTM_RULE, RULE_GROUPS } from '../rtnl/rule.ts';
import { openNetlinkSession, openNetlinkSocket } from './netlink-socket.ts';
import { readAll } from './read-all.ts';

/** Datagrams looked at before the loop gets another turn; the rest wakes us again. */
const DATAGRAMS_PER_WAKE_MAX = 256;

const PLACEMENT_FLAGS: Readonly<Record<RoutePlacement, number>> = {
  prepend: NLM_F.CREATE,
  append: NLM_F.CREATE | NLM_F.APPEND,
  add: NLM_F.CREATE | NLM_F.EXCL,
};

/** Opened when it is first needed: most configurations have neither routes nor rules. */
export function createRoutingKernel(): RoutingKernel {
  let opened: Result<NetlinkSession, SystemError> | null = null;
  const session = (): Result<NetlinkSession, SystemError> => {
    if (opened === null || !opened.ok) opened = openNetlinkSession(NETLINK.ROUTE, { strict: true });
    return opened;
  };
  return {
    read: (interest) => {
      const open = session();
      return open.ok ? readRouting(open.value, interest) : open;
    },
    apply: (operations) => {
      const open = session();
      if (!open.ok) return operations.map(() => open.error);
      return open.value.batch(operations.map(requestOf));
    },
    watch,
  };
}

function readRouting(session: NetlinkSession, interest: RoutingInterest): Result<RoutingState, SystemError> {
  const routes: Route<IfIndex>[] = [];
  for (const of of interest.routes) {
    const read = readAll(session, { type: RTM_ROUTE.GET, body: encodeRouteDump(of) }, 'routes', decodeRoute);
    // a table that has never held a route is unknown to the kernel (ENOENT)
    if (!read.ok && read.error.code !== 'ENOENT') return read;
    const told = read.ok ? read.value : [];
    routes.push(...told.filter((r) => r.table === of.table && r.protocol === of.protocol));
  }
  const rules: Rule[] = [];
  for (const family of interest.rules) {
    const read = readAll(session, { type: RTM_RULE.GET, body: encodeRuleDump(family) }, 'rules', decodeRule);
    if (!read.ok) return read;
    rules.push(...read.value);
  }
  return ok({ routes, rules });
}

function requestOf(operation: RoutingOperation): NetlinkRequest {
  switch (operation.kind) {
    case 'add_route': {
      const { route, placement } = operation;
      // the kernel refuses to place a route that leads nowhere but as the only one
      const flags = route.via === null && route.device === null && route.nextHops.length === 0;
      return {
        type: RTM_ROUTE.NEW,
        flags: PLACEMENT_FLAGS[flags ? 'add' : placement],
        body: encodeRouteToAdd(route),
        attempted: () => `add route ${destinationText(route)}`,
      };
    }
    case 'remove_route': {
      const { route } = operation;
      const attempted = (): string => `remove route ${destinationText(route)}`;
      return { type: RTM_ROUTE.DEL, body: encodeRouteToRemove(route), attempted };
    }
    case 'add_rule': {
      const flags = NLM_F.CREATE | NLM_F.EXCL;
      const attempted = (): string => `add rule with priority ${operation.rule.priority}`;
      return { type: RTM_RULE.NEW, flags, body: encodeRule(operation.rule), attempted };
    }
    case 'remove_rule': {
      const attempted = (): string => `remove rule with priority ${operation.rule.priority}`;
      return { type: RTM_RULE.DEL, body: encodeRule(operation.rule), attempted };
    }
  }
}

const destinationText = ({ destination, table }: Route<IfIndex>): string =>
  `${destination.address}/${destination.length} in table ${table}`;

function watch(interest: RoutingInterest, onChange: () => void): Result<() => void, SystemError> {
  const groups =
    (interest.routes.length > 0 ? ROUTE_GROUPS : 0) | (interest.rules.length > 0 ? RULE_GROUPS : 0);
  const opened = openNetlinkSocket(NETLINK.ROUTE, groups);
  if (!opened.ok) return opened;
  const socket = opened.value;
  const protocols = new Set(interest.routes.map(({ protocol }) => protocol));
  const watched = socket.watch(() => {
    const { datagrams, error } = socket.receive(DATAGRAMS_PER_WAKE_MAX);
    if (error !== null || datagrams.some((datagram) => concerns(datagram, protocols))) onChange();
  });
  if (!watched.ok) {
    socket.close();
    return watched;
  }
  return ok(() => socket.close());
}

/** Garbled datagrams concern everybody: the reader looks for itself. */
function concerns(datagram: Uint8Array, protocols: ReadonlySet<number>): boolean {
  const { messages, truncated } = decodeDatagram(datagram);
  return truncated || messages.some((message) => isOfInterest(message, protocols));
}

function isOfInterest({ type, body }: NetlinkMessage, protocols: ReadonlySet<number>): boolean {
  if (type === RTM_RULE.NEW || type === RTM_RULE.DEL) return true;
  return (type === RTM_ROUTE.NEW || type === RTM_ROUTE.DEL) && protocols.has(routeProtocol(body) ?? 0);
}
