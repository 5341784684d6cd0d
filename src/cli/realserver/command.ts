/** The words of `vipctl realserver`. */
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { type IpAddress, parseIp } from '../../base/ip.ts';
import { MODES, type Mode } from './facts.ts';
import type { Output, Verb } from './run.ts';

interface Words {
  readonly vip: IpAddress;
  readonly mode: Mode;
  readonly persist?: true;
}

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
    .action(async (verb: Verb, { vip, mode, persist }: Words) => {
      const { runHere } = await import('./realserver.ts');
      finish(runHere({ verb, vip, mode, persist: persist === true }, output));
    });
}

function addressOf(text: string): IpAddress {
  const address = parseIp(text);
  if (address === null) throw new InvalidArgumentError('It is not an IPv4 or IPv6 address.');
  return address;
}
