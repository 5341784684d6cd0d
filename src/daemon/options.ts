/** The daemon's command line: keepalived's options with keepalived's meaning, from one table that also prints --help.
 *  Options whose effect vipd does not have yet are accepted and reported, so that existing unit files keep working. */
import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../base/result.ts';
import type { LogOptions } from './ipc.ts';

export interface DaemonOptions {
  readonly action: 'run' | 'test' | 'version' | 'help' | 'schema' | 'signum';
  /** null: /etc/vipd/vipd.conf, else /etc/keepalived/keepalived.conf */
  readonly configFile: string | null;
  readonly configId: string | null;
  /** -e: every include must be readable */
  readonly strictIncludes: boolean;
  /** warnings refuse a configuration */
  readonly strict: boolean;
  /** with -t: diagnostics as JSON on standard output */
  readonly json: boolean;
  readonly halves: { readonly vrrp: boolean; readonly checkers: boolean };
  readonly foreground: boolean;
  readonly log: LogOptions;
  /** -d: the configuration goes to the log */
  readonly dumpConfig: boolean;
  /** --all: every child, also one that has nothing to do */
  readonly allChildren: boolean;
  /** -a: every change of an address is logged */
  readonly watchAddresses: boolean;
  readonly coreDumps: boolean;
  readonly releaseVips: boolean;
  readonly releaseIpvs: boolean;
  readonly respawn: boolean;
  readonly pidFiles: {
    readonly parent: string | null;
    readonly vrrp: string | null;
    readonly checkers: string | null;
  };
  /** network namespace; stronger than net_namespace */
  readonly namespace: string | null;
  readonly controlSocket: string | null;
  /** where the vrrp process records its run */
  readonly record: string | null;
  /** numeric umask for files that vipd creates; dumps are 0600 whatever it says */
  readonly umask: number | null;
  readonly testLog: string | null;
  readonly signalName: string | null;
  /** things worth a line in the log: options without effect, extra words */
  readonly remarks: readonly string[];
}

interface OptionRow {
  readonly long: string;
  readonly short?: string;
  readonly argument?: string;
  readonly help: string;
  readonly effect?: 'none';
}

/** External behaviour of keepalived, section 1.4, then vipd's own. */
export const OPTIONS: readonly OptionRow[] = [
  { long: 'use-file', short: 'f', argument: 'FILE', help: 'configuration file' },
  { long: 'vrrp', short: 'P', help: 'only run the VRRP half' },
  { long: 'check', short: 'C', help: 'only run the health checks and IPVS half' },
  { long: 'no_bfd', short: 'B', help: 'do not run BFD', effect: 'none' },
  { long: 'all', help: 'run all children even without configuration' },
  { long: 'log-console', short: 'l', help: 'log to the console' },
  { long: 'log-detail', short: 'D', help: 'detailed log; twice for more' },
  {
    long: 'log-facility',
    short: 'S',
    argument: 'FACILITY',
    help: 'syslog facility: 0-7, localN, user, daemon',
  },
  { long: 'log-file', short: 'g', help: 'log to files, one per process (--log-file=FILE)' },
  { long: 'flush-log-file', help: 'write each line at once, as vipd always does' },
  { long: 'no-syslog', short: 'G', help: 'do not log to syslog' },
  { long: 'umask', short: 'u', argument: 'MASK', help: 'umask (octal) for files that vipd creates' },
  { long: 'release-vips', short: 'X', help: 'remove VIPs at stop even if not master, as vipd always does' },
  { long: 'dont-release-vrrp', short: 'V', help: 'leave VIPs in place at stop' },
  { long: 'dont-release-ipvs', short: 'I', help: 'leave the IPVS table in place at stop' },
  { long: 'dont-respawn', short: 'R', help: 'stop instead of restarting a child that died' },
  { long: 'dont-fork', short: 'n', help: 'stay in the foreground' },
  { long: 'dump-conf', short: 'd', help: 'log the effective configuration at start' },
  { long: 'pid', short: 'p', argument: 'FILE', help: 'pid file of the parent' },
  { long: 'vrrp_pid', short: 'r', argument: 'FILE', help: 'pid file of the vrrp process' },
  { long: 'checkers_pid', short: 'c', argument: 'FILE', help: 'pid file of the checkers process' },
  { long: 'bfd_pid', short: 'b', argument: 'FILE', help: 'pid file of the BFD process', effect: 'none' },
  { long: 'address-monitoring', short: 'a', help: 'log every address change' },
  { long: 'snmp', short: 'x', help: 'enable SNMP', effect: 'none' },
  { long: 'snmp-agent-socket', short: 'A', argument: 'FILE', help: 'AgentX socket', effect: 'none' },
  { long: 'namespace', short: 's', argument: 'NAME', help: 'network namespace to run in' },
  { long: 'core-dump', short: 'm', help: 'unlimited core size' },
  { long: 'all-config', short: 'e', help: 'every include must be readable' },
  { long: 'config-id', short: 'i', argument: 'ID', help: 'id for @ID lines (default: the short host name)' },
  { long: 'config-test', short: 't', help: 'test the configuration (--config-test=FILE logs to FILE)' },
  { long: 'signum', argument: 'NAME', help: 'print the number of a signal: STOP RELOAD DATA STATS' },
  { long: 'version', short: 'v', help: 'print the version' },
  { long: 'help', short: 'h', help: 'print this text' },
  { long: 'schema', help: 'print the JSON schema of the configuration model' },
  { long: 'strict', help: 'refuse a configuration that gets a warning' },
  { long: 'json', help: 'with -t: print what was found as JSON, for editors' },
  { long: 'log-json', help: 'log lines as JSON' },
  { long: 'record', argument: 'FILE', help: 'record what the VRRP core sees, for vipctl replay' },
  { long: 'control-socket', argument: 'PATH', help: 'unix socket for vipctl (default /run/vipd/vipd.sock)' },
];

/** An unknown option or a missing argument is an error text; extra words are only remarked, as keepalived does. */
export function parseOptions(argv: readonly string[]): Result<DaemonOptions, string> {
  const { argv: words, testLog, logFile } = takeOptional(argv);
  let parsed: ReturnType<typeof readWords>;
  try {
    parsed = readWords(words);
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  const text = (name: string): string | null => {
    const all = values[name];
    const last = Array.isArray(all) ? all.at(-1) : undefined;
    return typeof last === 'string' ? last : null;
  };
  const count = (name: string): number => (Array.isArray(values[name]) ? values[name].length : 0);
  const umask = text('umask');
  if (umask !== null && !/^(0[xX][0-9a-fA-F]+|[0-7]{1,4})$/.test(umask)) {
    return err(`umask '${umask}' is not an octal number`);
  }
  const facility = facilityOf(text('log-facility') ?? 'daemon');
  if (facility === null)
    return err(`'${text('log-facility')}' is no syslog facility: 0-7, localN, user, daemon`);
  const only = { vrrp: count('vrrp') > 0, checkers: count('check') > 0 };
  return ok({
    action: actionOf(count, testLog),
    configFile: text('use-file'),
    configId: text('config-id'),
    strictIncludes: count('all-config') > 0,
    strict: count('strict') > 0,
    json: count('json') > 0,
    halves: { vrrp: only.vrrp || !only.checkers, checkers: only.checkers || !only.vrrp },
    foreground: count('dont-fork') > 0,
    log: {
      console: count('log-console') > 0,
      format: count('log-json') > 0 ? 'json' : 'text',
      detail: count('log-detail') >= 2 ? 2 : count('log-detail') === 1 ? 1 : 0,
      facility,
      syslog: count('no-syslog') === 0,
      file: logFile ?? (count('log-file') > 0 ? LOG_FILE : null),
    },
    dumpConfig: count('dump-conf') > 0,
    allChildren: count('all') > 0,
    watchAddresses: count('address-monitoring') > 0,
    coreDumps: count('core-dump') > 0,
    releaseVips: count('dont-release-vrrp') === 0,
    releaseIpvs: count('dont-release-ipvs') === 0,
    respawn: count('dont-respawn') === 0,
    pidFiles: { parent: text('pid'), vrrp: text('vrrp_pid'), checkers: text('checkers_pid') },
    namespace: text('namespace'),
    controlSocket: text('control-socket'),
    record: text('record'),
    umask: umask === null ? null : Number.parseInt(umask, umask.toLowerCase().startsWith('0x') ? 16 : 8),
    testLog,
    signalName: text('signum'),
    remarks: [
      ...OPTIONS.filter((row) => row.effect === 'none' && count(row.long) > 0).map(
        (row) => `option --${row.long} has no effect in vipd yet`,
      ),
      ...positionals.map((word) => `unexpected argument '${word}' ignored`),
    ],
  });
}

function actionOf(count: (name: string) => number, testLog: string | null): DaemonOptions['action'] {
  if (count('help') > 0) return 'help';
  if (count('version') > 0) return 'version';
  if (count('signum') > 0) return 'signum';
  if (count('schema') > 0) return 'schema';
  return count('config-test') > 0 || testLog !== null ? 'test' : 'run';
}

/** The options with an optional argument, `--config-test=FILE` or `-tFILE`, `--log-file=FILE` or `-gFILE`; node:util has no
 *  such kind. */
function takeOptional(argv: readonly string[]): {
  readonly argv: readonly string[];
  readonly testLog: string | null;
  readonly logFile: string | null;
} {
  const found: Record<'config-test' | 'log-file', string | null> = { 'config-test': null, 'log-file': null };
  const rest = argv.map((word) => {
    const match = /^--(config-test|log-file)=(.+)$/.exec(word);
    const short = /^-([tg])([./].*)$/.exec(word);
    if (match === null && short === null) return word;
    const name = (match?.[1] ?? (short?.[1] === 't' ? 'config-test' : 'log-file')) as keyof typeof found;
    found[name] = match?.[2] ?? short?.[2] ?? null;
    return `--${name}`;
  });
  return { argv: rest, testLog: found['config-test'], logFile: found['log-file'] };
}

/** keepalived's, so that what follows it finds it. */
const LOG_FILE = '/tmp/keepalived.log';
/** syslog.h */
const FACILITY = { user: 1, daemon: 3, local0: 16 } as const;

/** `3` and `local3` are the same; null for what is none. */
function facilityOf(word: string): number | null {
  if (word === 'user' || word === 'daemon') return FACILITY[word];
  const local = /^(?:local)?([0-7])$/.exec(word)?.[1];
  return local === undefined ? null : FACILITY.local0 + Number(local);
}

function readWords(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    allowPositionals: true,
    strict: true,
    options: Object.fromEntries(
      OPTIONS.map((row) => [
        row.long,
        {
          type: row.argument === undefined ? ('boolean' as const) : ('string' as const),
          multiple: true as const,
          ...(row.short === undefined ? {} : { short: row.short }),
        },
      ]),
    ),
  });
}

export function helpText(): string {
  const rows = OPTIONS.filter((row) => row.effect !== 'none').map((row) => {
    const names = `${row.short === undefined ? '    ' : `-${row.short}, `}--${row.long}`;
    return `  ${`${names}${row.argument === undefined ? '' : ` ${row.argument}`}`.padEnd(30)} ${row.help}`;
  });
  const ignored = OPTIONS.filter((row) => row.effect === 'none').map((row) => `--${row.long}`);
  return [
    'Usage: vipd [OPTION...]',
    '',
    ...rows,
    '',
    `Accepted for keepalived's sake, without effect yet: ${ignored.join(' ')}`,
    '',
  ].join('\n');
}

/** Numbers of the signals by keepalived's names; null for an unknown name. */
export function signalNumber(name: string): number | null {
  const numbers: Readonly<Record<string, number>> = { STOP: 15, RELOAD: 1, DATA: 10, STATS: 12 };
  return numbers[name] ?? null;
}
