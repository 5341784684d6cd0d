/** keepalived's defaults as models, for the simulator and for tests to change what matters to them. */
import { PLAIN_TRAITS } from '../base/address-traits.ts';
import { brand } from '../base/brand.ts';
import { addressBits, familyOf, type IpAddress, type Ipv4, type Ipv6, parseIp } from '../base/ip.ts';
import { invariant } from '../base/never.ts';
import { NO_METRICS, PROTOCOL_KEEPALIVED, RTN, TABLE_MAIN } from '../base/routing.ts';
import { interfaceName, micros, priority, seconds, vrid } from '../base/units.ts';
import type { VrrpGlobals } from '../config/model/global.ts';
import { NO_STATICS, type VirtualRoute, type VirtualRule } from '../config/model/routing.ts';
import type { VirtualAddress, VrrpDestination, VrrpInstance } from '../config/model/vrrp.ts';
import type { VrrpPart } from '../vrrp/shell/process.ts';

export const ETH0 = interfaceName('eth0');
/** on another segment */
export const ETH1 = interfaceName('eth1');

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
