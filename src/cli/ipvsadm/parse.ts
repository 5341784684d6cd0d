/** A command line of ipvsadm to what it orders. Pure: a host name that nobody has looked up yet is a complaint, and
 *  the caller comes again when it knows. */
import { exhaustive } from '../../base/never.ts';
import { err, mapResult, ok, type Result } from '../../base/result.ts';
import { seconds } from '../../base/units.ts';
import type { SyncDaemon, SyncRole } from '../../ipvs/core/daemon.ts';
import type { ListingView } from '../../ipvs/core/listing-views.ts';
import type { IpvsTimeouts } from '../../ports/ipvs-kernel.ts';
import { listProblem, optionProblem } from './checks.ts';
import { type Given, gather, TIMEOUT_SECONDS_MAX, type Whole } from './given.ts';
import { operationOf } from './operation.ts';
import type { CommandName, Subject } from './option-table.ts';
import { type Complaint, type IpvsadmOrder, type Lookups, refused, unreadable } from './order.ts';
import { parseNumber, parseSchedulerFlags } from './values.ts';
import { readWords, type Token, type Words } from './words.ts';

const TRY_HELP = "Try `ipvsadm -h' or 'ipvsadm --help' for more information.";

type Parsed = Result<IpvsadmOrder, Complaint>;

/** `argv` without the program's name. Without any words the table is listed. */
export function parseCommandLine(argv: readonly string[], lookups: Lookups): Parsed {
  const words = readWords(argv.length === 0 ? ['-L'] : argv);
  const [first, ...tokens] = words.tokens;
  if (first?.kind !== 'command') return err(unreadable(`${withoutCommand(first, words)}\n${TRY_HELP}`));
  if (first.name === 'help' || first.name === 'version') return ok({ kind: first.name });
  const role = roleOf(first);
  if (role !== null && !role.ok) return role;
  const given = gather(tokens, lookups);
  if (!given.ok) return given;
  const misread = tokens.find((token) => token.kind === 'misread');
  if (misread !== undefined) return err(unreadable(misread.text));
  const wanted = first.name === 'setTimeouts' ? TIMEOUTS : 0;
  const unexpected = words.rest[wanted];
  const timeouts = wanted === 0 ? ok({}) : parseTimeouts(words.rest);
  if (!timeouts.ok) return timeouts;
  if (unexpected !== undefined) return err(refused(`unexpected argument ${unexpected}`));
  const flags = parseSchedulerFlags(given.value.schedulerFlags, given.value.scheduler);
  if (!flags.ok) return err(refused(flags.error));
  const problem = optionProblem(first.name, given.value);
  if (problem !== null) return err(refused(problem));
  return orderOf(first.name, {
    ...given.value,
    flags: flags.value,
    role: role?.value ?? 'master',
    timeouts: timeouts.value,
  });
}

/** Only the word that should have been a command is told: nothing behind it was looked at. */
function withoutCommand(first: Token | undefined, { rest }: Words): string {
  if (first?.kind === 'misread') return first.text;
  if (first?.kind === 'option') return `${first.word}: a command has to come first`;
  return rest[0] === undefined ? 'a command is missing' : `unexpected argument ${rest[0]}`;
}

/** Of the two commands about synchronisation daemons; null for the others. */
function roleOf({
  name,
  argument,
}: Extract<Token, { readonly kind: 'command' }>): Result<SyncRole, Complaint> | null {
  if (name !== 'startDaemon' && name !== 'stopDaemon') return null;
  if (argument === 'master' || argument === 'backup') return ok(argument);
  const option = name === 'startDaemon' ? 'start-daemon' : 'stop-daemon';
  return err(refused(`illegal ${option} parameter specified`));
}

/** `--set` is followed by the timeouts of TCP, of TCP after a FIN, and of UDP. */
const TIMEOUTS = 3;

function parseTimeouts(words: readonly string[]): Result<Partial<IpvsTimeouts>, Complaint> {
  if (words.length < TIMEOUTS) return err(refused('--set option requires 3 timeout values'));
  const [tcp, tcpFin, udp] = words.map((word) => parseNumber(word, 0, TIMEOUT_SECONDS_MAX));
  const wrong = [tcp, tcpFin, udp].indexOf(null);
  if (wrong >= 0) return err(refused(`invalid timeout value \`${words[wrong]}' specified`));
  return ok({ tcp: seconds(tcp ?? 0), tcpFin: seconds(tcpFin ?? 0), udp: seconds(udp ?? 0) });
}

function orderOf(name: Exclude<CommandName, 'help' | 'version'>, given: Whole): Parsed {
  switch (name) {
    case 'addService':
    case 'editService':
    case 'deleteService':
    case 'addServer':
    case 'editServer':
    case 'deleteServer':
      return mapResult(operationOf(name, given), (operation) => ({ kind: 'operate', operation }));
    case 'clear':
      return ok({ kind: 'clear' });
    case 'restore':
      return ok({ kind: 'restore' });
    case 'save':
      return ok({ kind: 'save', numeric: given.subjects.has('numeric') });
    case 'list':
      return listOf(given);
    case 'zero':
      return ok({ kind: 'zero', service: given.service });
    case 'startDaemon':
      return ok({ kind: 'start_daemon', daemon: daemonOf(given) });
    case 'stopDaemon':
      return ok({ kind: 'stop_daemon', role: given.role });
    case 'setTimeouts':
      return ok({ kind: 'set_timeouts', timeouts: given.timeouts });
    default:
      return exhaustive(name);
  }
}

const daemonOf = ({
  role,
  interface: device,
  syncId,
  maxLength,
  group,
  groupPort,
  ttl,
}: Whole): SyncDaemon => ({
  role,
  interface: device,
  syncId,
  maxLength,
  group,
  port: groupPort,
  ttl,
});

/** Of several views the one that stands first here. */
const VIEWS: readonly (readonly [Subject, ListingView])[] = [
  ['stats', 'stats'],
  ['rate', 'rate'],
  ['thresholds', 'thresholds'],
  ['persistent-conn', 'persistent_conn'],
  ['tun-info', 'tun_info'],
];

function listOf(given: Given): Parsed {
  const problem = listProblem(given);
  if (problem !== null) return err(refused(problem));
  const has = (subject: Subject): boolean => given.subjects.has(subject);
  const numeric = has('numeric');
  if (has('connection')) return ok({ kind: 'list_connections', numeric, engines: has('persistent-conn') });
  if (has('timeout')) return ok({ kind: 'list_timeouts' });
  if (has('daemon')) return ok({ kind: 'list_daemons' });
  return ok({
    kind: 'list_table',
    service: given.service,
    view: VIEWS.find(([subject]) => has(subject))?.[1] ?? 'plain',
    exact: has('exact'),
    sorted: !has('nosort'),
    numeric,
  });
}
