/** What the kernel does with an operation on addresses, as a pure function with its refusals: the plan is
 *  made against it, and simulated kernels run on it. After net/ipv4/devinet.c and net/ipv6/addrconf.c as
 *  documented by their answers. */
import { addressBits, familyOf, isIpv4 } from '../../base/ip.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { AddressState, NetOperation, NetState } from '../../ports/net-kernel.ts';
import { sameAddress, subnetKey, without } from './state.ts';

/** Names of errnos that the kernel answers. */
export type NetRefusal = 'ENODEV' | 'EEXIST' | 'EADDRNOTAVAIL' | 'EINVAL';

export function applyOperation(state: NetState, operation: NetOperation): Result<NetState, NetRefusal> {
  const { address } = operation;
  const possible =
    address.prefixLength >= 0 && address.prefixLength <= addressBits(familyOf(address.address));
  if (!possible) return err('EINVAL');
  if (!state.links.has(address.ifIndex)) return err('ENODEV');
  return operation.kind === 'add_address' ? add(state, address) : remove(state, address);
}

/** IPv4: a second address of one subnet becomes secondary, and must have the scope of the first. IPv6: an
 *  address is on an interface once, whatever its prefix length. */
function add(state: NetState, address: AddressState): Result<NetState, NetRefusal> {
  const onLink = state.addresses.filter((a) => a.ifIndex === address.ifIndex);
  if (!isIpv4(address.address)) {
    if (onLink.some((a) => a.address === address.address)) return err('EEXIST');
    return ok({ ...state, addresses: [...state.addresses, { ...address, label: null, secondary: false }] });
  }
  if (onLink.some((a) => sameAddress(a, address))) return err('EEXIST');
  const siblings = onLink.filter((a) => inOneSubnet(a, address));
  if (siblings.some((a) => a.scope !== address.scope)) return err('EINVAL');
  const label = address.label ?? state.links.get(address.ifIndex)?.name ?? null;
  const added = { ...address, label, secondary: siblings.length > 0 };
  return ok({ ...state, addresses: [...state.addresses, added] });
}

/** The last primary address of an IPv4 subnet takes its secondaries with it: promote_secondaries is off by
 *  default. */
function remove(state: NetState, address: AddressState): Result<NetState, NetRefusal> {
  const present = state.addresses.find((a) => sameAddress(a, address));
  if (present === undefined) return err('EADDRNOTAVAIL');
  const left = without(state, address);
  if (!isIpv4(present.address) || present.secondary) return ok({ ...state, addresses: left });
  const addresses = left.filter((a) => !(a.secondary && inOneSubnet(a, present)));
  return ok({ ...state, addresses });
}

/** Same interface, same prefix length, same network bits. */
const inOneSubnet = (a: AddressState, b: AddressState): boolean =>
  a.ifIndex === b.ifIndex && a.prefixLength === b.prefixLength && subnetKey(a) === subnetKey(b);
