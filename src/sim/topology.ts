/** What one seed simulates: how many routers, with which configuration. Each router has one link on the same segment and
 *  one or two instances, which all routers share. */
import { PLAIN_TRAITS } from '../base/address-traits.ts';
import { brand } from '../base/brand.ts';
import { addressBits, familyOf, type IpAddress, type Ipv4, type Ipv6, parseIp } from '../base/ip.ts';
import { invariant } from '../base/never.ts';
import type { Prng } from '../base/prng.ts';
import { NO_METRICS, PROTOCOL_KEEPALIVED, RTN, TABLE_MAIN } from '../base/routing.ts';
import { interfaceName, type Micros, micros, priority, seconds, vrid } from '../base/units.ts';
import type { VrrpGlobals } from '../config/model/global.ts';
import { NO_STATICS, type VirtualRoute, type VirtualRule } from '../config/model/routing.ts';
import type {
  VirtualAddress,
  VrrpAuthentication,
  VrrpDestination,
  VrrpInstance,
  VrrpScript,
} from '../config/model/vrrp.ts';
import type { VrrpPart } from '../vrrp/shell/process.ts';
import type { HostPlan } from './host.ts';

export const ETH0 = interfaceName('eth0');

export const address = (text: string): IpAddress => {
  const parsed = parseIp(text);
  invariant(parsed !== null, () => `not an address: ${text}`);
  return parsed;
};

export const vrrpGlobals = (changes: Partial<VrrpGlobals> = {}): VrrpGlobals => ({
  mcastGroup4: brand<Ipv4>('224.0.0.18'),
  mcastGroup6: brand<Ipv6>('ff02::12'),
  startupDelay: micros(0),
  delayAfterBoot: micros(0),
  interfaceDelays: [],
  logUnknownVrids: false,
  garpInterval: micros(0),
  gnaInterval: micros(0),
  localIgmp: true,
  garpGroups: [],
  polledLinks: [],
  firewall: { table: 'vipd', priority: -1, counters: false },
  dynamicInterfaces: true,
  ...changes,
});

export const virtualAddress = (text: string, changes: Partial<VirtualAddress> = {}): VirtualAddress => ({
  address: address(text),
  prefixLength: addressBits(familyOf(address(text))),
  interface: ETH0,
  label: null,
  scope: 0,
  broadcast: null,
  traits: PLAIN_TRAITS,
  tracked: true,
  ...changes,
});

/** A route over eth0's neighbour 192.168.100.254. */
export const virtualRoute = (
  text: string,
  changes: Partial<Omit<VirtualRoute, 'kind'>> = {},
): VirtualRoute => ({
  kind: 'route',
  route: {
    family: 'inet',
    type: RTN.unicast,
    destination: { address: address(text), length: 16 },
    from: null,
    table: TABLE_MAIN,
    protocol: PROTOCOL_KEEPALIVED,
    scope: 0,
    tos: 0,
    metric: null,
    source: null,
    via: address('192.168.100.254'),
    device: ETH0,
    onlink: false,
    encapsulation: null,
    expires: null,
    metrics: NO_METRICS,
    realms: null,
    preference: null,
    ttlPropagate: null,
    nextHops: [],
  },
  placement: 'prepend',
  vrf: null,
  tracked: true,
  ...changes,
});

/** Looks up table 100. */
export const virtualRule = (
  level: number,
  changes: Partial<Omit<VirtualRule, 'kind'>> = {},
): VirtualRule => ({
  kind: 'rule',
  rule: {
    family: 'inet',
    priority: level,
    action: { kind: 'lookup', table: 100 },
    invert: false,
    from: null,
    to: null,
    tos: 0,
    mark: null,
    realms: null,
    suppressPrefixLength: null,
    suppressGroup: null,
    iif: null,
    oif: null,
    tunnelId: null,
    users: null,
    ipProtocol: null,
    sourcePorts: null,
    destinationPorts: null,
    protocol: PROTOCOL_KEEPALIVED,
  },
  tracked: true,
  ...changes,
});

/** keepalived's defaults around the given changes. */
export const vrrpInstance = (changes: Partial<VrrpInstance> = {}): VrrpInstance => ({
  name: 'VI_1',
  interface: ETH0,
  vrid: vrid(51),
  version: 2,
  family: 'inet',
  initialState: 'BACKUP',
  priority: priority(100),
  advertInterval: seconds(1),
  preempt: true,
  preemptDelay: micros(0),
  downTimerAdverts: 3,
  authentication: { kind: 'none' },
  sourceAddress: null,
  destination: { kind: 'multicast', group: address('224.0.0.18') },
  heartbeats: [],
  virtualAddresses: [virtualAddress('192.168.100.240')],
  excludedAddresses: [],
  virtualLinks: [],
  advertInterface: ETH0,
  routes: [],
  rules: [],
  garp: {
    delay: seconds(5),
    repeat: 5,
    refresh: micros(0),
    refreshRepeat: 1,
    lowerPrioDelay: seconds(5),
    lowerPrioRepeat: 5,
  },
  strict: false,
  accept: true,
  timerExpiredBackup: null,
  receiveBuffer: { kind: 'usual' },
  trackSource: false,
  trackPrimary: true,
  trackInterfaces: [],
  trackers: [],
  skipCheckAdvAddr: false,
  checksumAsV2: false,
  ownerIgnoreAdverts: false,
  promoteSecondaries: false,
  lowerPrioNoAdvert: false,
  higherPrioSendAdvert: false,
  notify: {
    master: null,
    backup: null,
    fault: null,
    stop: null,
    any: null,
    smtpAlert: false,
    deleted: null,
    lowerPriority: null,
    priorityChanges: false,
  },
  ...changes,
});

/** To these peers, with keepalived's defaults. */
export const unicastTo = (
  peers: readonly IpAddress[],
  changes: Partial<Extract<VrrpDestination, { kind: 'unicast' }>> = {},
): VrrpDestination => ({
  kind: 'unicast',
  peers: peers.map((peer) => ({ address: peer, minTtl: null, maxTtl: null })),
  ttl: null,
  checkSource: false,
  checksum: 'detect',
  ...changes,
});

export const vrrpPart = (
  instances: readonly VrrpInstance[],
  globals: Partial<VrrpGlobals> = {},
  more: Partial<VrrpPart> = {},
): VrrpPart => ({
  global: {
    vrrp: vrrpGlobals(globals),
    scripts: { user: null, security: false, supplementaryGroups: false },
  },
  vrrpInstances: instances,
  vrrpSyncGroups: [],
  vrrpScripts: [],
  trackFiles: [],
  trackProcesses: [],
  statics: NO_STATICS,
  ...more,
});

/** What all routers of a segment agree on for one VRID, or should. */
export interface Ring {
  readonly vrid: number;
  /** the longest interval that any router uses */
  readonly interval: Micros;
  readonly members: readonly VrrpInstance[];
}

export interface Topology {
  readonly hosts: readonly HostPlan[];
  readonly rings: readonly Ring[];
  /** on every host all instances are one sync group */
  readonly grouped: boolean;
  /** what every instance tracks; the hosts' faults make it fail */
  readonly script: VrrpScript | null;
}

const HOSTS_MAX = 5;
const OVER_IPV6: Partial<VrrpInstance> = {
  family: 'inet6',
  destination: { kind: 'multicast', group: address('ff02::12') },
};

export function drawTopology(random: Prng): Topology {
  const count = random.between(2, HOSTS_MAX);
  const ringCount = random.between(1, 2);
  const grouped = ringCount > 1 && random.chance(0.5);
  const script = random.chance(0.4) ? drawScript(random.split()) : null;
  // in a group an instance has the same temper as its companions: priorities that part would never let it settle
  const tempers = Array.from({ length: count }, (_, i) => drawTemper(random, i === 0));
  const rings = Array.from({ length: ringCount }, (_, i) =>
    drawRing(random.split(), { tempers: grouped ? tempers : null, count, script, grouped }, i),
  );
  const interval = micros(random.pick([0, 0, 10_000]));
  const pacing = { garpInterval: interval, gnaInterval: interval };
  const hosts = Array.from({ length: count }, (_, i) => {
    const instances = rings.flatMap(({ members }) => members[i] ?? []);
    const { notify } = vrrpInstance();
    const members = instances.map(({ name }) => name);
    return {
      name: `r${i + 1}`,
      interface: ETH0,
      addresses: [address(`192.168.100.${101 + i}`), address(`fe80::${101 + i}`)],
      config: vrrpPart(instances, pacing, {
        vrrpSyncGroups: grouped ? [{ name: 'VG_1', members, trackingWeight: false, notify }] : [],
        vrrpScripts: script === null ? [] : [script],
      }),
    };
  });
  return { hosts, rings, grouped, script };
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

interface RingDraw {
  /** what the members are like; null draws it */
  readonly tempers: readonly Partial<VrrpInstance>[] | null;
  readonly count: number;
  readonly script: VrrpScript | null;
  readonly grouped: boolean;
}

function drawRing(random: Prng, { tempers, count, script, grouped }: RingDraw, index: number): Ring {
  const version = random.pick([2, 3] as const);
  const overIpv6 = random.chance(0.3);
  const shared = version === 2 ? seconds(random.pick([1, 2])) : seconds(random.pick([0.1, 0.5, 1]));
  // v3 routers may differ: backups follow the master's interval
  const differing = version === 3 && random.chance(0.2);
  const common: Partial<VrrpInstance> = {
    name: `VI_${index + 1}`,
    vrid: vrid(51 + index),
    version,
    ...(overIpv6 ? OVER_IPV6 : {}),
    authentication: random.pick(authentications(version, overIpv6)),
    virtualAddresses: Array.from({ length: random.between(1, 3) }, (_, i) =>
      virtualAddress(overIpv6 ? `fe80::${index}:${i + 1}` : `10.${index}.0.${i + 1}`),
    ),
    // these may be of the other family
    excludedAddresses: random.chance(0.3) ? [virtualAddress(`10.${index}.1.1`, { prefixLength: 24 })] : [],
  };
  // with weight the priorities differ while it fails; an owner and a group have none
  const weight = grouped ? 0 : random.pick([0, -30]);
  const members = Array.from({ length: count }, (_, i) => {
    const temper = tempers?.[i] ?? drawTemper(random, i === 0);
    const isOwner = temper.priority === 255;
    return vrrpInstance({
      ...common,
      ...temper,
      trackers:
        script === null
          ? []
          : [{ kind: 'script', name: script.name, weight: isOwner ? 0 : weight, reverse: false }],
      advertInterval: differing ? seconds(random.pick([0.1, 0.5, 1])) : shared,
    });
  });
  return {
    vrid: 51 + index,
    interval: micros(Math.max(...members.map(({ advertInterval }) => advertInterval))),
    members,
  };
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

/** Ties are as likely as not: three priorities for up to five routers. At most one owner. */
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
