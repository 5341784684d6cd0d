/** The words of `vipctl realserver`, and what it works on when it runs for real. */
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { type IpAddress, parseIp } from '../../base/ip.ts';
import { systemErrorText } from '../../base/system-error.ts';
import { MODES, type Mode } from './facts.ts';
import { RECORD_FILE, UNIT_FOLDER } from './files.ts';
import { noRights, thisMachine } from './machine.ts';
import { type Output, type Places, runRealserver, type Verb } from './run.ts';

interface Words {
  readonly vip: IpAddress;
  readonly mode: Mode;
  readonly persist?: true;
}

/** How long systemd may take to read its units again. */
const SYSTEMCTL_LIMIT_MS = 30_000;

export function addRealserver(program: Command, output: Output, finish: (exitStatus: number) => void): void {
  program
    .command('realserver')
    .description(
      'on a real server: put a virtual address where DR or TUN needs it, look for mistakes, take it back',
    )
    .addArgument(new Argument('<verb>').choices(['setup', 'check', 'undo']))
    .requiredOption('--vip <address>', 'the virtual address', addressOf)
    .addOption(new Option('--mode <mode>', 'how the director forwards').choices(MODES).makeOptionMandatory())
    .option('--persist', 'over a reboot, through a systemd unit')
    .action((verb: Verb, { vip, mode, persist }: Words) =>
      finish(runHere({ verb, vip, mode, persist: persist === true }, output)),
    );
}

function addressOf(text: string): IpAddress {
  const address = parseIp(text);
  if (address === null) throw new InvalidArgumentError('It is not an IPv4 or IPv6 address.');
  return address;
}

function runHere(order: Parameters<typeof runRealserver>[0], output: Output): number {
  const machine = thisMachine();
  const problem = machine.ok ? (order.verb === 'check' ? null : noRights()) : machine.error;
  if (!machine.ok || problem !== null) {
    output.stderr(`vipctl: ${problem === null ? '' : systemErrorText(problem)}\n`);
    return 2;
  }
  return runRealserver(order, machine.value, places(), output);
}

const places = (): Places => ({
  record: RECORD_FILE,
  units: UNIT_FOLDER,
  program: [process.execPath, realpathSync(process.argv[1] ?? 'vipctl')],
  reloadUnits: () => {
    // as sd_booted(3) finds out whether systemd runs
    if (!existsSync('/run/systemd/system')) return;
    spawnSync('systemctl', ['daemon-reload'], { stdio: 'ignore', timeout: SYSTEMCTL_LIMIT_MS });
  },
});
