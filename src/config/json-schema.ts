/** The JSON schema (draft-07) of the model in model/: what `vipd --schema` prints and what every loaded
 *  configuration is checked against before it reaches a child. */

import { lvsGlobals, poolMatch } from './json-schema-lvs.ts';
import { groupNotify, instanceNotify, notifySettings } from './json-schema-notify.ts';
import { processSettings, vrrpGlobals } from './json-schema-settings.ts';
import { bfdInstance, initialValue, trackFile, trackProcess, vrrpScript } from './json-schema-trackers.ts';
import { SCHEDULERS } from './model/lvs.ts';
import { DNS_TYPES } from './model/network-checkers.ts';
import { routingDefinitions, statics, virtualLink, virtualRoute, virtualRule } from './routing-schema.ts';
import {
  flag,
  IPV4,
  i32,
  integer,
  interfaceName,
  ip,
  kind,
  list,
  nullable,
  object,
  oneOf,
  pattern,
  type Schema,
  shared,
  text,
  u32,
  union,
} from './schema-terms.ts';
import { httpUrlWords, login, serviceCheckers } from './service-checkers-schema.ts';

const ID = 'https://vipd.example/schema/config.json';

/** microseconds, integer; the longest keepalived accepts is 4294967295 s */
const micros = integer(0, 4_294_967_295_000_000);
const port = integer(0, 65_535);
const weight = integer(-253, 253);
const trackerWeight = integer(-254, 254);
const command = shared('command');
const forwarding = shared('forwarding');

const globalConfig = object({
  routerId: text,
  mail: object({
    server: nullable(object({ host: text, port })),
    heloName: nullable(text),
    connectTimeout: micros,
    from: nullable(text),
    recipients: list(text),
    alert: nullable(flag),
    alertVrrp: nullable(flag),
    alertChecker: nullable(flag),
    faults: flag,
    everyChecker: flag,
  }),
  scripts: object({ user: nullable(shared('user')), security: flag, supplementaryGroups: flag }),
  notify: notifySettings,
  process: processSettings,
  vrrp: vrrpGlobals,
  lvs: lvsGlobals,
  control: object({ prometheus: nullable(object({ address: ip, port: integer(1, 65_535) })) }),
});

const virtualAddress = object({
  address: ip,
  prefixLength: integer(0, 128),
  interface: interfaceName,
  label: nullable({ type: 'string', maxLength: 15 }),
  scope: integer(0, 255),
  broadcast: nullable(pattern(IPV4)),
  traits: object({
    peer: nullable(ip),
    detectDuplicates: flag,
    home: flag,
    manageTemporary: flag,
    noPrefixRoute: flag,
    autojoin: flag,
    preferredSeconds: nullable(u32),
  }),
  tracked: flag,
});

const vrrpInstance = object({
  name: { type: 'string', minLength: 1 },
  interface: interfaceName,
  vrid: integer(1, 255),
  version: oneOf(2, 3),
  family: oneOf('inet', 'inet6'),
  initialState: oneOf('MASTER', 'BACKUP'),
  priority: integer(1, 255),
  advertInterval: integer(10_000, 255_000_000),
  preempt: flag,
  preemptDelay: integer(0, 1_000_000_000),
  downTimerAdverts: integer(1, 100),
  authentication: union(
    kind('none'),
    kind('pass', { password: text }),
    kind('ah', { password: text }),
    kind('hmac', {
      keys: list(
        object({
          id: integer(1, 255),
          secret: union(
            kind('octets', { hex: pattern('^([0-9a-f]{2}){32,64}$') }),
            kind('file', { path: text }),
          ),
        }),
      ),
      activeKey: integer(1, 255),
      timeWindow: integer(1_000_000, 300_000_000),
      antiReplay: oneOf('time', 'monotonic'),
      mode: oneOf('enforce', 'permissive', 'receive-only'),
    }),
  ),
  sourceAddress: nullable(ip),
  destination: union(
    kind('multicast', { group: ip }),
    kind('unicast', {
      peers: list(
        object({ address: ip, minTtl: nullable(integer(0, 255)), maxTtl: nullable(integer(0, 255)) }),
      ),
      ttl: nullable(integer(0, 255)),
      checkSource: flag,
      checksum: oneOf('detect', 'old', 'new'),
    }),
  ),
  heartbeats: list(
    object({
      interface: interfaceName,
      destination: union(kind('multicast', { group: ip }), kind('unicast', { peers: list(ip, 1) })),
    }),
  ),
  virtualAddresses: { ...list(shared('virtualAddress')), maxItems: 255 },
  excludedAddresses: list(shared('virtualAddress')),
  virtualLinks: list(shared('virtualLink')),
  advertInterface: interfaceName,
  routes: list(shared('virtualRoute')),
  rules: list(shared('virtualRule')),
  garp: object({
    delay: micros,
    repeat: integer(1, 4_294_967_295),
    refresh: micros,
    refreshRepeat: integer(1, 4_294_967_295),
    lowerPrioDelay: micros,
    lowerPrioRepeat: u32,
  }),
  strict: flag,
  accept: flag,
  timerExpiredBackup: nullable(integer(1, 254)),
  receiveBuffer: union(
    kind('usual'),
    kind('octets', { octets: u32 }),
    kind('mtu', { times: u32 }),
    kind('advert', { times: u32 }),
  ),
  trackSource: flag,
  trackPrimary: flag,
  trackInterfaces: list(object({ interface: interfaceName, weight, reverse: flag })),
  trackers: list(
    object({
      kind: oneOf('script', 'file', 'process', 'bfd'),
      name: text,
      weight: trackerWeight,
      reverse: flag,
    }),
  ),
  skipCheckAdvAddr: flag,
  checksumAsV2: flag,
  ownerIgnoreAdverts: flag,
  promoteSecondaries: flag,
  lowerPrioNoAdvert: flag,
  higherPrioSendAdvert: flag,
  notify: instanceNotify,
});

const vrrpSyncGroup = object({
  name: text,
  members: list(text, 1),
  trackingWeight: flag,
  notify: groupNotify,
});

const checkerCommon = {
  delayLoop: integer(1, 4_294_967_295_000_000),
  retry: u32,
  delayBeforeRetry: micros,
  warmup: micros,
  alpha: flag,
  logAllFailures: flag,
};

const target = shared('target');
const offset = integer(0, Number.MAX_SAFE_INTEGER);

const checker = union(
  kind('tcp', { ...checkerCommon, target }),
  kind('http', {
    ...checkerCommon,
    target,
    protocol: oneOf('1.0', '1.0c', '1.0C', '1.1'),
    urls: list(
      object({
        tls: nullable(object({ sni: nullable(text), fullClose: flag })),
        path: text,
        digest: nullable(pattern('^[0-9a-f]{32}$')),
        status: list(object({ low: integer(100, 599), high: integer(100, 599) }), 1),
        virtualHost: nullable(text),
        regex: nullable(
          object({
            pattern: text,
            options: list(text),
            source: text,
            flags: text,
            negated: flag,
            minOffset: offset,
            maxOffset: nullable(offset),
          }),
        ),
        ...httpUrlWords,
      }),
      1,
    ),
    fastRecovery: flag,
    login: nullable(login),
    expiryWarning: nullable(micros),
  }),
  kind('smtp', { ...checkerCommon, target, heloName: text }),
  kind('udp', {
    ...checkerCommon,
    target,
    payload: nullable(pattern('^([0-9a-f]{2})+$')),
    reply: nullable(
      object({
        pattern: nullable(pattern('^([0-9a-fx]{2})+$')),
        lengthMin: integer(0, 65_535),
        lengthMax: integer(0, 65_535),
      }),
    ),
  }),
  kind('dns', { ...checkerCommon, target, type: oneOf(...DNS_TYPES), name: text }),
  kind('ping', { ...checkerCommon, target }),
  kind('file', {
    ...checkerCommon,
    file: object({ name: text, path: text, initial: initialValue }),
    weight: integer(-2_147_483_647, 2_147_483_647),
    reverse: flag,
  }),
  kind('bfd', { ...checkerCommon, session: text }),
  kind('misc', { ...checkerCommon, command, timeout: micros, dynamic: flag }),
  ...serviceCheckers({ ...checkerCommon, target }),
);

const realServer = object({
  address: ip,
  port,
  weight: i32,
  forwarding,
  upperThreshold: u32,
  lowerThreshold: u32,
  inhibitOnFailure: flag,
  checkers: list(shared('checker')),
  notifyUp: nullable(command),
  notifyDown: nullable(command),
  smtpAlert: flag,
  snmpName: nullable(text),
  drainTimeout: micros,
  slowStart: micros,
});

const virtualServer = object({
  match: poolMatch,
  scheduler: oneOf(...SCHEDULERS),
  schedulerFlags: integer(0, 0x38),
  onePacket: flag,
  persistence: nullable(
    object({ timeout: micros, prefixLength: integer(1, 128), engine: nullable(oneOf('sip')) }),
  ),
  realServers: list(shared('realServer')),
  sorryServer: nullable(object({ address: ip, port, forwarding, inhibit: flag })),
  quorum: integer(1, Number.MAX_SAFE_INTEGER),
  hysteresis: u32,
  omega: flag,
  haSuspend: flag,
  snmpName: nullable(text),
  virtualHost: nullable(text),
  quorumUp: nullable(command),
  quorumDown: nullable(command),
  smtpAlert: flag,
  drainTimeout: micros,
  depoolThreshold: nullable(
    union(kind('count', { servers: u32 }), kind('percent', { percent: integer(0, 100) })),
  ),
});

export const configSchema: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: ID,
  title: 'validated configuration of vipd',
  description: 'durations are microseconds',
  ...object({
    global: shared('global'),
    vrrpInstances: list(shared('vrrpInstance')),
    vrrpSyncGroups: list(shared('vrrpSyncGroup')),
    vrrpScripts: list(shared('vrrpScript')),
    statics: shared('statics'),
    trackFiles: list(trackFile),
    trackProcesses: list(trackProcess),
    bfdInstances: list(bfdInstance),
    virtualServers: list(shared('virtualServer')),
  }),
  definitions: {
    user: object({ user: text, group: nullable(text) }),
    command: object({ argv: list(text, 1), user: nullable(shared('user')) }),
    forwarding: union(
      kind('nat'),
      kind('fullnat'),
      kind('dr'),
      kind('tun', {
        encapsulation: oneOf('ipip', 'gue', 'gre'),
        port,
        checksum: oneOf('none', 'csum', 'remcsum'),
      }),
    ),
    target: object({
      address: ip,
      port,
      bindAddress: nullable(ip),
      bindPort: nullable(integer(1, 65_535)),
      bindInterface: nullable(interfaceName),
      fwmark: nullable(u32),
      forwardedTo: nullable(object({ address: ip, forwarding })),
      timeout: integer(1, 4_294_967_295_000_000),
    }),
    checker,
    realServer,
    global: globalConfig,
    ...routingDefinitions(),
    virtualAddress,
    virtualLink,
    virtualRoute,
    virtualRule,
    statics: statics(shared('virtualAddress')),
    vrrpInstance,
    vrrpSyncGroup,
    vrrpScript,
    virtualServer,
  },
};
