/** vipctl: the operator's tool. Everything it knows of the daemon comes over the control socket.
 *  Exit status: 0 all fine, 1 degraded or refused, 2 the daemon cannot be reached, 64 wrong usage. */
import { Command, CommanderError } from 'commander';
import { VERSION } from '../base/version.ts';
import { controlSocketPath } from '../control/api.ts';
import type { ClientError } from '../control/client.ts';
import { addCompareCommands } from './compare-commands.ts';
import { addConfigCommands } from './config-commands.ts';
import { addDrainCommands } from './drain.ts';
import { addImportCommand } from './import-command.ts';
import { addOrderCommands } from './order-commands.ts';
import { addRealserver } from './realserver/command.ts';
import { addSimulateCommand } from './simulate-command.ts';
import { problemsOf } from './status-problems.ts';
import { printStatus } from './status-text.ts';

/** sysexits.h */
const EX_USAGE = 64;

/** Where the tool writes and what time it is; a test gives its own. */
export interface Terminal {
  stdout(text: string): void;
  stderr(text: string): void;
  /** milliseconds since 1970 */
  wall(): number;
}

const PROCESS_TERMINAL: Terminal = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  wall: () => Date.now(),
};

export interface SocketChoice {
  readonly socket?: string;
  readonly namespace?: string;
  readonly instance?: string;
}

/** `argv` without node and script. Resolves to the exit status; never throws for a wrong argument. */
export async function runVipctl(
  argv: readonly string[],
  terminal: Terminal = PROCESS_TERMINAL,
): Promise<number> {
  // these have grammars of their own: their arguments pass through untouched
  if (argv[0] === 'genhash') return (await import('./genhash.ts')).runGenhash(argv.slice(1));
  if (argv[0] === 'ipvsadm') return (await import('./ipvsadm/ipvsadm.ts')).runIpvsadm(argv.slice(1));
  let exitStatus = 0;
  const program = vipctlProgram(terminal, (status) => {
    exitStatus = status;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitStatus;
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    return cause.exitCode === 0 ? 0 : EX_USAGE;
  }
}

function vipctlProgram(terminal: Terminal, finish: (exitStatus: number) => void): Command {
  const program = new Command('vipctl')
    .description('Look at and steer a running vipd')
    .exitOverride()
    .configureOutput({ writeOut: terminal.stdout, writeErr: terminal.stderr })
    .showHelpAfterError("Try 'vipctl --help'.")
    .helpCommand('help [command]', 'show help for a command');
  addressed(program, 'status')
    .description('show masters, addresses, virtual servers and the kernel table')
    .option('--json', 'the whole status as JSON')
    .action(async (options: SocketChoice & { json?: true }) => finish(await status(options, terminal)));
  addressed(program, 'reload')
    .description('read the configuration again; a file with errors changes nothing')
    .action(async (options: SocketChoice) => finish(await reload(options, terminal)));
  const notify = program.command('notify').description('what the daemon tells scripts, FIFOs and mail');
  addressed(notify, 'replay')
    .argument(
      '[name]',
      'an instance, a group, a service or a server as `vipctl status` names it; all unless given',
    )
    .description('run the scripts and write the FIFO lines of the present state again')
    .action(async (name: string | undefined, options: SocketChoice) =>
      finish(await replay(name ?? null, options, terminal)),
    );
  addressed(program, 'plan')
    .description('what a reload would change; exits 2 if anything, 0 if nothing')
    .option('--json', 'the answer as JSON')
    .action(async (options: SocketChoice & { json?: true }) => {
      const { runPlan } = await import('./plan.ts');
      finish(await runPlan(socketOf(options), options, terminal));
    });
  addDrainCommands({ program, terminal, finish, addressed, socketOf });
  program
    .command('replay')
    .description('run a recording (vipd --record FILE) through the VRRP core and print what happened')
    .argument('<file>', 'the recording')
    .option('--all', 'every event, not only those that led to something')
    .action(async (file: string, options: { all?: true }) => {
      const { runReplay } = await import('./replay.ts');
      finish(await runReplay(file, options, terminal));
    });
  program
    .command('genhash')
    .description('compute the digest of a page, with the arguments of the original genhash')
    .usage('-s ADDRESS -p PORT -u URL [more]');
  addOrderCommands(program, { addressed, socketOf }, terminal, finish);
  addConfigCommands(program, terminal, finish);
  addCompareCommands(program, terminal, finish);
  addImportCommand(program, terminal, finish);
  addSimulateCommand(program, terminal, finish);
  program
    .command('ipvsadm')
    .description("show and change the kernel's IPVS table, with the arguments of the original ipvsadm")
    .usage('-Ln | -A -t HOST:PORT -s SCHEDULER | … (ipvsadm -h)');
  addRealserver(program, terminal, finish);
  program
    .command('version')
    .description('print the version of this tool')
    .action(() => terminal.stdout(`vipctl ${VERSION}\n`));
  return program;
}

const addressed = (program: Command, name: string): Command =>
  program
    .command(name)
    .option(
      '--socket <path>',
      `control socket (default: ${controlSocketPath({ netNamespace: null, instance: null })})`,
    )
    .option('--instance <name>', "the socket of the daemon with this 'instance'")
    .option('--namespace <name>', "the socket of the daemon with this 'net_namespace'");

const socketOf = ({ socket, instance, namespace }: SocketChoice): string =>
  socket ?? controlSocketPath({ netNamespace: namespace ?? null, instance: instance ?? null });

async function status(options: SocketChoice & { json?: true }, terminal: Terminal): Promise<number> {
  const { fetchStatus } = await import('../control/client.ts');
  const answer = await fetchStatus(socketOf(options));
  if (!answer.ok) return complain(answer.error, terminal);
  terminal.stdout(
    options.json === true
      ? `${JSON.stringify(answer.value, null, 2)}\n`
      : printStatus(answer.value, terminal.wall()),
  );
  return problemsOf(answer.value).length === 0 ? 0 : 1;
}

async function reload(options: SocketChoice, terminal: Terminal): Promise<number> {
  const { requestReload } = await import('../control/client.ts');
  const answer = await requestReload(socketOf(options));
  if (!answer.ok) return complain(answer.error, terminal);
  const { accepted, diagnostics } = answer.value;
  for (const diagnostic of diagnostics) terminal.stderr(`${diagnostic}\n`);
  if (accepted) terminal.stdout('The configuration is accepted.\n');
  else terminal.stderr('The configuration is refused; the one before it stays in force.\n');
  return accepted ? 0 : 1;
}

async function replay(name: string | null, options: SocketChoice, terminal: Terminal): Promise<number> {
  const { requestReplay } = await import('../control/client.ts');
  const answer = await requestReplay(socketOf(options), name);
  if (!answer.ok) return complain(answer.error, terminal);
  const { objects } = answer.value;
  if (name !== null && objects === 0) {
    terminal.stderr(`vipctl: no instance, group, service or server has the name ${name}\n`);
    return 1;
  }
  terminal.stdout(`Told again: ${objects} object${objects === 1 ? '' : 's'}.\n`);
  return 0;
}

/** A daemon that answers nonsense is as good as none. */
function complain({ text }: ClientError, terminal: Terminal): number {
  terminal.stderr(`vipctl: ${text}\n`);
  return 2;
}
