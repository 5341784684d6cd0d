/** Rules that need the machine: interfaces, users, commands. What is missing now may be there later, so none of these
 *  is an end: an instance waits for its interface, and a script that cannot be run is not run. */
import { catalog } from '../diagnostics/catalog.ts';
import type { CatalogRow, Report } from '../diagnostics/diagnostic.ts';
import type { Config } from '../model/config.ts';
import type { ScriptUser } from '../model/global.ts';
import { bareCommand, scriptCommand, scriptUser } from '../schema/script-values.ts';
import type { Statement, Word } from '../syntax/tree.ts';

export interface HostFacts {
  readonly hasInterface: (name: string) => boolean;
  readonly hasUser: (name: string) => boolean;
  readonly hasGroup: (name: string) => boolean;
  /** an executable file: by path, or by name through $PATH */
  readonly hasCommand: (program: string) => boolean;
}

/** The account that runs scripts when the file names none. */
const SCRIPT_USER_DEFAULT = 'keepalived_script';

/** What the text wants of the machine, gathered statement by statement. */
export interface HostWants {
  readonly visit: (statement: Statement) => void;
  readonly check: (config: Config) => void;
}

export function createHostWants(host: HostFacts, report: Report): HostWants {
  const instances: Statement[] = [];
  const uses: ScriptUses = { commands: [], users: [] };
  return {
    visit: (statement) => {
      if (statement.keyword.text === 'vrrp_instance') instances.push(statement);
      noteScripts(statement, uses);
    },
    check: (config) => {
      if (!config.global.vrrp.dynamicInterfaces) checkInterfaces(instances, host, report);
      checkScripts(uses, config, host, report);
    },
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

/** One complaint for all scripts, at the first that could be run. */
function checkSecurity(
  { global }: Config,
  scripts: readonly Command[],
  host: HostFacts,
  report: Report,
): void {
  const [first] = scripts;
  if (first === undefined) return;
  if (global.scripts.security) {
    if (global.scripts.user !== null || host.hasUser(SCRIPT_USER_DEFAULT)) return;
    const unnamed = scripts.find((script) => script.user === null);
    if (unnamed !== undefined)
      report(catalog.no_script_user(unnamed.at.keyword, { user: SCRIPT_USER_DEFAULT }));
    return;
  }
  const runnable = scripts.find(({ program }) => host.hasCommand(program));
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

function noteScripts(at: Statement, { commands, users }: ScriptUses): void {
  if (at.row.shape !== 'line') return;
  const { read } = at.row;
  const command = read === scriptCommand ? scriptCommand(at, IGNORE) : undefined;
  const argv = read === bareCommand ? bareCommand(at, IGNORE) : command?.argv;
  const user = (read === scriptUser ? scriptUser(at, IGNORE) : command?.user) ?? null;
  if (argv !== undefined) commands.push({ program: argv[0], user, at });
  if (user !== null) users.push({ user, at });
}

function checkUser({ user, group }: ScriptUser, at: Statement, host: HostFacts, report: Report): void {
  const known = (name: string, exists: (name: string) => boolean) => /^\d+$/.test(name) || exists(name);
  if (!known(user, host.hasUser)) report(catalog.user_absent(at.keyword, { name: user, what: 'user' }));
  // a leading colon adds supplementary groups and may stand alone
  const name = group?.replace(/^:/, '') ?? '';
  if (name !== '' && !known(name, host.hasGroup))
    report(catalog.user_absent(at.keyword, { name, what: 'group' }));
}

function checkInterfaces(instances: readonly Statement[], host: HostFacts, report: Report): void {
  for (const instance of instances) {
    if (instance.body.kind !== 'block') continue;
    const name = instance.args[0]?.text ?? '';
    const check = (word: Word | undefined, row: CatalogRow<{ name: string; interface: string }>) => {
      if (word === undefined || host.hasInterface(word.text)) return;
      report(row(word, { name, interface: word.text }));
    };
    for (const { keyword, args, body } of instance.body.statements) {
      if (keyword.text === 'interface') check(args[0], catalog.interface_absent);
      if (body.kind !== 'list') continue;
      for (const entry of body.entries) {
        if (keyword.text === 'track_interface') check(entry.args[0], catalog.other_interface_absent);
        if (keyword.text.startsWith('virtual_ipaddress')) {
          const dev = entry.args.findIndex((word) => word.text === 'dev');
          if (dev !== -1) check(entry.args[dev + 1], catalog.other_interface_absent);
        }
      }
    }
  }
}
