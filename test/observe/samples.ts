/** A small director as the model and as its statuses: what dumps, metrics and vipctl show in the tests. */
import { PLAIN_TRAITS } from '../../src/base/address-traits.ts';
import { EMPTY_HISTOGRAM, observed } from '../../src/base/histogram.ts';
import { parseIpv4 } from '../../src/base/ip.ts';
import { invariant } from '../../src/base/never.ts';
import { interfaceName, micros, millis, port, priority, seconds, vrid } from '../../src/base/units.ts';
import type { ChecksStatus } from '../../src/checks/core/status.ts';
import type { Config } from '../../src/config/model/config.ts';
import type { CheckerCommon, Forwarding, RealServer } from '../../src/config/model/lvs.ts';
import type { ScriptCommand } from '../../src/config/model/vrrp.ts';
import type { DaemonStatus } from '../../src/control/api.ts';
import type { VrrpStatus } from '../../src/vrrp/core/status.ts';
import { BFD, BFD_INSTANCES, BFD_SCHEDULING, CHILDREN } from './bfd-samples.ts';
import { COUNTERS } from './counters-sample.ts';
import { MAIL_SETTINGS, NOTIFY, NOTIFY_SETTINGS, WALL } from './notify-samples.ts';
import { ROUTED, ROUTING, STATICS } from './routing-samples.ts';
import { GROUPS, TRACKERS } from './tracked-samples.ts';
import { WHY } from './why-samples.ts';

export { WALL } from './notify-samples.ts';

const ip = (text: string) => {
  const address = parseIpv4(text);
  invariant(address !== null, () => text);
  return address;
};
const ROOT = { user: 'root', group: null };
const script = (...argv: [string, ...string[]]): ScriptCommand => ({ argv, user: ROOT });
const eth0 = interfaceName('eth0');
const dr: Forwarding = { kind: 'dr' };
const common: CheckerCommon = {
  delayLoop: seconds(1),
  retry: 1,
  delayBeforeRetry: seconds(1),
  warmup: seconds(1),
  alpha: false,
  logAllFailures: false,
};
const target = (address: string) => ({
  address: ip(address),
  port: port(80),
  bindAddress: null,
  bindPort: null,
  bindInterface: null,
  forwardedTo: null,
  fwmark: null,
  timeout: seconds(1),
});
const realServer = (address: string): RealServer => ({
  address: ip(address),
  port: port(80),
  weight: 2,
  forwarding: dr,
  ...{ upperThreshold: 0, lowerThreshold: 0, inhibitOnFailure: false },
  ...{ drainTimeout: seconds(0), slowStart: seconds(0) },
  checkers: [
    { ...common, kind: 'tcp', target: target(address) },
    {
      ...common,
      kind: 'http',
      target: target(address),
      protocol: '1.0',
      fastRecovery: false,
      login: null,
      expiryWarning: null,
      urls: [
        {
          tls: null,
          path: '/',
          digest: 'd41d8cd98f00b204e9800998ecf8427e',
          status: [{ low: 200, high: 299 }],
          virtualHost: null,
          regex: null,
          words: null,
          json: [],
        },
      ],
    },
  ],
  notifyUp: script('/etc/vipd/up.sh', 'x'),
  notifyDown: null,
  smtpAlert: true,
  snmpName: null,
});

export const CONFIG: Config = {
  global: {
    routerId: 'LVS_DEVEL',
    mail: MAIL_SETTINGS,
    scripts: { user: { user: 'root', group: null }, security: true, supplementaryGroups: false },
    notify: NOTIFY_SETTINGS,
    process: {
      childWaitTime: seconds(5),
      usePidDir: false,
      instance: null,
      netNamespace: null,
      ipvsNamespace: null,
      names: { parent: null, vrrp: null, checkers: null, bfd: null },
      configSaveDir: null,
      umask: null,
      dumps: { data: null, statistics: null, useInstance: false },
      reloadFile: null,
      vrrp: { niceness: null, realtimePriority: 50, noSwap: true, processors: null, realtimeLimit: null },
      checkers: { niceness: 5, realtimePriority: null, noSwap: false, processors: null, realtimeLimit: null },
      bfd: BFD_SCHEDULING,
    },
    vrrp: {
      mcastGroup4: ip('224.0.0.18'),
      mcastGroup6: 'ff02::12' as Config['global']['vrrp']['mcastGroup6'],
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
      dynamicInterfaces: false,
    },
    lvs: {
      flush: false,
      flushOnStop: 'none',
      timeouts: { tcp: null, tcpFin: null, udp: null },
      logAllCheckFailures: false,
      ssl: null,
      drift: 'repair',
      syncDaemon: null,
      shareChecks: false,
    },
    control: { prometheus: null },
  },
  vrrpInstances: [
    {
      name: 'VI_1',
      interface: eth0,
      heartbeats: [],
      vrid: vrid(51),
      version: 2,
      family: 'inet',
      initialState: 'MASTER',
      priority: priority(100),
      advertInterval: seconds(1),
      preempt: true,
      preemptDelay: micros(0),
      downTimerAdverts: 3,
      authentication: { kind: 'pass', password: 'secret' },
      sourceAddress: ip('192.168.100.101'),
      destination: { kind: 'multicast', group: ip('224.0.0.18') },
      virtualAddresses: [
        {
          address: ip('192.168.100.240'),
          prefixLength: 32,
          interface: eth0,
          label: null,
          scope: 0,
          broadcast: null,
          traits: PLAIN_TRAITS,
          tracked: true,
        },
      ],
      excludedAddresses: [
        {
          address: ip('10.0.0.1'),
          prefixLength: 24,
          interface: interfaceName('eth1'),
          label: 'eth1:1',
          scope: 253,
          broadcast: ip('10.0.0.255'),
          traits: PLAIN_TRAITS,
          tracked: true,
        },
      ],
      ...ROUTED,
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
      trackers: [{ kind: 'script', name: 'chk', weight: 3, reverse: false }],
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
        any: script('/etc/vipd/n.sh'),
        smtpAlert: true,
        deleted: null,
        lowerPriority: null,
        priorityChanges: false,
      },
    },
  ],
  vrrpSyncGroups: [
    {
      name: 'G1',
      members: ['VI_1'],
      trackingWeight: false,
      notify: { master: null, backup: null, fault: null, stop: null, any: null, smtpAlert: true },
    },
  ],
  statics: STATICS,
  vrrpScripts: [
    {
      name: 'chk',
      command: { argv: ['/usr/bin/true'], user: null },
      interval: seconds(1),
      timeout: micros(0),
      weight: 3,
      reverse: false,
      rise: 1,
      fall: 1,
      initFail: false,
    },
  ],
  trackFiles: [],
  trackProcesses: [],
  bfdInstances: BFD_INSTANCES,
  virtualServers: [
    {
      match: { kind: 'address', protocol: 'tcp', address: ip('192.168.100.240'), port: port(80) },
      scheduler: 'rr',
      ...{ schedulerFlags: 0, onePacket: false },
      persistence: { timeout: seconds(50), prefixLength: 32, engine: null },
      realServers: [realServer('192.168.100.8'), realServer('192.168.100.9')],
      sorryServer: { address: ip('192.168.100.10'), port: port(80), forwarding: dr, inhibit: false },
      ...{ quorum: 1, hysteresis: 0, omega: false },
      haSuspend: false,
      snmpName: null,
      virtualHost: null,
      quorumUp: script('/etc/vipd/qup.sh', 'a'),
      quorumDown: null,
      smtpAlert: true,
      ...{ drainTimeout: seconds(0), depoolThreshold: null },
    },
  ],
};

export const VRRP: VrrpStatus = {
  instances: [
    {
      name: 'VI_1',
      interface: 'eth0',
      vrid: 51,
      version: 2,
      family: 'inet',
      state: 'MASTER',
      reason: 'no advert was heard for 3.609 s',
      why: WHY,
      basePriority: 100,
      effectivePriority: 103,
      advertIntervalMicros: 1_000_000,
      master: null,
      paths: [],
      addresses: [
        { address: ip('192.168.100.240'), prefixLength: 32, interface: 'eth0', excluded: false, held: true },
        { address: ip('10.0.0.1'), prefixLength: 24, interface: 'eth1', excluded: true, held: true },
      ],
      routing: ROUTING,
      lastTransitionWall: WALL - 12 * 60_000,
      counters: COUNTERS,
    },
  ],
  groups: GROUPS,
  trackers: TRACKERS,
  strayPackets: 2,
};

const checker = {
  state: 'up',
  lastResult: 'connected',
  lastRunWall: WALL - 1_000,
  lastDurationMicros: 420,
  runs: 720,
  failures: 1,
  transitions: 1,
  failing: 0,
  overdue: false,
  certificateDays: null,
} as const;

export const CHECKS: ChecksStatus = {
  leaving: [],
  virtualServers: [
    {
      service: { kind: 'address', protocol: 'tcp', address: ip('192.168.100.240'), port: port(80) },
      name: 'tcp 192.168.100.240:80',
      scheduler: 'rr',
      quorum: 1,
      aliveWeight: 2,
      quorumUp: true,
      depoolThreshold: null,
      sorryServer: { address: '192.168.100.10', port: 80, active: false },
      realServers: [
        {
          address: '192.168.100.8',
          port: 80,
          configuredWeight: 2,
          effectiveWeight: 2,
          alive: true,
          pooled: true,
          forwarding: 'DR',
          ...{ held: false, rising: false, drain: null },
          lastTransitionWall: WALL - 3 * 3_600_000 - 5 * 60_000,
          checkers: [
            { ...checker, name: 'TCP_CHECK [192.168.100.8]:80', kind: 'tcp' },
            {
              ...checker,
              name: 'HTTP_GET [192.168.100.8]:80/',
              kind: 'http',
              lastResult: 'digest is right',
              certificateDays: 12.5,
            },
          ],
        },
        {
          address: '192.168.100.9',
          port: 80,
          configuredWeight: 2,
          effectiveWeight: 2,
          alive: true,
          pooled: true,
          forwarding: 'DR',
          ...{ held: false, rising: false, drain: null },
          lastTransitionWall: null,
          checkers: [{ ...checker, name: 'TCP_CHECK [192.168.100.9]:80', kind: 'tcp' }],
        },
      ],
    },
  ],
  kernelListing:
    'IP Virtual Server version 1.2.1 (size=4096)\n' +
    'Prot LocalAddress:Port Scheduler Flags\n' +
    '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n' +
    'TCP  192.168.100.240:80 rr\n' +
    '  -> 192.168.100.8:80             Route   2      0          0         \n' +
    '  -> 192.168.100.9:80             Route   2      0          0         \n',
  kernelError: null,
  kernelWrites: 3,
  driftRepairs: 1,
  syncDaemons: '',
};

export const STATUS: DaemonStatus = {
  pid: 4711,
  version: '0.1.0',
  uptimeMicros: 11_520_000_000,
  configFile: '/etc/vipd/vipd.conf',
  configuration: { lastReloadWall: WALL - 90_000, succeeded: true, diagnostics: 2 },
  children: CHILDREN,
  lateness: [
    { process: 'parent', wakeUps: EMPTY_HISTOGRAM },
    {
      process: 'vrrp',
      wakeUps: [millis(0.3), millis(0.3), millis(7), seconds(9)].reduce(observed, EMPTY_HISTOGRAM),
    },
  ],
  vrrp: VRRP,
  checks: CHECKS,
  bfd: BFD,
  notify: NOTIFY,
};
