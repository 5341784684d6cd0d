/** Rules that need the machine: interfaces, users, commands. What is missing now may be there later, so none of these
 *  is an end: an instance waits for its interface, and a script that cannot be run is not run. */
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Config } from '../model/config.ts';
import type { ScriptUser } from '../model/global.ts';
import type { NameSource } from '../schema/iproute-names.ts';
import { bareCommand, fifo, optionalCommand, scriptCommand, scriptUser } from '../schema/script-values.ts';
import type { Statement } from '../syntax/tree.ts';
import { createInterfaceUses } from './host-interfaces.ts';

export interface HostFacts {
  readonly hasInterface: (name: string) => boolean;
  readonly hasUser: (name: string) => boolean;
  readonly hasGroup: (name: string) => boolean;
  /** an executable file: by path, or by name through $PATH */
  readonly hasCommand: (program: string) => boolean;
  /** the part of the program's path that others than root could change, as a phrase; null when there is none */
  readonly unsafePart: (program: string) => string | null;
  /** the names in iproute2's files */
  readonly iprouteNames: NameSource;
}

/** The account that runs scripts when the file names none. */
const SCRIPT_USER_DEFAULT = 'keepalived_script';

/** What the text wants of the machine, gathered statement by statement. */
export interface HostWants {
  /** `block`: the statements beside it */
  readonly visit: (statement: Statement, block: readonly Statement[]) => void;
  readonly check: (config: Config) => void;
}

export function createHostWants(host: HostFacts, report: Report): HostWants {
  const interfaces = createInterfaceUses();
  const uses: ScriptUses = { commands: [], users: [] };
  return {
    visit: (statement, block) => {
      interfaces.visit(statement);
      noteScripts(statement, block, uses);
    },
    check: (config) => {
      if (!config.global.vrrp.dynamicInterfaces) interfaces.check(config, host.hasInterface, report);
      checkScripts(uses, config, remembering(host), report);
    },
  };
}

/** Thousands of servers share a few programs and users: each is asked for once. */
function remembering(host: HostFacts): HostFacts {
  return {
    ...host,
    hasUser: remembered(host.hasUser),
    hasGroup: remembered(host.hasGroup),
    hasCommand: remembered(host.hasCommand),
    unsafePart: remembered(host.unsafePart),
  };
}

function remembered<T>(ask: (name: string) => T): (name: string) => T {
  const answers = new Map<string, T>();
  return (name) => {
    const known = answers.get(name);
    if (known !== undefined) return known;
    const answer = ask(name);
    answers.set(name, answer);
    return answer;
  };
}

function checkScripts(
  { commands, users }: ScriptUses,
  config: Config,
  host: HostFacts,
  report: Report,
): void {
  for (const { user, at } of users) checkUser(user, at, host, report);
  for (const { program, at } of commands) {
    if (host.hasCommand(program)) continue;
    // keepalived looks for the commands of vrrp_script only; a missing notify script is found out when it is run
    const row = at.keyword.text === 'script' ? catalog.command_disabled : catalog.command_absent;
    report(row(at.args[0] ?? at.keyword, { program }));
  }
  checkSecurity(config, commands, host, report);
}

/** Without enable_script_security one complaint for all scripts, at the first that could be run; with it, each that will be
 *  refused as root, and that script_user is missing. */
function checkSecurity(
  { global }: Config,
  scripts: readonly Command[],
  host: HostFacts,
  report: Report,
): void {
  const [first] = scripts;
  if (first === undefined) return;
  if (global.scripts.security) {
    for (const { program, user, at } of scripts) {
      const name = (user ?? global.scripts.user)?.user;
      const part = name === 'root' || name === '0' ? host.unsafePart(program) : null;
      if (part !== null) report(catalog.unsafe_script(at.args[0] ?? at.keyword, { program, part }));
    }
    if (global.scripts.user !== null || host.hasUser(SCRIPT_USER_DEFAULT)) return;
    const unnamed = scripts.find((script) => script.user === null);
    if (unnamed !== undefined)
      report(catalog.no_script_user(unnamed.at.keyword, { user: SCRIPT_USER_DEFAULT }));
    return;
  }
  const isRunnable = ({ program, user }: Command) =>
    host.hasCommand(program) && (user === null || isKnown(user.user, host.hasUser));
  const runnable = scripts.find(isRunnable);
  if (runnable !== undefined) report(catalog.insecure_scripts(runnable.at.keyword, {}));
}

interface Command {
  readonly program: string;
  readonly user: ScriptUser | null;
  readonly at: Statement;
}

const IGNORE: Report = () => undefined; // the first reading has reported it

/** Every command and every user that the text names. */
interface ScriptUses {
  readonly commands: Command[];
  readonly users: { readonly user: ScriptUser; readonly at: Statement }[];
}

function noteScripts(at: Statement, block: readonly Statement[], { commands, users }: ScriptUses): void {
  if (at.row.shape !== 'line') return;
  const { read } = at.row;
  const isCommand = read === scriptCommand || read === optionalCommand;
  const command = isCommand && at.args.length > 0 ? scriptCommand(at, IGNORE) : undefined;
  const argv = read === bareCommand ? bareCommand(at, IGNORE) : command?.argv;
  const owner = read === fifo ? fifo(at, IGNORE)?.user : command?.user;
  const user = (read === scriptUser ? scriptUser(at, IGNORE) : owner) ?? null;
  if (argv !== undefined) {
    commands.push({ program: argv[0], user: read === bareCommand ? userOf(block) : user, at });
  }
  if (user !== null) users.push({ user, at });
}

/** The `user` line beside a `script` or `misc_path`. */
function userOf(block: readonly Statement[]): ScriptUser | null {
  const line = block.find(({ keyword, row }) => keyword.text === 'user' && row.shape === 'line');
  return line === undefined ? null : (scriptUser(line, IGNORE) ?? null);
}

/** Numbers need no entry in a database. */
const isKnown = (name: string, exists: (name: string) => boolean): boolean =>
  /^\d+$/.test(name) || exists(name);

function checkUser({ user, group }: ScriptUser, at: Statement, host: HostFacts, report: Report): void {
  if (!isKnown(user, host.hasUser)) report(catalog.user_absent(at.keyword, { name: user, what: 'user' }));
  // a leading colon adds supplementary groups and may stand alone
  const name = group?.replace(/^:/, '') ?? '';
  if (name !== '' && !isKnown(name, host.hasGroup))
    report(catalog.user_absent(at.keyword, { name, what: 'group' }));
}
