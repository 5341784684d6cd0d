/** Every metric as a row: name, type, help, labels, and how it is read from a status. Labels are bounded
 *  by the configuration, and nothing that changes stands in a counter's label. The `keepalived_` rows are
 *  those of mehdy/keepalived-exporter under its names, so that its dashboard and its users' alerts go on
 *  working. */
import type { CheckerStatus, RealServerStatus, VirtualServerStatus } from '../checks/core/status.ts';
import type { DaemonStatus } from '../control/api.ts';
import type { FifoStatus, NotifiedObjectStatus } from '../notify/core/status.ts';
import type { VrrpCounters, VrrpInstanceStatus, VrrpStateName } from '../vrrp/core/status.ts';
import type { TrackerStatus } from '../vrrp/core/tracker-status.ts';
import { endpointText } from './endpoint-text.ts';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly labels: readonly string[];
  readonly read: (status: DaemonStatus) => readonly Sample[];
}

const VRRP_STATES: readonly VrrpStateName[] = ['INIT', 'BACKUP', 'MASTER', 'FAULT'];

/** A metric without labels; null is "nothing to tell". */
const plain = (
  name: string,
  type: Metric['type'],
  help: string,
  value: (status: DaemonStatus) => number | null,
): Metric => ({
  name,
  type,
  help,
  labels: [],
  read: (status) => {
    const number = value(status);
    return number === null ? [] : [{ labels: {}, value: number }];
  },
});

/** One sample per VRRP instance under the exporter's labels. */
const exported = (name: string, help: string, counter: keyof VrrpCounters): Metric => ({
  name: `keepalived_${name}_total`,
  type: 'counter',
  help,
  labels: ['iname', 'intf', 'vrid'],
  read: (status) =>
    instances(status).map((i) => ({
      labels: { iname: i.name, intf: i.interface, vrid: String(i.vrid) },
      value: i.counters[counter],
    })),
});

/** The exporter's state number for each address, with the address's own interface. */
const exportedState = (name: string, help: string, excluded: boolean): Metric => ({
  name,
  type: 'gauge',
  help,
  labels: ['iname', 'intf', 'vrid', 'ip_address'],
  read: (status) =>
    instances(status).flatMap((i) =>
      i.addresses
        .filter((a) => a.excluded === excluded)
        .map((a) => ({
          labels: { iname: i.name, intf: a.interface, vrid: String(i.vrid), ip_address: addressText(a) },
          value: VRRP_STATES.indexOf(i.state),
        })),
    ),
});

const perInstance = (
  name: string,
  type: Metric['type'],
  help: string,
  value: (instance: VrrpInstanceStatus) => number | null,
): Metric => ({
  name: `vipd_vrrp_${name}`,
  type,
  help,
  labels: ['instance'],
  read: (status) => instances(status).flatMap((i) => sample({ instance: i.name }, value(i))),
});

/** The exporter knows scripts only. */
const exportedScript = (name: string, help: string, value: (script: TrackerStatus) => number): Metric => ({
  name: `keepalived_script_${name}`,
  type: 'gauge',
  help,
  labels: ['name'],
  read: (status) =>
    trackers(status)
      .filter(({ kind }) => kind === 'script')
      .map((script) => ({ labels: { name: script.name }, value: value(script) })),
});

const perTracker = (
  name: string,
  help: string,
  value: (tracker: TrackerStatus) => number | null,
): Metric => ({
  name: `vipd_tracker_${name}`,
  type: 'gauge',
  help,
  labels: ['kind', 'tracker'],
  read: (status) =>
    trackers(status).flatMap((one) => sample({ kind: one.kind, tracker: one.name }, value(one))),
});

const perService = (name: string, help: string, value: (service: VirtualServerStatus) => number): Metric => ({
  name: `vipd_virtual_server_${name}`,
  type: 'gauge',
  help,
  labels: ['virtual_server'],
  read: (status) => services(status).map((s) => ({ labels: { virtual_server: s.name }, value: value(s) })),
});

const perRealServer = (name: string, help: string, value: (server: RealServerStatus) => number): Metric => ({
  name: `vipd_real_server_${name}`,
  type: 'gauge',
  help,
  labels: ['virtual_server', 'real_server'],
  read: (status) => realServers(status).map(({ labels, server }) => ({ labels, value: value(server) })),
});

const perCheck = (
  name: string,
  type: Metric['type'],
  help: string,
  value: (check: CheckerStatus) => number | null,
): Metric => ({
  name: `vipd_check_${name}`,
  type,
  help,
  labels: ['virtual_server', 'real_server', 'check'],
  read: (status) =>
    realServers(status).flatMap(({ labels, server }) =>
      withUniqueNames(server.checkers).flatMap(([check, checker]) =>
        sample({ ...labels, check }, value(checker)),
      ),
    ),
});

const perObject = (
  name: string,
  type: Metric['type'],
  help: string,
  value: (object: NotifiedObjectStatus) => number | null,
): Metric => ({
  name: `vipd_notify_${name}`,
  type,
  help,
  labels: ['object'],
  read: ({ notify }) => notify.objects.flatMap((o) => sample({ object: o.object }, value(o))),
});

const perFifo = (
  name: string,
  type: Metric['type'],
  help: string,
  value: (fifo: FifoStatus) => number,
): Metric => ({
  name: `vipd_notify_fifo_${name}`,
  type,
  help,
  labels: ['path'],
  read: ({ notify }) => notify.fifos.map((fifo) => ({ labels: { path: fifo.path }, value: value(fifo) })),
});
/** Why auth_hmac refuses an advert, in keepalived's words. */
const HMAC_REASONS = [
  ['missing', 'hmacMissing'],
  ['malformed', 'hmacMalformed'],
  ['unknown_key', 'hmacUnknownKey'],
  ['invalid_hmac', 'hmacInvalid'],
  ['stale', 'hmacStale'],
  ['replay', 'hmacReplayed'],
] as const;

export const METRICS: readonly Metric[] = [
  plain('keepalived_up', 'gauge', 'Whether every wanted process runs', (s) =>
    Number(s.children.every((child) => child.state === 'running')),
  ),
  exportedState('keepalived_vrrp_state', 'State of vrrp: 0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT', false),
  exportedState('keepalived_vrrp_excluded_state', 'State of vrrp with excluded VIP', true),
  exported('advertisements_received', 'Advertisements received', 'advertsReceived'),
  exported('advertisements_sent', 'Advertisements sent', 'advertsSent'),
  exported('become_master', 'Became master', 'becameMaster'),
  exported('release_master', 'Released master', 'releasedMaster'),
  exported('packet_length_errors', 'Packet length errors', 'packetLengthErrors'),
  exported('advertisements_interval_errors', 'Advertisement interval errors', 'advertIntervalErrors'),
  exported('ip_ttl_errors', 'TTL errors', 'ttlErrors'),
  exported('invalid_type_received', 'Invalid type errors', 'invalidTypeReceived'),
  exported('address_list_errors', 'Address list errors', 'addressListErrors'),
  exported('authentication_invalid', 'Authentication invalid', 'invalidAuthType'),
  exported('authentication_mismatch', 'Authentication mismatch', 'authTypeMismatch'),
  exported('authentication_failure', 'Authentication failure', 'authFailures'),
  exported('priority_zero_received', 'Priority zero received', 'priorityZeroReceived'),
  exported('priority_zero_sent', 'Priority zero sent', 'priorityZeroSent'),

  exportedScript('status', 'Tracker script status: 0 bad, 1 good', ({ state }) => Number(state === 'up')),
  exportedScript('state', 'Tracker script state: 0 idle, 1 running', ({ running }) => Number(running)),

  {
    name: 'vipd_build_info',
    type: 'gauge',
    help: 'Always 1; the running version is the label',
    labels: ['version'],
    read: (s) => [{ labels: { version: s.version }, value: 1 }],
  },
  plain('vipd_uptime_seconds', 'gauge', 'Time since the parent started', (s) => s.uptimeMicros / 1e6),
  plain('vipd_reload_success', 'gauge', 'Whether the last configuration read was accepted', (s) =>
    Number(s.configuration.succeeded),
  ),
  plain(
    'vipd_reload_timestamp_seconds',
    'gauge',
    'When the configuration was last read',
    (s) => s.configuration.lastReloadWall / 1e3,
  ),
  plain(
    'vipd_configuration_diagnostics',
    'gauge',
    'Errors and warnings of the last configuration read',
    (s) => s.configuration.diagnostics,
  ),
  {
    name: 'vipd_child_up',
    type: 'gauge',
    help: 'Whether the child process runs',
    labels: ['child'],
    read: (s) => s.children.map((c) => ({ labels: { child: c.name }, value: Number(c.state === 'running') })),
  },
  {
    name: 'vipd_child_restarts_total',
    type: 'counter',
    help: 'Times the parent started the child again',
    labels: ['child'],
    read: (s) => s.children.map((c) => ({ labels: { child: c.name }, value: c.restarts })),
  },

  {
    name: 'vipd_vrrp_instance_state',
    type: 'gauge',
    help: '1 for the state the instance is in, 0 for the others',
    labels: ['instance', 'state'],
    read: (status) =>
      instances(status).flatMap((i) =>
        VRRP_STATES.map((state) => ({
          labels: { instance: i.name, state: state.toLowerCase() },
          value: Number(i.state === state),
        })),
      ),
  },
  {
    name: 'vipd_vrrp_hmac_refused_total',
    type: 'counter',
    help: 'Adverts that auth_hmac refused',
    labels: ['instance', 'reason'],
    read: (status) =>
      instances(status).flatMap((i) =>
        HMAC_REASONS.map(([reason, counter]) => ({
          labels: { instance: i.name, reason },
          value: i.counters[counter],
        })),
      ),
  },
  {
    name: 'vipd_vrrp_sync_group_state',
    type: 'gauge',
    help: '1 for the state that all members of the group are in, 0 for the others',
    labels: ['group', 'state'],
    read: (status) =>
      (status.vrrp?.groups ?? []).flatMap((group) =>
        VRRP_STATES.map((state) => ({
          labels: { group: group.name, state: state.toLowerCase() },
          value: Number(group.state === state),
        })),
      ),
  },
  perTracker('up', 'Whether the script succeeds, the processes have their quorum, the file was read', (t) =>
    t.state === 'unknown' ? null : Number(t.state === 'up'),
  ),
  perTracker(
    'value',
    'The number in the file, the processes that run, the level of the script',
    (t) => t.value,
  ),
  perInstance('effective_priority', 'gauge', 'Priority with all trackers', (i) => i.effectivePriority),
  perInstance('last_transition_timestamp_seconds', 'gauge', 'When the state last changed', (i) =>
    toSeconds(i.lastTransitionWall),
  ),
  perInstance(
    'checksum_errors_total',
    'counter',
    'Adverts with a wrong checksum',
    (i) => i.counters.checksumErrors,
  ),
  perInstance(
    'version_errors_total',
    'counter',
    'Adverts of another version',
    (i) => i.counters.versionErrors,
  ),
  perInstance(
    'gratuitous_arps_sent_total',
    'counter',
    'Gratuitous ARPs and neighbour advertisements sent',
    (i) => i.counters.gratuitousArpsSent,
  ),
  perInstance(
    'split_brains_total',
    'counter',
    'Times that another master was there that did not give in',
    (i) => i.counters.splitsSeen,
  ),
  perInstance('split_brain', 'gauge', 'Whether another master is there that does not give in', (i) =>
    Number(i.why.claims.length > 0 || (i.why.split !== null && i.why.split.cause !== null)),
  ),
  {
    name: 'vipd_vrrp_order',
    type: 'gauge',
    help: '1 while an operator has ordered a failover or a preference',
    labels: ['instance', 'order'],
    read: (status) =>
      instances(status).flatMap((i) =>
        (['step_down', 'prefer'] as const).map((order) => ({
          labels: { instance: i.name, order: order === 'step_down' ? 'failover' : 'prefer' },
          value: Number(i.why.order?.kind === order),
        })),
      ),
  },
  {
    name: 'vipd_vrrp_address_held',
    type: 'gauge',
    help: 'Whether the virtual address is on the interface, put there by this instance',
    labels: ['instance', 'interface', 'address'],
    read: (status) =>
      instances(status).flatMap((i) =>
        i.addresses.map((a) => ({
          labels: { instance: i.name, interface: a.interface, address: addressText(a) },
          value: Number(a.held),
        })),
      ),
  },
  plain(
    'vipd_vrrp_stray_packets_total',
    'counter',
    'Packets dropped before they reached an instance',
    (s) => s.vrrp?.strayPackets ?? null,
  ),

  perService('quorum_up', 'Whether the quorum is met', (s) => Number(s.quorumUp)),
  perService('quorum', 'Weight that must be alive', (s) => s.quorum),
  perService('alive_weight', 'Weight that is alive', (s) => s.aliveWeight),
  {
    name: 'vipd_virtual_server_sorry_active',
    type: 'gauge',
    help: 'Whether the sorry server answers instead of the real servers',
    labels: ['virtual_server'],
    read: (status) =>
      services(status).flatMap(({ name, sorryServer }) =>
        sorryServer === null ? [] : [{ labels: { virtual_server: name }, value: Number(sorryServer.active) }],
      ),
  },
  {
    name: 'vipd_real_server_state',
    type: 'gauge',
    help: '1 for the state the real server is in, 0 for the other',
    labels: ['virtual_server', 'real_server', 'state'],
    read: (status) =>
      realServers(status).flatMap(({ labels, server }) => [
        { labels: { ...labels, state: 'up' }, value: Number(server.alive) },
        { labels: { ...labels, state: 'down' }, value: Number(!server.alive) },
      ]),
  },
  perRealServer('pooled', 'Whether the real server is in the kernel table', (r) => Number(r.pooled)),
  perRealServer('weight', 'Effective weight', (r) => r.effectiveWeight),
  perRealServer('draining', 'Whether the real server waits for its last connections', (r) =>
    Number(r.drain?.ended === false),
  ),
  perRealServer('drained', 'Whether the real server is out of service by order', (r) =>
    Number(r.drain?.ended === true),
  ),
  perRealServer('held', 'Whether depool_threshold keeps the real server although it is down', (r) =>
    Number(r.held),
  ),
  {
    name: 'vipd_leaving_server_connections',
    type: 'gauge',
    help: 'Connections that real servers still carry which a reload has taken away',
    labels: ['virtual_server', 'real_server'],
    read: (status) =>
      (status.checks?.leaving ?? []).map(({ service, server, drain }) => ({
        labels: { virtual_server: service, real_server: server },
        value: drain.connections ?? 0,
      })),
  },
  perCheck('up', 'gauge', 'Whether the check agrees that the server is up', (c) =>
    c.state === 'unknown' ? null : Number(c.state === 'up'),
  ),
  perCheck('runs_total', 'counter', 'Probes finished', (c) => c.runs),
  perCheck('failures_total', 'counter', 'Probes that failed', (c) => c.failures),
  perCheck('transitions_total', 'counter', 'Changes between up and down', (c) => c.transitions),
  perCheck('overdue', 'gauge', 'Whether the check has not run for three of its intervals', (c) =>
    Number(c.overdue),
  ),
  perCheck(
    'certificate_days',
    'gauge',
    'Days until the certificate ends, where tls_expiry_warn looks at it',
    (c) => c.certificateDays,
  ),
  perCheck('duration_seconds', 'gauge', 'How long the last probe took', (c) =>
    c.lastDurationMicros === null ? null : c.lastDurationMicros / 1e6,
  ),
  perCheck('last_run_timestamp_seconds', 'gauge', 'When the last probe ended', (c) =>
    toSeconds(c.lastRunWall),
  ),
  plain(
    'vipd_ipvs_kernel_writes_total',
    'counter',
    'Operations applied to the kernel table',
    (s) => s.checks?.kernelWrites ?? null,
  ),
  plain(
    'vipd_ipvs_drift_repairs_total',
    'counter',
    'Operations that undid what somebody else had changed in the kernel table',
    (s) => s.checks?.driftRepairs ?? null,
  ),
  plain('vipd_ipvs_kernel_readable', 'gauge', 'Whether the kernel table could be read', (s) =>
    s.checks === null ? null : Number(s.checks.kernelError === null),
  ),

  perObject('runs_total', 'counter', 'Notify scripts run', (o) => o.runs),
  perObject(
    'failures_total',
    'counter',
    'Notify scripts that failed, took too long or never ran',
    (o) => o.failures,
  ),
  perObject(
    'superseded_total',
    'counter',
    'States without a run because a newer one came first',
    (o) => o.superseded,
  ),
  perObject(
    'last_exit_status',
    'gauge',
    'Exit status of the last notify script',
    (o) => o.last?.exitStatus ?? null,
  ),
  perObject('last_failed', 'gauge', 'Whether the last notify script failed', (o) =>
    o.last === null ? null : Number(o.last.failed),
  ),
  perObject(
    'queue_length',
    'gauge',
    'Notifications of the object that run or wait',
    (o) => o.waiting.length + Number(o.running !== null),
  ),
  perFifo('lines_total', 'counter', 'Lines written to the FIFO', (f) => f.written),
  perFifo('dropped_total', 'counter', 'Lines dropped because nobody reads the FIFO', (f) => f.dropped),
  perFifo('waiting', 'gauge', 'Lines that wait for a reader', (f) => f.waiting),
  plain('vipd_notify_mails_sent_total', 'counter', 'Mails that the relay took', (s) => s.notify.mail.sent),
  plain(
    'vipd_notify_mail_failures_total',
    'counter',
    'Attempts to send a mail that failed',
    (s) => s.notify.mail.failures,
  ),
  plain('vipd_notify_mails_dropped_total', 'counter', 'Mails given up', (s) => s.notify.mail.dropped),
  plain('vipd_notify_mails_waiting', 'gauge', 'Mails that wait for the relay', (s) => s.notify.mail.waiting),
];

const instances = (status: DaemonStatus): readonly VrrpInstanceStatus[] => status.vrrp?.instances ?? [];
const trackers = (status: DaemonStatus): readonly TrackerStatus[] => status.vrrp?.trackers ?? [];
const services = (status: DaemonStatus): readonly VirtualServerStatus[] =>
  status.checks?.virtualServers ?? [];

function realServers(status: DaemonStatus) {
  return services(status).flatMap((service) =>
    service.realServers.map((server) => ({
      labels: { virtual_server: service.name, real_server: endpointText(server) },
      server,
    })),
  );
}

const sample = (labels: Sample['labels'], value: number | null): readonly Sample[] =>
  value === null ? [] : [{ labels, value }];

const toSeconds = (wall: number | null): number | null => (wall === null ? null : wall / 1e3);

/** As keepalived prints a VIP: the prefix only where it is not the whole address. */
const addressText = (vip: VrrpInstanceStatus['addresses'][number]): string =>
  vip.prefixLength === (vip.address.includes(':') ? 128 : 32)
    ? vip.address
    : `${vip.address}/${vip.prefixLength}`;

/** Two checks of a server may bear one name; the second becomes `NAME #2`, or their series would be one. */
function withUniqueNames(checkers: readonly CheckerStatus[]): readonly (readonly [string, CheckerStatus])[] {
  const seen = new Map<string, number>();
  return checkers.map((checker) => {
    const count = (seen.get(checker.name) ?? 0) + 1;
    seen.set(checker.name, count);
    return [count === 1 ? checker.name : `${checker.name} #${count}`, checker];
  });
}
