/** What a seed simulates: how many routers, with which configuration. */
import { brand } from '../base/brand.ts';
import type { IpAddress } from '../base/ip.ts';
import type { MacAddress } from '../base/mac.ts';
import type { Prng } from '../base/prng.ts';
import { type Micros, micros, millis, priority, seconds, vrid } from '../base/units.ts';
import type {
  TrackedInterface,
  TrackedObject,
  VirtualAddress,
  VrrpAuthentication,
  VrrpInstance,
  VrrpScript,
} from '../config/model/vrrp.ts';
import { addressesOfHost, type Change, type Cluster, type HostPlan, type Ring } from './cluster.ts';
import { address, ETH0, ETH1, unicastTo, virtualAddress, vrrpInstance } from './topology.ts';

/** 2 to 7 routers with 1 to 4 instances, the small clusters that most people run more often than the large ones. */
const HOSTS = [2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7] as const;
const RINGS = [1, 1, 2, 2, 3, 4] as const;
const FIRST_VRID = 51;

const OVER_IPV6: Partial<VrrpInstance> = {
  family: 'inet6',
  destination: { kind: 'multicast', group: address('ff02::12') },
};

export function drawCluster(random: Prng): Cluster {
  const hosts = Array.from({ length: random.pick(HOSTS) }, (_, i) => hostPlan(i));
  const ringCount = random.pick(RINGS);
  const refresh = seconds(random.chance(0.15) ? 10 : 0);
  const groups = drawGroups(random, ringCount);
  const script = random.chance(0.4) ? drawScript(random) : null;
  const drawn = new Map<number, RingTemper>();
  const rings = Array.from({ length: ringCount }, (_, i) => {
    const together = groups.findIndex((group) => group.includes(FIRST_VRID + i));
    const shared = drawn.get(together);
    const temper = shared ?? drawRingTemper(random, hosts, { script, grouped: together >= 0 });
    if (together >= 0) drawn.set(together, temper);
    return drawRing(random.split(), i, hosts, { ...temper, refresh });
  });
  return { hosts, rings, groups, script, pace: micros(random.pick([0, 0, 10_000])) };
}

const hostPlan = (i: number): HostPlan => ({
  name: `r${i + 1}`,
  links: [
    {
      name: ETH0,
      segment: 'lan',
      mac: brand<MacAddress>(`02:00:00:00:00:0${i + 1}`),
      addresses: [address(`192.168.100.${101 + i}`), address(`fe80::${101 + i}`)],
    },
    { name: ETH1, segment: 'side', mac: brand<MacAddress>(`02:00:00:00:01:0${i + 1}`), addresses: [] },
  ],
});

/** No group, one of all rings, or one of the first two. */
function drawGroups(random: Prng, ringCount: number): Cluster['groups'] {
  if (ringCount < 2 || random.chance(0.5)) return [];
  const size = random.chance(0.5) ? ringCount : 2;
  const vrids = Array.from({ length: size }, (_, i) => FIRST_VRID + i);
  const rest = Array.from({ length: ringCount - size }, (_, i) => FIRST_VRID + size + i);
  return rest.length === 2 && random.chance(0.5) ? [vrids, rest] : [vrids];
}

const drawScript = (random: Prng): VrrpScript => ({
  name: 'chk',
  command: { argv: ['/bin/chk'], user: null },
  interval: seconds(random.pick([0.5, 1])),
  timeout: seconds(1),
  weight: 0,
  reverse: false,
  rise: random.between(1, 2),
  fall: random.between(1, 2),
  initFail: random.chance(0.2),
});

/** What the members of a ring are like beyond the protocol; the rings of one group share it. */
interface RingTemper {
  readonly members: readonly Partial<VrrpInstance>[];
}

function drawRingTemper(
  random: Prng,
  hosts: readonly HostPlan[],
  { script, grouped }: { readonly script: VrrpScript | null; readonly grouped: boolean },
): RingTemper {
  // in a group priorities must not part, so whatever is tracked means FAULT
  const weight = (...weights: readonly [number, ...number[]]): number => (grouped ? 0 : random.pick(weights));
  const trackers: TrackedObject[] = [];
  if (script !== null) {
    trackers.push({ kind: 'script', name: script.name, weight: weight(0, -30, 20), reverse: false });
  }
  if (!grouped && random.chance(0.2)) {
    trackers.push({ kind: 'file', name: 'load', weight: random.pick([1, -1]), reverse: false });
  }
  const side: TrackedInterface[] = random.chance(0.25)
    ? [{ interface: ETH1, weight: weight(0, -40, 25), reverse: false }]
    : [];
  const members = hosts.map((_, i) => {
    const temper = drawTemper(random, i === 0);
    const isOwner = temper.priority === 255;
    return {
      ...temper,
      trackers: isOwner ? trackers.map((tracked) => ({ ...tracked, weight: 0 })) : trackers,
      trackInterfaces: isOwner ? side.map((tracked) => ({ ...tracked, weight: 0 })) : side,
    };
  });
  return { members };
}

/** Ties are as likely as not: few priorities for up to seven routers. At most one owner. */
function drawTemper(random: Prng, mayOwn: boolean): Partial<VrrpInstance> {
  if (mayOwn && random.chance(0.1)) return { priority: priority(255), initialState: 'MASTER' };
  return {
    priority: priority(random.pick([50, 100, 100, 150, 200, 254])),
    initialState: random.pick(['MASTER', 'BACKUP'] as const),
    preempt: random.chance(0.8),
    preemptDelay: random.chance(0.1) ? seconds(3) : micros(0),
    lowerPrioNoAdvert: random.chance(0.1),
    higherPrioSendAdvert: random.chance(0.1),
    skipCheckAdvAddr: random.chance(0.2),
  };
}

function drawRing(
  random: Prng,
  index: number,
  hosts: readonly HostPlan[],
  { members, refresh }: RingTemper & { readonly refresh: Micros },
): Ring {
  const version = random.pick([2, 3] as const);
  const overIpv6 = random.chance(0.3);
  const unicast = random.chance(0.2);
  const shared = seconds(random.pick(version === 2 ? [1, 1, 2] : [0.1, 0.5, 1, 1]));
  // v3 routers may differ: backups follow the master's interval
  const differing = version === 3 && random.chance(0.2);
  const common: Partial<VrrpInstance> = {
    name: `VI_${index + 1}`,
    vrid: vrid(FIRST_VRID + index),
    version,
    ...(overIpv6 ? OVER_IPV6 : {}),
    authentication: random.pick(authentications(version, overIpv6)),
    downTimerAdverts: random.pick([3, 3, 3, 2, 5]),
    virtualAddresses: Array.from({ length: random.between(1, 3) }, (_, i) => vip(index, i + 1, overIpv6)),
    // these may be of the other family
    excludedAddresses: random.chance(0.3) ? [virtualAddress(`10.${index}.1.1`, { prefixLength: 24 })] : [],
    garp: { ...vrrpInstance().garp, refresh },
  };
  const drawn = hosts.map((host, i): [string, VrrpInstance] => {
    const advertInterval = differing ? seconds(random.pick([0.1, 0.5, 1])) : shared;
    const towards: Partial<VrrpInstance> = unicast ? toPeers(hosts, host, overIpv6) : {};
    return [host.name, vrrpInstance({ ...common, ...members[i], ...towards, advertInterval })];
  });
  return { vrid: FIRST_VRID + index, members: new Map(drawn), absent: new Set() };
}

const vip = (ring: number, i: number, overIpv6: boolean): VirtualAddress =>
  virtualAddress(overIpv6 ? `fe80::${ring}:${i}` : `10.${ring}.0.${i}`);

function toPeers(hosts: readonly HostPlan[], own: HostPlan, overIpv6: boolean): Partial<VrrpInstance> {
  const addressOf = (host: HostPlan): readonly IpAddress[] =>
    addressesOfHost(host).slice(overIpv6 ? 1 : 0, overIpv6 ? 2 : 1);
  return { destination: unicastTo(hosts.filter((host) => host !== own).flatMap(addressOf)) };
}

/** What goes with a version and family; without is as likely as all the others. */
function authentications(
  version: 2 | 3,
  overIpv6: boolean,
): readonly [VrrpAuthentication, ...VrrpAuthentication[]] {
  const none = { kind: 'none' } as const;
  const password = 'secret';
  if (version === 3) return [none, HMAC];
  if (overIpv6) return [none, none, HMAC, { kind: 'pass', password }];
  return [none, none, none, HMAC, { kind: 'pass', password }, { kind: 'ah', password }];
}

const HMAC: VrrpAuthentication = {
  kind: 'hmac',
  keys: [{ id: 1, secret: { kind: 'octets', hex: '0f'.repeat(32) } }],
  activeKey: 1,
  timeWindow: seconds(300),
  antiReplay: 'time',
  mode: 'enforce',
};

/** A change that an operator might make on a running cluster. */
export function drawChange(random: Prng, { rings, hosts }: Cluster): Change {
  const [firstRing, ...otherRings] = rings.map((ring) => ring.vrid);
  const [firstHost, ...otherHosts] = hosts.map(({ name }) => name);
  const of = random.pick([firstRing ?? FIRST_VRID, ...otherRings]);
  const host = random.pick([firstHost ?? 'r1', ...otherHosts]);
  const model = rings
    .find((ring) => ring.vrid === of)
    ?.members.values()
    .next().value;
  const version = model?.version ?? 3;
  switch (random.between(0, 8)) {
    case 0:
      return { kind: 'set_preempt', vrid: of, host, preempt: random.chance(0.5) };
    case 1:
      return { kind: 'set_preempt_delay', vrid: of, host, delay: seconds(random.pick([0, 2])) };
    case 2:
      return {
        kind: 'set_interval',
        vrid: of,
        interval: seconds(random.pick(version === 2 ? [1, 2] : [0.1, 0.25, 1])),
      };
    case 3: {
      const added = vip(of - FIRST_VRID, random.between(4, 6), model?.family === 'inet6');
      return { kind: 'add_address', vrid: of, address: added };
    }
    case 4:
      return { kind: 'drop_address', vrid: of };
    case 5:
      return {
        kind: 'set_garp',
        vrid: of,
        garp: { refresh: seconds(random.pick([0, 0, 10])), delay: millis(random.between(0, 5) * 1_000) },
      };
    case 6:
      return { kind: 'leave', vrid: of, host };
    case 7:
      return { kind: 'join', vrid: of, host };
    default:
      return {
        kind: 'set_priority',
        vrid: of,
        host,
        priority: priority(random.pick([50, 100, 150, 200, 254])),
      };
  }
}
