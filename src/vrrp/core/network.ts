/** What a router knows of its links, addresses and sockets. The shell feeds it from the kernel; actions that the core
 *  emits are entered at once, so that plans of one step agree with each other. Links are known by name: an index
 *  lives and dies with its link, a name is what the configuration says. */
import { type Family, type IpAddress, isIpv4, isLinkLocal } from '../../base/ip.ts';
import type { InterfaceName } from '../../base/units.ts';
import { entryText, type RoutingEntry } from '../../config/model/routing.ts';
import type { VirtualAddress } from '../../config/model/vrrp.ts';
import type { AddressState } from '../../ports/net-kernel.ts';
import type { TrackerFact } from '../../track/core/fact.ts';

export interface LinkFact {
  readonly name: InterfaceName;
  /** IFF_UP and IFF_RUNNING */
  readonly up: boolean;
  /** IFF_UP alone: the administrator wants it up */
  readonly switchedOn: boolean;
  readonly multicast: boolean;
  /** has an Ethernet address and is not IFF_NOARP: neighbours must be told where an address lives */
  readonly announces: boolean;
  /** octets of the largest IP packet */
  readonly mtu: number;
}

export interface AddressFact {
  readonly interface: InterfaceName;
  readonly address: IpAddress;
  readonly prefixLength: number;
  /** false: the kernel said that another program or the administrator added it; null: the kernel did not say */
  readonly ours: boolean | null;
  /** IPv6: only when it is over, nothing may be sent from the address and nobody be told of it */
  readonly detection: AddressState['detection'];
}

export interface Network {
  readonly links: ReadonlyMap<InterfaceName, LinkFact>;
  /** by `addressKey`, oldest first */
  readonly addresses: ReadonlyMap<string, AddressFact>;
  /** why there is no socket, by `transportKey` */
  readonly brokenTransports: ReadonlyMap<string, string>;
  /** `entryText` of the configured routes and rules that are in the kernel */
  readonly routing: ReadonlySet<string>;
  /** what of the static entries is missing that an instance depends on, by the instance's name */
  readonly missingStatics: ReadonlyMap<string, string>;
  /** what tracked scripts, files and processes say, by `trackerKey` */
  readonly trackers: ReadonlyMap<string, TrackerFact>;
}

export const EMPTY_NETWORK: Network = {
  links: new Map(),
  addresses: new Map(),
  brokenTransports: new Map(),
  routing: new Set(),
  missingStatics: new Map(),
  trackers: new Map(),
};

/** The kernel's identity of an address: the same address with another prefix length is another one. */
export const addressKey = (fact: Pick<VirtualAddress, 'interface' | 'address' | 'prefixLength'>): string =>
  `${fact.address}/${fact.prefixLength} dev ${fact.interface}`;

/** A virtual address as it is once this process has added it. */
export const ownFact = ({ interface: name, address, prefixLength, traits }: VirtualAddress): AddressFact => ({
  interface: name,
  address,
  prefixLength,
  ours: true,
  detection: traits.detectDuplicates && !isIpv4(address) ? 'running' : 'over',
});

export const transportKey = (transport: {
  readonly interface: InterfaceName;
  readonly family: Family;
}): string => `${transport.interface} ${transport.family}`;

/** Links and addresses were read as a whole; what else was known stays. */
export const reread = (
  network: Network,
  links: readonly LinkFact[],
  addresses: readonly AddressFact[],
): Network => ({
  ...network,
  links: new Map(links.map((link) => [link.name, link])),
  addresses: new Map(addresses.map((address) => [addressKey(address), address])),
});

export const networkOf = (links: readonly LinkFact[], addresses: readonly AddressFact[]): Network =>
  reread(EMPTY_NETWORK, links, addresses);

export const isPresent = (network: Network, address: VirtualAddress): boolean =>
  network.addresses.has(addressKey(address));

export function withLink(network: Network, link: LinkFact): Network {
  return { ...network, links: new Map(network.links).set(link.name, link) };
}

/** Links that this process has switched on or off. */
export function withSwitched(network: Network, names: readonly InterfaceName[], up: boolean): Network {
  const links = new Map(network.links);
  for (const name of names) {
    const link = links.get(name);
    if (link !== undefined) links.set(name, { ...link, up, switchedOn: up });
  }
  return { ...network, links };
}

/** A link's addresses go with it. */
export function withoutLink(network: Network, name: InterfaceName): Network {
  const links = new Map(network.links);
  links.delete(name);
  const addresses = new Map([...network.addresses].filter(([, fact]) => fact.interface !== name));
  return { ...network, links, addresses };
}

export function withAddresses(network: Network, facts: readonly AddressFact[]): Network {
  const addresses = new Map(network.addresses);
  for (const fact of facts) addresses.set(addressKey(fact), fact);
  return { ...network, addresses };
}

export function withoutAddresses(
  network: Network,
  gone: readonly Pick<AddressFact, 'interface' | 'address' | 'prefixLength'>[],
): Network {
  const addresses = new Map(network.addresses);
  for (const fact of gone) addresses.delete(addressKey(fact));
  return { ...network, addresses };
}

export const isRouted = (network: Network, entry: RoutingEntry): boolean =>
  network.routing.has(entryText(entry));

export const withRouting = (network: Network, entries: readonly RoutingEntry[]): Network => ({
  ...network,
  routing: new Set([...network.routing, ...entries.map(entryText)]),
});

export function withoutRouting(network: Network, entries: readonly RoutingEntry[]): Network {
  const routing = new Set(network.routing);
  for (const entry of entries) routing.delete(entryText(entry));
  return { ...network, routing };
}

export function withTransport(network: Network, key: string, brokenBy: string | null): Network {
  const brokenTransports = new Map(network.brokenTransports);
  if (brokenBy === null) brokenTransports.delete(key);
  else brokenTransports.set(key, brokenBy);
  return { ...network, brokenTransports };
}

/** The address that adverts come from: the interface's first of the family that is not virtual (VIPs may be left from a
 *  previous run); over IPv6 a link-local one (RFC 9568 §5.1.2.1), one that is usable before one that is not yet. Null when
 *  there is none. */
export function primaryAddress(
  network: Network,
  where: { readonly interface: InterfaceName; readonly family: Family },
  isVirtual: (fact: AddressFact) => boolean,
): AddressFact | null {
  const fits = (fact: AddressFact): boolean =>
    where.family === 'inet' ? isIpv4(fact.address) : isLinkLocal(fact.address);
  let first: AddressFact | null = null;
  for (const fact of network.addresses.values()) {
    if (fact.interface !== where.interface || !fits(fact) || isVirtual(fact)) continue;
    if (fact.detection === 'over') return fact;
    first ??= fact;
  }
  return first;
}

/** The address on its interface, whatever its prefix length. */
export const addressOn = (network: Network, name: InterfaceName, address: IpAddress): AddressFact | null =>
  [...network.addresses.values()].find((fact) => fact.interface === name && fact.address === address) ?? null;
