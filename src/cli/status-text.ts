/** `vipctl status` as text: first the verdict, then what an operator asks at night in that order: who is
 *  master and why, where the addresses are, which servers answer, what the kernel has. Pure. */

import { MICROS_PER_MILLI } from '../base/units.ts';
import { STATE_TEXT } from '../bfd/core/log-events.ts';
import type { BfdSessionStatus, BfdStatus } from '../bfd/core/status.ts';
import type {
  CheckerStatus,
  ChecksStatus,
  DrainStatus,
  RealServerStatus,
  VirtualServerStatus,
} from '../checks/core/status.ts';
import type { ChildReport, DaemonStatus } from '../control/api.ts';
import type { NotifiedObjectStatus, NotifyStatus } from '../notify/core/status.ts';
import { endpointText } from '../observe/endpoint-text.ts';
import type { VrrpInstanceStatus, VrrpStatus } from '../vrrp/core/status.ts';
import type { SyncGroupStatus, TrackerStatus } from '../vrrp/core/tracker-status.ts';
import { columns, printable } from './columns.ts';
import { problemsOf } from './status-problems.ts';

/** `wall` is the reader's now, milliseconds since 1970. */
export function printStatus(status: DaemonStatus, wall: number): string {
  const sections = [
    verdict(problemsOf(status)),
    daemonLines(status, wall),
    ...(status.vrrp === null ? [] : vrrpSections(status.vrrp, wall)),
    ...(status.bfd === null ? [] : bfdSections(status.bfd, wall)),
    ...(status.checks === null ? [] : checksSections(status.checks, wall)),
    ...notifySections(status.notify, wall),
  ];
  return sections.join('\n');
}

const verdict = (problems: readonly string[]): string =>
  problems.length === 0
    ? 'All fine\n'
    : `DEGRADED\n${problems.map((problem) => `  ${printable(problem)}\n`).join('')}`;

function daemonLines(status: DaemonStatus, wall: number): string {
  const { configuration, children } = status;
  const read = `${configuration.succeeded ? 'read' : 'REFUSED'} ${since(configuration.lastReloadWall, wall)}`;
  return columns([
    [
      'vipd',
      `version ${status.version}, pid ${status.pid}, up ${age(status.uptimeMicros / MICROS_PER_MILLI)}`,
    ],
    ['configuration', `${status.configFile}, ${read}, ${counted(configuration.diagnostics, 'diagnostic')}`],
    ...children.map((child) => [child.name, childText(child)]),
  ]);
}

function childText({ state, pid, restarts }: ChildReport): string {
  const words = [pid === null ? state : `${state}, pid ${pid}`];
  if (restarts > 0) words.push(counted(restarts, 'restart'));
  return words.join(', ');
}

function vrrpSections({ instances, groups, trackers }: VrrpStatus, wall: number): readonly string[] {
  if (instances.length === 0) return [];
  const heads = ['INSTANCE', 'STATE', 'PRIORITY', 'MASTER', 'VRID', 'INTERFACE', 'SINCE', 'WHY'];
  const places = instances.flatMap((instance) =>
    instance.addresses.map((vip) => [
      `${vip.address}/${vip.prefixLength}`,
      vip.interface,
      instance.name,
      vip.held ? 'here' : 'not here',
      vip.excluded ? 'not advertised' : '',
    ]),
  );
  const routing = instances.flatMap((instance) =>
    instance.routing.map(({ text, held }) => [text, instance.name, held ? 'here' : 'not here']),
  );
  const paths = instances.flatMap((instance) =>
    instance.paths.map(({ interface: name, main, last }) => [
      instance.name,
      main ? name : `${name} (heartbeat)`,
      last === null ? 'nothing' : `${last.source} (${last.priority})`,
      last === null ? '' : since(last.wall, wall),
    ]),
  );
  return [
    columns([heads, ...instances.map((instance) => instanceRow(instance, wall))]),
    ...(paths.length === 0 ? [] : [columns([['INSTANCE', 'PATH', 'LAST HEARD', ''], ...paths])]),
    ...(routing.length === 0 ? [] : [columns([['ROUTE OR RULE', 'INSTANCE', 'PLACE'], ...routing])]),
    ...(places.length === 0 ? [] : [columns([['ADDRESS', 'INTERFACE', 'INSTANCE', 'PLACE', ''], ...places])]),
    ...(groups.length === 0 ? [] : [columns([['SYNC GROUP', 'STATE', 'MEMBERS'], ...groups.map(groupRow)])]),
    ...(trackers.length === 0
      ? []
      : [columns([['TRACKED', 'STATE', 'BY', 'WHY'], ...trackers.map(trackerRow)])]),
  ];
}

const instanceRow = (instance: VrrpInstanceStatus, wall: number): readonly string[] => [
  instance.name,
  instance.state,
  instance.effectivePriority === instance.basePriority
    ? String(instance.basePriority)
    : `${instance.effectivePriority} (base ${instance.basePriority})`,
  masterText(instance),
  String(instance.vrid),
  instance.interface,
  since(instance.lastTransitionWall, wall),
  instance.reason,
];

const groupRow = ({ name, state, members }: SyncGroupStatus): readonly string[] => [
  name,
  state,
  members.join(' '),
];

const trackerRow = ({ kind, name, state, trackedBy, reason }: TrackerStatus): readonly string[] => [
  `${kind} ${name}`,
  state,
  trackedBy.join(' '),
  reason,
];

function bfdSections({ sessions, drops, overflowed }: BfdStatus, wall: number): readonly string[] {
  const heads = ['BFD SESSION', 'NEIGHBOUR', 'STATE', 'REMOTE', 'SINCE', 'SENDS', 'PATIENCE', 'DIAGNOSTIC'];
  const refused = [
    ...Object.entries(drops).map(([reason, count]) => `${reason} ${count}`),
    ...(overflowed === 0 ? [] : [`no room ${overflowed}`]),
  ];
  return [
    columns([heads, ...sessions.map((session) => sessionRow(session, wall))]) +
      (refused.length === 0 ? '' : `BFD packets refused: ${refused.join(', ')}\n`),
  ];
}

const sessionRow = (session: BfdSessionStatus, wall: number): readonly string[] => [
  session.name,
  session.neighbour,
  STATE_TEXT[session.state],
  STATE_TEXT[session.remoteState],
  since(session.lastTransitionWall, wall),
  `every ${session.transmitIntervalMicros / MICROS_PER_MILLI} ms`,
  session.detectionTimeMicros === 0 ? '' : `${session.detectionTimeMicros / MICROS_PER_MILLI} ms`,
  session.diagnostic,
];

function masterText({ state, master }: VrrpInstanceStatus): string {
  if (state === 'MASTER') return 'this director';
  return master === null ? 'none heard' : `${master.address} (${master.priority})`;
}

function checksSections(checks: ChecksStatus, wall: number): readonly string[] {
  const kernel = checks.kernelListing ?? `not readable: ${checks.kernelError ?? 'no reason given'}\n`;
  const repairs =
    checks.driftRepairs === 0 ? '' : `, ${checks.driftRepairs} to undo what somebody else had changed`;
  return [
    ...checks.virtualServers.map((service) => serviceSection(service, wall)),
    ...drainSections(checks, wall),
    `KERNEL TABLE (${counted(checks.kernelWrites, 'write')} since start${repairs})\n${kernel}`,
    ...(checks.syncDaemons === '' ? [] : [`SYNC DAEMONS\n${checks.syncDaemons}`]),
  ];
}

function serviceSection(service: VirtualServerStatus, wall: number): string {
  const weights = `${service.aliveWeight} alive, ${service.quorum} needed`;
  const quorum = `quorum ${service.quorumUp ? 'up' : 'LOST'} (${weights})`;
  const head = [
    'REAL SERVER',
    'STATE',
    'WEIGHT',
    'FORWARD',
    'SINCE',
    'CHECK',
    'RESULT',
    'RAN',
    'LAST ANSWER',
  ];
  const { sorryServer } = service;
  const sorry =
    sorryServer === null
      ? ''
      : `  sorry server ${endpointText(sorryServer)} ${sorryServer.active ? 'ACTIVE' : 'idle'}\n`;
  return (
    `VIRTUAL SERVER ${service.name}${servicesText(service)}  ${service.scheduler}  ${quorum}\n` +
    columns([head, ...service.realServers.flatMap((server) => serverRows(server, wall))], '  ') +
    sorry
  );
}

const servicesText = ({ service }: VirtualServerStatus): string =>
  service.kind === 'group' ? ` (${counted(service.services, 'service')})` : '';

/** One row per check; the server's own cells stand in the first. */
function serverRows(server: RealServerStatus, wall: number): readonly (readonly string[])[] {
  const own = [
    endpointText(server),
    serverState(server),
    weightText(server),
    server.forwarding,
    since(server.lastTransitionWall, wall),
  ];
  const [first, ...others] = server.checkers;
  if (first === undefined) return [[...own, 'none']];
  const blank = own.map(() => '');
  return [
    [...own, ...checkCells(first, wall)],
    ...others.map((checker) => [...blank, ...checkCells(checker, wall)]),
  ];
}

function serverState({ alive, pooled, drain, held }: RealServerStatus): string {
  const life = alive ? 'up' : 'DOWN';
  if (drain !== null) return `${life}, ${drain.ended ? 'drained' : 'draining'}`;
  if (held) return `${life}, kept in table`;
  return `${life}${alive === pooled ? '' : pooled ? ', in table' : ', not in table'}`;
}

const weightText = ({ effectiveWeight, configuredWeight, rising }: RealServerStatus): string =>
  effectiveWeight === configuredWeight
    ? String(configuredWeight)
    : `${effectiveWeight} (of ${configuredWeight}${rising ? ', rising' : ''})`;

/** Who is on his way out, by order or by reload. */
function drainSections({ virtualServers, leaving }: ChecksStatus, wall: number): readonly string[] {
  const ordered = virtualServers.flatMap(({ name, realServers }) =>
    realServers.flatMap((server) =>
      server.drain === null
        ? []
        : [drainRow(endpointText(server), name, server.drain, wall, '`vipctl undrain` takes it back')],
    ),
  );
  const removed = leaving.map(({ server, service, drain }) =>
    drainRow(server, service, drain, wall, 'no longer configured'),
  );
  const heads = ['DRAINED SERVER', 'OF', 'CONNECTIONS', 'SINCE', 'AT MOST', ''];
  return ordered.length + removed.length === 0 ? [] : [columns([heads, ...ordered, ...removed])];
}

const drainRow = (
  server: string,
  service: string,
  { ended, connections, sinceWall, untilWall }: DrainStatus,
  wall: number,
  why: string,
): readonly string[] => [
  server,
  service,
  ended ? 'drained' : String(connections ?? 'not counted yet'),
  since(sinceWall, wall),
  ended ? '' : `${age(Math.max(0, untilWall - wall))} more`,
  why,
];

const checkCells = (checker: CheckerStatus, wall: number): readonly string[] => [
  checker.name,
  checker.state === 'down' ? 'DOWN' : checker.state,
  since(checker.lastRunWall, wall, 'never'),
  checker.lastResult ?? 'has not run yet',
];

function notifySections({ objects, fifos, mail }: NotifyStatus, wall: number): readonly string[] {
  const heads = ['NOTIFIED', 'RUNS', 'FAILED', 'SKIPPED', 'NOW', 'LAST', 'PROGRAM', 'RESULT', 'ENDED'];
  const outlets = [
    ...fifos.map(({ path, problem, written, waiting, dropped }) => [
      `FIFO ${path}`,
      problem ?? `${counted(written, 'line')} written, ${waiting} waiting, ${dropped} dropped`,
    ]),
    ...(mail.sent + mail.failures + mail.waiting > 0 ? [['mail', mailText(mail)]] : []),
  ];
  return [
    ...(objects.length === 0 ? [] : [columns([heads, ...objects.map((one) => notifiedRow(one, wall))])]),
    ...(outlets.length === 0 ? [] : [columns(outlets)]),
  ];
}

const notifiedRow = (
  { object, runs, failures, superseded, running, waiting, last }: NotifiedObjectStatus,
  wall: number,
): readonly string[] => [
  object,
  String(runs),
  String(failures),
  String(superseded),
  running === null ? '' : [`runs ${running}`, ...waiting].join(', then '),
  ...(last === null ? ['none yet'] : [last.event, last.program, last.outcome, since(last.endedWall, wall)]),
];

const mailText = ({ sent, failures, waiting, dropped }: NotifyStatus['mail']): string =>
  `${sent} sent, ${failures} failed attempts, ${waiting} waiting, ${dropped} given up`;

const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

const since = (then: number | null, wall: number, never = 'start'): string =>
  then === null ? never : `${age(Math.max(0, wall - then))} ago`;

/** Two units at most: `4 s`, `12 min`, `3 h 5 min`, `12 d 4 h`. */
function age(millis: number): string {
  const seconds = Math.floor(millis / 1_000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${seconds} s`;
  if (hours === 0) return `${minutes} min`;
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
