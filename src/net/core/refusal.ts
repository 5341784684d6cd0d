/** Which addresses the machine must not accept packets for, and what has to change in the packet filter for that. Pure. */
import { type Family, isIpv4, isLinkLocal } from '../../base/ip.ts';
import type { FirewallOrder, RefusalTable, RefusedAddress } from '../../ports/firewall.ts';

export interface Refusal extends Omit<RefusalTable, 'family'> {
  readonly addresses: readonly RefusedAddress[];
}

const FAMILIES: readonly Family[] = ['inet', 'inet6'];

/** From one refusal to another: nothing when they are equal, single addresses where only those differ, and the tables anew
 *  otherwise. `before` null: what the kernel has is not known, so what is wanted replaces it. */
export function planRefusal(before: Refusal | null, after: Refusal): readonly FirewallOrder[] {
  const renamed = before !== null && before.name !== after.name;
  const removed = renamed ? FAMILIES.flatMap((family) => removeTable(before, family)) : [];
  return [...removed, ...FAMILIES.flatMap((family) => planFamily(renamed ? null : before, after, family))];
}

/** Removes the tables that the refusal has. */
export const planAdmission = (refusal: Refusal): readonly FirewallOrder[] =>
  FAMILIES.flatMap((family) => removeTable(refusal, family));

function planFamily(before: Refusal | null, after: Refusal, family: Family): readonly FirewallOrder[] {
  const { name, priority, counters } = after;
  const table = { name, family, priority, counters };
  const wanted = ofFamily(after, family);
  const had = before === null ? [] : ofFamily(before, family);
  if (wanted.length === 0) return before === null ? [] : removeTable(before, family);
  const alike = before !== null && before.priority === priority && before.counters === counters;
  if (!alike || had.length === 0) return [{ kind: 'replace_table', table, addresses: wanted }];
  const [kept, known] = [new Set(wanted.map(keyOf)), new Set(had.map(keyOf))];
  const refuse = wanted.filter((one) => !known.has(keyOf(one)));
  const admit = had.filter((one) => !kept.has(keyOf(one)));
  return [
    ...(refuse.length > 0 ? [{ kind: 'refuse' as const, table, addresses: refuse }] : []),
    ...(admit.length > 0 ? [{ kind: 'admit' as const, table, addresses: admit }] : []),
  ];
}

const removeTable = (refusal: Refusal, family: Family): readonly FirewallOrder[] =>
  ofFamily(refusal, family).length === 0
    ? []
    : [{ kind: 'remove_table', table: { name: refusal.name, family } }];

/** What the sets tell apart: only a link-local address is another one on another interface. */
const keyOf = ({ address, interface: name }: RefusedAddress): string =>
  isLinkLocal(address) ? `${address} ${name}` : address;

/** Each once: two instances may share an address. */
const ofFamily = ({ addresses }: Refusal, family: Family): readonly RefusedAddress[] => [
  ...new Map(
    addresses
      .filter(({ address }) => (isIpv4(address) ? 'inet' : 'inet6') === family)
      .map((one) => [keyOf(one), one]),
  ).values(),
];
