/** The settings (/proc/sys/net) that an interface made for an instance and its parent need, so that each address is
 *  answered for by the interface that has it and by no other (behaviour.md section 8.1). */
import type { InterfaceName } from '../../base/units.ts';
import type { VirtualLink } from '../../config/model/virtual-link.ts';
import type { LinkState } from '../../ports/net-kernel.ts';

export interface Setting {
  /** below /proc/sys/net */
  readonly path: string;
  readonly value: number;
}

const ALL = 'all';
const ADDR_GEN_NONE = 1; // IN6_ADDR_GEN_MODE_NONE of linux/if_link.h

/** Of the new interface itself, before it is switched on; they go with it. Over IPv4 it has no IPv6 at all, and over IPv6 no
 *  address that nobody configured: a backup has nothing to send from. */
export const ownSettings = ({ name, family }: VirtualLink, hasIpv6: boolean): readonly Setting[] => [
  { path: `ipv4/conf/${name}/arp_ignore`, value: 1 },
  ...(family === 'inet'
    ? [
        { path: `ipv4/conf/${name}/accept_local`, value: 1 },
        { path: `ipv4/conf/${name}/rp_filter`, value: 0 },
        { path: `ipv4/conf/${name}/promote_secondaries`, value: 1 },
      ]
    : []),
  { path: `ipv6/conf/${name}/addr_gen_mode`, value: ADDR_GEN_NONE },
  { path: `ipv6/conf/${name}/accept_ra`, value: 0 },
  ...(hasIpv6 ? [] : [{ path: `ipv6/conf/${name}/disable_ipv6`, value: 1 }]),
];

/** Of the parents, restored when the last interface on them goes. The kernel filters by the higher of `all` and the
 *  interface's own rp_filter: `all` is lowered, and the other interfaces keep what they had of it. `read` tells a setting
 *  as it is. */
export function sharedSettings(
  links: readonly VirtualLink[],
  interfaces: readonly InterfaceName[],
  read: (path: string) => number | null,
): readonly Setting[] {
  const made = new Set(links.map(({ name }) => name));
  const parents = answeringParents(links);
  const filter = (name: string): string => `ipv4/conf/${name}/rp_filter`;
  const strictness = read(filter(ALL)) ?? 0;
  const others = interfaces.filter(
    (name) => !made.has(name) && (read(filter(name)) ?? strictness) < strictness,
  );
  const lowered =
    strictness === 0 || parents.size === 0
      ? []
      : [
          ...others.map((name) => ({ path: filter(name), value: strictness })),
          { path: filter(ALL), value: 0 },
        ];
  return [
    ...[...parents].flatMap((name) => [
      { path: `ipv4/conf/${name}/arp_ignore`, value: 1 },
      { path: `ipv4/conf/${name}/arp_filter`, value: 1 },
    ]),
    ...lowered,
  ];
}

/** ARP is IPv4's, and an ipvlan has its parent's MAC. */
const answeringParents = (links: readonly VirtualLink[]): ReadonlySet<InterfaceName> =>
  new Set(
    links.filter(({ kind, family }) => kind === 'macvlan' && family === 'inet').map(({ parent }) => parent),
  );

/** Every setting that `sharedSettings` may change: what they are before must be known to whoever restores them. */
export const sharedPaths = (
  links: readonly VirtualLink[],
  interfaces: readonly InterfaceName[],
): readonly string[] => {
  const parents = answeringParents(links);
  if (parents.size === 0) return [];
  return [
    ...[...parents].flatMap((name) => [`ipv4/conf/${name}/arp_ignore`, `ipv4/conf/${name}/arp_filter`]),
    ...[...interfaces, ALL].map((name) => `ipv4/conf/${name}/rp_filter`),
  ];
};

/** Left by a life before this one, or made as this one would: of the right kind and mode, on the right interface, with the
 *  right MAC. */
export function isMadeFor(
  link: VirtualLink,
  present: LinkState,
  links: ReadonlyMap<InterfaceName, LinkState>,
): boolean {
  const { layer } = present;
  if (layer === null || layer.kind !== link.kind) return false;
  const parent = links.get(link.parent)?.index;
  return (
    layer.parent === parent && layer.mode === link.mode && (link.mac === null || present.mac === link.mac)
  );
}
