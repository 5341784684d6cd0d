/** The cluster that a run simulates, as plain data: which machines there are and what their configuration files say. A change
 *  of the files is data as well; machines read them when they start and when they reload, each in its own time. */
import type { IpAddress } from '../base/ip.ts';
import type { MacAddress } from '../base/mac.ts';
import { exhaustive } from '../base/never.ts';
import type { InterfaceName, Micros, Priority } from '../base/units.ts';
import type { GarpSettings, VirtualAddress, VrrpInstance, VrrpScript } from '../config/model/vrrp.ts';
import type { VrrpPart } from '../vrrp/shell/process.ts';
import { vrrpInstance, vrrpPart } from './topology.ts';

export interface HostPlan {
  readonly name: string;
  /** the first is the one that most faults are about */
  readonly links: readonly [LinkPlan, ...LinkPlan[]];
}

export interface LinkPlan {
  readonly name: InterfaceName;
  /** links of one segment hear each other */
  readonly segment: string;
  readonly mac: MacAddress;
  /** the host's own, of both families */
  readonly addresses: readonly IpAddress[];
}

/** Where the link is plugged in. */
export const portOf = ({ name, links }: HostPlan, link: LinkPlan): string =>
  link === links[0] ? name : `${name}/${link.name}`;

export const addressesOfHost = ({ links }: HostPlan): readonly IpAddress[] =>
  links.flatMap(({ addresses }) => addresses);

/** What all routers of a segment agree on for one VRID, or should. */
export interface Ring {
  readonly vrid: number;
  /** by the host's name */
  readonly members: ReadonlyMap<string, VrrpInstance>;
  /** hosts whose file does not have the instance at present */
  readonly absent: ReadonlySet<string>;
}

export const memberOf = ({ members, absent }: Ring, host: string): VrrpInstance | null =>
  absent.has(host) ? null : (members.get(host) ?? null);

export interface Cluster {
  readonly hosts: readonly HostPlan[];
  readonly rings: readonly Ring[];
  /** VRIDs that are one sync group on every host; a VRID is in one at most */
  readonly groups: readonly (readonly number[])[];
  /** what instances may track */
  readonly script: VrrpScript | null;
  /** garp_interval and gna_interval */
  readonly pace: Micros;
}

/** What an operator does to the configuration files. */
export type Change =
  | {
      readonly kind: 'set_priority';
      readonly vrid: number;
      readonly host: string;
      readonly priority: Priority;
    }
  | { readonly kind: 'set_preempt'; readonly vrid: number; readonly host: string; readonly preempt: boolean }
  | {
      readonly kind: 'set_preempt_delay';
      readonly vrid: number;
      readonly host: string;
      readonly delay: Micros;
    }
  /** for the whole ring, as is everything that routers must agree on */
  | { readonly kind: 'set_interval'; readonly vrid: number; readonly interval: Micros }
  | { readonly kind: 'add_address'; readonly vrid: number; readonly address: VirtualAddress }
  | { readonly kind: 'drop_address'; readonly vrid: number }
  | { readonly kind: 'set_garp'; readonly vrid: number; readonly garp: Partial<GarpSettings> }
  /** the host has the instance no more, or again */
  | { readonly kind: 'leave' | 'join'; readonly vrid: number; readonly host: string };

/** What the configuration file of a host says. */
export function partOf(cluster: Cluster, host: string): VrrpPart {
  const { script, pace } = cluster;
  const instances = cluster.rings.flatMap((ring) => memberOf(ring, host) ?? []);
  const { notify } = vrrpInstance();
  const groups = cluster.groups.flatMap((vrids, i) => {
    const members = instances.filter(({ vrid }) => vrids.includes(vrid)).map(({ name }) => name);
    return members.length > 1 ? [{ name: `VG_${i + 1}`, members, trackingWeight: false, notify }] : [];
  });
  return vrrpPart(
    instances,
    { garpInterval: pace, gnaInterval: pace },
    {
      vrrpSyncGroups: groups,
      vrrpScripts: script === null ? [] : [script],
      trackFiles: [{ name: 'load', path: '/run/load', weight: 1, reverse: false, initial: null }],
    },
  );
}

/** The rings that move together with this one, itself included. */
export function together({ rings, groups }: Cluster, vrid: number): readonly Ring[] {
  const vrids = groups.find((group) => group.includes(vrid)) ?? [vrid];
  return rings.filter((ring) => vrids.includes(ring.vrid));
}

/** What members of one group must have in common changes for all of them: priorities that part would never settle. */
export function changed(cluster: Cluster, change: Change): Cluster {
  const touched = together(cluster, change.vrid);
  switch (change.kind) {
    case 'set_priority': {
      const { host, priority } = change;
      return onHost(cluster, touched, host, (member) =>
        member.priority === 255 ? member : { ...member, priority },
      );
    }
    case 'set_preempt':
      return onHost(cluster, touched, change.host, (member) => ({ ...member, preempt: change.preempt }));
    case 'set_preempt_delay':
      return onHost(cluster, touched, change.host, (member) => ({ ...member, preemptDelay: change.delay }));
    case 'set_interval':
      return onAll(cluster, change.vrid, (member) => ({ ...member, advertInterval: change.interval }));
    case 'add_address':
      return onAll(cluster, change.vrid, (member) => ({
        ...member,
        virtualAddresses: [
          ...member.virtualAddresses.filter(({ address }) => address !== change.address.address),
          change.address,
        ],
      }));
    case 'drop_address':
      return onAll(cluster, change.vrid, (member) => ({
        ...member,
        virtualAddresses: member.virtualAddresses.slice(0, Math.max(1, member.virtualAddresses.length - 1)),
      }));
    case 'set_garp':
      return onAll(cluster, change.vrid, (member) => ({
        ...member,
        garp: { ...member.garp, ...change.garp },
      }));
    case 'leave':
    case 'join':
      return attended(cluster, change);
    default:
      return exhaustive(change);
  }
}

type Edit = (member: VrrpInstance) => VrrpInstance;

const onHost = (cluster: Cluster, touched: readonly Ring[], host: string, edit: Edit): Cluster =>
  onRings(cluster, touched, (ring) => {
    const member = ring.members.get(host);
    return member === undefined ? ring : { ...ring, members: new Map(ring.members).set(host, edit(member)) };
  });

const onAll = (cluster: Cluster, vrid: number, edit: Edit): Cluster => ({
  ...cluster,
  rings: cluster.rings.map((ring) =>
    ring.vrid === vrid
      ? { ...ring, members: new Map([...ring.members].map(([host, member]) => [host, edit(member)])) }
      : ring,
  ),
});

const onRings = (cluster: Cluster, touched: readonly Ring[], edit: (ring: Ring) => Ring): Cluster => ({
  ...cluster,
  rings: cluster.rings.map((ring) => (touched.includes(ring) ? edit(ring) : ring)),
});

/** The last router of a ring stays. */
function attended(
  cluster: Cluster,
  { kind, vrid, host }: Extract<Change, { kind: 'leave' | 'join' }>,
): Cluster {
  return onRings(cluster, together(cluster, vrid), (ring) => {
    const absent = new Set(ring.absent);
    if (kind === 'leave') absent.add(host);
    else absent.delete(host);
    const present = [...ring.members.keys()].filter((name) => !absent.has(name));
    return present.length === 0 ? ring : { ...ring, absent };
  });
}
