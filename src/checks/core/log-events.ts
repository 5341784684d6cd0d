/** The log lines of the checkers, worded as keepalived words them: operators search for these sentences.
 *  What vipd adds (a reason, a url) stands behind keepalived's own words. */

import { catalogue, row } from '../../base/log.ts';
import { type Micros, seconds, toSeconds } from '../../base/units.ts';
import { bfdEventText } from '../../bfd/core/event-text.ts';
import type { BfdVerdict } from '../../bfd/core/session.ts';
import { dnsFailureLine, failureLine, type ServerFailure } from './failure-line.ts';
import { type ProbeFailure, resultText } from './probe-result.ts';

interface Pooling {
  readonly [field: string]: unknown;
  readonly server: string;
  readonly service: string;
}
interface SorryPooling extends Pooling {
  readonly inhibit: boolean;
}
interface QuorumChange {
  readonly [field: string]: unknown;
  readonly quorum: number;
  readonly hysteresis: number;
  readonly alive: number;
  readonly service: string;
}
interface WeightChange extends Pooling {
  readonly from: number;
  readonly to: number;
  readonly alive: boolean;
}
interface Overdue extends Pooling {
  readonly check: string;
  /** whole seconds */
  readonly late: number;
}
interface ThresholdReached {
  readonly [field: string]: unknown;
  readonly service: string;
  readonly down: number;
  readonly of: number;
  readonly held: number;
  readonly keep: number;
}
interface Risen extends Pooling {
  readonly weight: number;
}
interface SlowStart extends Risen {
  readonly seconds: number;
}
interface Draining extends Pooling {
  readonly seconds: number;
}
interface Drained extends Pooling {
  /** null: nobody could count them */
  readonly connections: number | null;
}
interface ProgramEnded extends Pooling {
  readonly program: string;
}
interface ProgramFailed extends ProgramEnded {
  readonly failure: ProbeFailure;
  /** failures before this one since the last success */
  readonly retries: number;
  /** attempts left before the server counts as dead; 0 = it does now */
  readonly left: number;
}
type DnsFailed = Pick<ServerFailure, 'server' | 'failure'> & { readonly retries: number };
interface CheckFailed extends Pooling {
  readonly check: string;
  readonly retries: number;
}
type PageFine = { readonly server: string; readonly url: string; readonly what: string };
type CertificateEnds = { readonly server: string; readonly check: string; readonly left: Micros };
type NoResult = { readonly server: string; readonly attempted: string; readonly code: string };

export const checksLog = catalogue({
  checkerActivated: row(
    'checker_activated',
    'info',
    (f: Pooling) => `Activating healthchecker for service ${f.server} for VS ${f.service}`,
  ),
  checkerSuspended: row(
    'checker_suspended',
    'info',
    (f: Pooling) => `Suspending healthchecker for service ${f.server} for VS ${f.service}`,
  ),
  tcpSucceeded: row(
    'tcp_check_succeeded',
    'info',
    (f: { server: string }) => `TCP connection to ${f.server} success.`,
  ),
  httpSucceeded: row(
    'http_check_succeeded',
    'info',
    (f: { server: string }) => `Remote Web server ${f.server} succeed on service.`,
  ),
  pageFine: row('http_page_fine', 'info', (f: PageFine) => `${f.what} success to ${f.server} url(${f.url})`),
  probeFailed: row('probe_failed', 'info', (f: ServerFailure) => failureLine(f)),
  udpSucceeded: row(
    'udp_check_succeeded',
    'info',
    (f: { server: string }) => `UDP connection to ${f.server} success.`,
  ),
  dnsSucceeded: row(
    'dns_check_succeeded',
    'info',
    (f: { server: string }) => `DNS_CHECK (${f.server}) success.`,
  ),
  pingSucceeded: row(
    'ping_check_succeeded',
    'info',
    (f: { server: string }) => `ICMP connection to ${f.server} success.`,
  ),
  smtpSucceeded: row(
    'smtp_check_succeeded',
    'info',
    (f: { server: string }) => `Remote SMTP server ${f.server} succeed on service.`,
  ),
  sessionUp: row(
    'bfd_check_succeeded',
    'info',
    (f: { session: string; server: string }) => `BFD session ${f.session} of service ${f.server} is Up.`,
  ),
  bfdEvent: row('bfd_event', 'info', (f: { session: string; verdict: BfdVerdict }) => bfdEventText(f)),
  checkFailed: row(
    'check_failed',
    'notice',
    (f: CheckFailed) => `${f.check} on service ${f.server} failed${afterRetries(f.retries)}.`,
  ),
  programSucceeded: row(
    'misc_check_succeeded',
    'info',
    (f: ProgramEnded) => `Misc check for [${f.server} VS ${f.service}] by [${f.program}] succeeded.`,
  ),
  programFailed: row('misc_check_failed', 'notice', (f: ProgramFailed) => programLine(f)),
  pingFailed: row(
    'check_failed',
    'notice',
    (f: CheckFailed) => `${f.check} on service ${f.server} of ${f.service} failed${afterRetries(f.retries)}.`,
  ),
  dnsFailed: row('dns_check_failed', 'notice', (f: DnsFailed) => dnsFailureLine(f) + afterRetries(f.retries)),
  serviceSucceeded: row(
    'service_check_succeeded',
    'info',
    (f: Pooling & { check: string }) => `${f.check} on service ${f.server} of ${f.service} succeeded.`,
  ),
  agentUnheard: row(
    'agent_unheard',
    'warning',
    (f: { server: string; why: string }) =>
      `AGENT_CHECK of ${f.server}: the agent was not heard, what it said before stays: ${f.why}`,
  ),
  certificateEnds: row('certificate_ends', 'warning', (f: CertificateEnds) => certificateLine(f)),
  noResult: row(
    'check_no_result',
    'warning',
    (f: NoResult) => `No check of ${f.server}: ${f.attempted} failed on this host (${f.code}). Rescheduling.`,
  ),

  serverAdded: row('server_added', 'notice', (f: Pooling) => `Adding service ${f.server} to VS ${f.service}`),
  serverRemoved: row(
    'server_removed',
    'notice',
    (f: Pooling) => `Removing service ${f.server} from VS ${f.service}`,
  ),
  serverKept: row(
    'server_kept',
    'warning',
    (f: Pooling) =>
      `Keeping service ${f.server} in VS ${f.service} although its checks fail (depool_threshold)`,
  ),
  thresholdReached: row(
    'depool_threshold_reached',
    'alert',
    (f: ThresholdReached) =>
      `${f.down} of ${f.of} servers of VS ${f.service} fail their checks: depool_threshold ${f.keep} reached, no more are taken out`,
  ),
  thresholdLeft: row(
    'depool_threshold_left',
    'notice',
    (f: { service: string }) => `depool_threshold keeps no server in VS ${f.service} any more`,
  ),
  slowStart: row(
    'slow_start',
    'info',
    (f: SlowStart) =>
      `Weight of service ${f.server} of VS ${f.service} rises to ${f.weight} in ${f.seconds} s`,
  ),
  slowStartOver: row(
    'slow_start_over',
    'info',
    (f: Risen) => `Weight of service ${f.server} of VS ${f.service} is ${f.weight} again`,
  ),
  drainBegun: row(
    'drain_begun',
    'notice',
    (f: Draining) => `Draining service ${f.server} of VS ${f.service} for at most ${f.seconds} s`,
  ),
  drained: row('drained', 'notice', (f: Drained) => drainedLine(f)),
  aliveWhileDrained: row(
    'server_alive_while_drained',
    'notice',
    (f: Pooling) => `Service ${f.server} of VS ${f.service} passes its checks again and stays drained`,
  ),
  drainLifted: row(
    'drain_lifted',
    'notice',
    (f: Pooling) => `Service ${f.server} of VS ${f.service} is drained no longer`,
  ),
  serverEnabled: row(
    'server_enabled',
    'notice',
    (f: Pooling) => `Enabling service ${f.server} of VS ${f.service}`,
  ),
  serverDisabled: row(
    'server_disabled',
    'notice',
    (f: Pooling) => `Disabling service ${f.server} of VS ${f.service}`,
  ),
  quorumGained: row(
    'quorum_gained',
    'notice',
    (f: QuorumChange) =>
      `Gained quorum ${f.quorum}+${f.hysteresis}=${f.quorum + f.hysteresis} <= ${f.alive} for VS ${f.service}`,
  ),
  quorumLost: row(
    'quorum_lost',
    'warning',
    (f: QuorumChange) =>
      `Lost quorum ${f.quorum}-${f.hysteresis}=${f.quorum - f.hysteresis} > ${f.alive} for VS ${f.service}`,
  ),
  sorryAdded: row(
    'sorry_server_added',
    'notice',
    (f: SorryPooling) => `${f.inhibit ? 'Enabling' : 'Adding'} sorry server ${f.server} to VS ${f.service}`,
  ),
  sorryRemoved: row(
    'sorry_server_removed',
    'notice',
    (f: SorryPooling) =>
      `${f.inhibit ? 'Disabling' : 'Removing'} sorry server ${f.server} from VS ${f.service}`,
  ),
  poolEmptied: row(
    'pool_emptied',
    'notice',
    (f: { service: string }) => `Removing alive servers from the pool for VS ${f.service}`,
  ),
  poolRestored: row(
    'pool_restored',
    'notice',
    (f: { service: string }) => `Adding alive servers to the pool for VS ${f.service}`,
  ),

  serverGone: row('server_gone', 'notice', (f: Pooling) => `service ${f.server} no longer exist`),
  serviceGone: row(
    'service_gone',
    'notice',
    (f: { service: string }) => `Removing Virtual Server ${f.service}`,
  ),
  shuttingDown: row(
    'server_shut_down',
    'info',
    (f: Pooling) => `Shutting down service ${f.server} from VS ${f.service}`,
  ),
  weightChanged: row(
    'server_weight_changed',
    'info',
    (f: WeightChange) =>
      `Changing weight from ${f.from} to ${f.to} for ${f.alive ? '' : 'in'}active service ${f.server} of VS ${f.service}`,
  ),

  overdue: row(
    'check_overdue',
    'alert',
    (f: Overdue) =>
      `${f.check} of ${f.server} for VS ${f.service} should have run ${f.late} s ago: nobody watches this server`,
  ),
  moreOverdue: row(
    'checks_overdue',
    'alert',
    (f: { count: number }) => `${f.count} more checks have not run for three of their intervals`,
  ),
  runsAgain: row('check_runs_again', 'notice', (f: { check: string }) => `${f.check} runs again`),

  initializing: row('ipvs_initializing', 'info', (_: Record<string, never>) => 'Initializing ipvs'),
  ipvsTrouble: row(
    'ipvs_trouble',
    'error',
    (f: { reason: string }) => `IPVS table not as decided, checks go on and it is tried again: ${f.reason}`,
  ),
  ipvsRecovered: row(
    'ipvs_recovered',
    'notice',
    (f: { operations: number }) => `IPVS table as decided again after ${f.operations} operations`,
  ),
  addressesUnknown: row(
    'own_addresses_unreadable',
    'error',
    (f: { reason: string }) => `ha_suspend without effect, all checks run: ${f.reason}`,
  ),
  memoryLost: row(
    'check_memory_lost',
    'warning',
    (f: { reason: string }) => `Results of the checks will not outlive this process: ${f.reason}`,
  ),
  clientCertificate: row(
    'client_certificate_unusable',
    'error',
    (f: { reason: string }) =>
      `SSL: the client certificate cannot be used, SSL_GET goes on without: ${f.reason}`,
  ),
  fileNotWritten: row(
    'init_file_failed',
    'error',
    (f: { reason: string }) => `track_file: the initial value was not written: ${f.reason}`,
  ),
  ipvsSetting: row(
    'ipvs_setting_failed',
    'error',
    (f: { what: string; reason: string }) => `IPVS ${f.what} not done: ${f.reason}`,
  ),
});

function drainedLine({ server, service, connections }: Drained): string {
  const done = `Service ${server} of VS ${service} is drained`;
  if (connections === 0) return done;
  const left = connections === null ? 'its connections were not counted' : plural(connections, 'connection');
  return `${done}: its time is up, ${left}${connections === null ? '' : ' left'}`;
}

function programLine({ server, service, program, failure, retries, left }: ProgramFailed): string {
  const verdict = failure.kind === 'program_timeout' ? 'timed out' : 'failed';
  const how = resultText({ kind: 'failed', failure });
  return `Misc check for [${server} VS ${service}] by [${program}] ${verdict}${attempt(retries, left)} (${how}).`;
}

function attempt(retries: number, left: number): string {
  if (left > 0) return retries === 0 ? `, will do ${left} retries` : ` on retry ${retries}/${retries + left}`;
  return afterRetries(retries) || ' with retry disabled';
}

const plural = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

function certificateLine({ server, check, left }: CertificateEnds): string {
  const days = Math.floor(toSeconds(left) / toSeconds(seconds(86_400)));
  const when = left <= 0 ? 'has ended' : days === 0 ? 'ends within a day' : `ends in ${days} days`;
  return `${check}: the certificate of ${server} ${when}. The server stays up.`;
}

const afterRetries = (retries: number): string => (retries > 0 ? ` after ${retries} retries` : '');
