/** Which operations lead from the addresses that are there to those that should be. Addresses named by
 *  neither list belong to others and are left alone. */
import { isIpv4 } from '../../base/ip.ts';
import type { AddressState, NetOperation, NetState } from '../../ports/net-kernel.ts';
import { addressKey, subnetKey } from './state.ts';

export interface AddressGoal {
  /** must be there afterwards */
  readonly hold: readonly AddressState[];
  /** must be gone afterwards; an address that is in both lists is held */
  readonly release: readonly AddressState[];
}

/** Each operation is legal when it is its turn, and names an address that is wrong. Removals come first,
 *  since IPv6 refuses one address with two prefix lengths; secondaries before their primary. Whether a
 *  primary takes its secondaries along is a setting (promote_secondaries, off by default): released ones are
 *  removed one by one all the same, and the others are added again, which a kernel that promotes answers with
 *  EEXIST. Held addresses on links that are not there wait. */
export function planAddresses(goal: AddressGoal, actual: NetState): readonly NetOperation[] {
  const held = new Map(goal.hold.map((a) => [addressKey(a), a]));
  const present = new Map(actual.addresses.map((a) => [addressKey(a), a]));
  const released = new Set(goal.release.map(addressKey));
  const hosts = new Set(goal.hold.filter((a) => !isIpv4(a.address)).map(hostKey));

  const isGone = (key: string, a: AddressState): boolean =>
    !held.has(key) && (released.has(key) || hosts.has(hostKey(a)));
  const gone = [...present].filter(([key, a]) => isGone(key, a)).map(([, a]) => a);
  const taken = takenAlong(gone, [...present.values()]);
  const wanted = new Map([...taken, ...held]);
  const missing = [...wanted].filter(([key]) => !present.has(key) || taken.has(key)).map(([, a]) => a);
  return [
    ...gone.sort(secondariesFirst).map((address) => ({ kind: 'remove_address', address }) as const),
    ...missing
      .filter((address) => actual.links.has(address.ifIndex))
      .map((address) => ({ kind: 'add_address', address }) as const),
  ];
}

/** The secondaries, by key, that go with the primaries among `gone` without being named there. */
function takenAlong(
  gone: readonly AddressState[],
  present: readonly AddressState[],
): ReadonlyMap<string, AddressState> {
  const subnets = new Set(gone.filter((a) => isIpv4(a.address) && !a.secondary).map(subnetKey));
  if (subnets.size === 0) return new Map();
  const named = new Set(gone.map(addressKey));
  const taken = present.filter((a) => a.secondary && !named.has(addressKey(a)) && subnets.has(subnetKey(a)));
  return new Map(taken.map((a) => [addressKey(a), a]));
}

const hostKey = (a: AddressState): string => `${a.ifIndex} ${a.address}`;
const secondariesFirst = (a: AddressState, b: AddressState): number =>
  Number(b.secondary) - Number(a.secondary);
