/** May a router take part at all, from which address, and with what priority: configuration and network in, verdict out.
 *  keepalived: behaviour.md sections 3, 4.7 and 6. */
import type { IpAddress } from '../../base/ip.ts';
import { exhaustive } from '../../base/never.ts';
import { type InterfaceName, type Priority, priority } from '../../base/units.ts';
import type { TrackedInterface, TrackedObject, VrrpInstance } from '../../config/model/vrrp.ts';
import { type Impact, impactOf, trackerKey } from '../../track/core/fact.ts';
import {
  type AddressFact,
  addressKey,
  addressOn,
  type LinkFact,
  type Network,
  primaryAddress,
  transportKey,
} from './network.ts';
import { type FaultCause, isOwner } from './state.ts';
import { missingLinks } from './virtual-links.ts';

export type Health =
  /** `pending` names what has to tell its first result before a router may begin, or leave FAULT */
  | { readonly kind: 'fit'; readonly source: IpAddress; readonly pending: readonly string[] }
  | { readonly kind: 'unfit'; readonly causes: readonly [FaultCause, ...FaultCause[]] };

/** `virtual` holds the `addressKey` of every virtual address of this process. */
export function assessHealth(config: VrrpInstance, network: Network, virtual: ReadonlySet<string>): Health {
  const [first, ...more] = [
    ...ownInterfaceFaults(config, network),
    ...trackedFaults(config, network),
    ...trackerFaults(config, network),
  ];
  if (first !== undefined) return { kind: 'unfit', causes: [first, ...more] };
  return sourceAddress(config, network, virtual);
}

/** clamp(base + weights, 1..254); an owner ignores weights (behaviour.md section 6). */
export function effectivePriority(config: VrrpInstance, network: Network): Priority {
  if (isOwner(config)) return config.priority;
  const links = config.trackInterfaces.reduce((total, tracked) => total + weightNow(tracked, network), 0);
  const sum = config.trackers.reduce((total, tracked) => {
    const impact = impactNow(tracked, network);
    return impact.kind === 'weight' ? total + impact.weight : total;
  }, links);
  return priority(Math.min(254, Math.max(1, config.priority + sum)));
}

/** One sentence for all causes. */
export const faultReason = (causes: readonly FaultCause[]): string => causes.map(faultText).join('; ');

function faultText(cause: FaultCause): string {
  switch (cause.kind) {
    case 'interface_missing':
      return `interface ${cause.interface} does not exist`;
    case 'interface_down':
      return `${cause.interface} ${cause.switchedOn ? 'has no carrier' : 'is switched off'}`;
    case 'interface_up':
      return `interface ${cause.interface} is up and tracked in reverse`;
    case 'no_multicast':
      return `interface ${cause.interface} cannot multicast`;
    case 'no_source_address':
      return `interface ${cause.interface} has no address to send adverts from`;
    case 'source_missing':
      return `source address ${cause.address} is not on interface ${cause.interface}`;
    case 'source_in_detection':
      return `duplicate address detection of ${cause.address} on ${cause.interface} is not over`;
    case 'source_taken':
      return `another machine has ${cause.address}, the address of ${cause.interface} to send adverts from`;
    case 'static_missing':
      return `static ${cause.what} is missing`;
    case 'no_peer':
      return 'there is no unicast_peer to send adverts to';
    case 'strict_unicast':
      return `strict mode does not allow unicast on ${cause.interface}, which can multicast`;
    case 'no_socket':
      return `there is no VRRP socket: ${cause.detail}`;
    case 'tracker':
      return cause.why;
    case 'group_member':
      return `${cause.member} of sync group ${cause.group} cannot take part: ${faultReason(cause.causes)}`;
    default:
      return exhaustive(cause);
  }
}

/** A configured source is used even where the interface does not have it, unless track_src_ip. An owner may send from a virtual address: it
 *  is its real one. Over IPv6 none is used before its duplicate address detection is over (RFC 4862 §5.4). */
function sourceAddress(config: VrrpInstance, network: Network, virtual: ReadonlySet<string>): Health {
  const { interface: name } = config;
  const isVirtual = (fact: AddressFact): boolean => virtual.has(addressKey(fact));
  const found =
    config.sourceAddress === null
      ? (primaryAddress(network, config, isVirtual) ??
        (isOwner(config) ? primaryAddress(network, config, () => false) : null))
      : addressOn(network, name, config.sourceAddress);
  const address = config.sourceAddress ?? found?.address;
  if (address === undefined) return unfit({ kind: 'no_source_address', interface: name });
  if (found === null && config.trackSource)
    return unfit({ kind: 'source_missing', interface: name, address });
  if (found?.detection === 'running') return unfit({ kind: 'source_in_detection', interface: name, address });
  if (found?.detection === 'failed') return unfit({ kind: 'source_taken', interface: name, address });
  return { kind: 'fit', source: address, pending: pendingTrackers(config, network) };
}

const unfit = (cause: FaultCause): Health => ({ kind: 'unfit', causes: [cause] });

function ownInterfaceFaults(config: VrrpInstance, network: Network): FaultCause[] {
  const link = network.links.get(config.interface);
  if (link === undefined) return [{ kind: 'interface_missing', interface: config.interface }];
  if (!link.up && config.trackPrimary) return [downCause(network, config.interface)];
  const route = routeFault(config, link);
  if (route !== null) return [route];
  const out = { interface: config.advertInterface, family: config.family };
  const broken =
    network.brokenTransports.get(transportKey(config)) ?? network.brokenTransports.get(transportKey(out));
  return broken === undefined ? [] : [{ kind: 'no_socket', detail: broken }];
}

/** behaviour.md sections 3 and 9 */
function routeFault(
  { destination, strict, interface: name }: VrrpInstance,
  link: LinkFact,
): FaultCause | null {
  if (destination.kind === 'multicast')
    return link.multicast ? null : { kind: 'no_multicast', interface: name };
  if (destination.peers.length === 0) return { kind: 'no_peer' };
  return strict && link.multicast ? { kind: 'strict_unicast', interface: name } : null;
}

/** Interfaces tracked without weight, and those that virtual addresses live on (unless no_track). */
function trackedFaults(config: VrrpInstance, network: Network): FaultCause[] {
  const faults: FaultCause[] = [...missingLinks(config, network)];
  const own = new Set(config.virtualLinks.map(({ name }) => name));
  const missing = network.missingStatics.get(config.name);
  if (missing !== undefined) faults.push({ kind: 'static_missing', what: missing });
  const homes = [...config.virtualAddresses, ...config.excludedAddresses]
    .filter((address) => address.tracked && address.interface !== config.interface)
    .filter((address) => !own.has(address.interface))
    .map((address) => address.interface);
  for (const name of new Set([...homes, ...routedInterfaces(config)]))
    if (!isUp(network, name)) faults.push(downCause(network, name));
  for (const tracked of config.trackInterfaces) {
    // the own interface is always tracked unweighted; naming it again changes nothing
    if (tracked.weight !== 0 || tracked.interface === config.interface) continue;
    const up = isUp(network, tracked.interface);
    if (tracked.reverse && up) faults.push({ kind: 'interface_up', interface: tracked.interface });
    if (!tracked.reverse && !up) faults.push(downCause(network, tracked.interface));
  }
  return faults;
}

/** `dev` of routes, `iif` and `oif` of rules; a VRRP interface of the instance itself is tracked by its own rules. */
const routedInterfaces = ({ routes, rules, interface: own }: VrrpInstance): readonly InterfaceName[] =>
  [
    ...routes.filter(({ tracked }) => tracked).map(({ route }) => route.device),
    ...rules.filter(({ tracked }) => tracked).flatMap(({ rule }) => [rule.iif, rule.oif]),
  ].filter((name): name is InterfaceName => name !== null && name !== own);

function trackerFaults({ trackers }: VrrpInstance, network: Network): FaultCause[] {
  return trackers.flatMap((tracked): FaultCause[] => {
    const impact = impactNow(tracked, network);
    return impact.kind === 'fault' ? [{ kind: 'tracker', why: impact.why }] : [];
  });
}

const pendingTrackers = ({ trackers }: VrrpInstance, network: Network): readonly string[] =>
  trackers.filter((tracked) => impactNow(tracked, network).kind === 'pending').map(trackerKey);

const impactNow = (tracked: TrackedObject, network: Network): Impact =>
  impactOf(tracked, network.trackers.get(trackerKey(tracked)) ?? { kind: 'unknown' });

/** A positive weight is a bonus while up, a negative one a penalty while down; `reverse` swaps up and down. */
function weightNow({ interface: name, weight, reverse }: TrackedInterface, network: Network): number {
  const good = isUp(network, name) !== reverse;
  const isBonus = weight > 0;
  return isBonus === good ? weight : 0;
}

const isUp = (network: Network, name: InterfaceName): boolean => network.links.get(name)?.up ?? false;

function downCause(network: Network, name: InterfaceName): FaultCause {
  const link = network.links.get(name);
  return link === undefined
    ? { kind: 'interface_missing', interface: name }
    : { kind: 'interface_down', interface: name, switchedOn: link.switchedOn };
}
