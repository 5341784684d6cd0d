/** `vipctl drain` and `vipctl undrain`: takes one real server out of service without cutting its connections, and puts it
 *  back. Exit status: 0 the order is carried out, 1 it is refused, 2 the daemon cannot be reached, 64 wrong usage. */
import type { Command } from 'commander';
import { type Micros, seconds } from '../base/units.ts';
import { DRAIN_SECONDS_MAX, type DrainOrder } from '../checks/core/drain-order.ts';
import type { SocketChoice, Terminal } from './vipctl.ts';

const EX_USAGE = 64;
const UNIT_SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** `300`, `90s`, `5m`, `2h`, `1d`; null for anything else and for more than a week */
export function parseLimit(text: string): Micros | null {
  const [, count, unit = ''] = /^(\d{1,6})([smhd]?)$/.exec(text) ?? [];
  const whole = Number(count) * (UNIT_SECONDS[unit] ?? Number.NaN);
  return whole <= DRAIN_SECONDS_MAX ? seconds(whole) : null;
}

export interface DrainCommands {
  readonly program: Command;
  readonly terminal: Terminal;
  readonly finish: (exitStatus: number) => void;
  /** a command with the options that choose the daemon */
  readonly addressed: (program: Command, name: string) => Command;
  readonly socketOf: (choice: SocketChoice) => string;
}

export function addDrainCommands({ program, terminal, finish, addressed, socketOf }: DrainCommands): void {
  const named = (name: string): Command =>
    addressed(program, name)
      .argument('<virtual-server>', 'as `vipctl status` names it, or ADDRESS:PORT, or "fwmark N"')
      .argument('<real-server>', 'ADDRESS:PORT, or ADDRESS alone where that is clear');
  named('drain')
    .description('give a real server no new connections, wait for those it has, take it out of the table')
    .option('--timeout <limit>', 'how long to wait, such as 90s, 5m, 2h; 0 takes it out at once')
    .action(
      async (virtualServer: string, realServer: string, options: SocketChoice & { timeout?: string }) => {
        const limit = options.timeout === undefined ? null : parseLimit(options.timeout);
        if (options.timeout !== undefined && limit === null) {
          terminal.stderr(`vipctl: not a time of at most a week: ${options.timeout}\n`);
          return finish(EX_USAGE);
        }
        finish(await send(socketOf(options), { kind: 'drain', virtualServer, realServer, limit }, terminal));
      },
    );
  named('undrain')
    .description('take a drain back: the real server gets connections again')
    .action(async (virtualServer: string, realServer: string, options: SocketChoice) =>
      finish(
        await send(socketOf(options), { kind: 'undrain', virtualServer, realServer, limit: null }, terminal),
      ),
    );
}

async function send(socketPath: string, order: DrainOrder, terminal: Terminal): Promise<number> {
  const { requestDrain } = await import('../control/client.ts');
  const answer = await requestDrain(socketPath, order);
  if (!answer.ok) {
    terminal.stderr(`vipctl: ${answer.error.text}\n`);
    return 2;
  }
  const { accepted, text } = answer.value;
  if (accepted) terminal.stdout(`${text}\n`);
  else terminal.stderr(`vipctl: ${text}\n`);
  return accepted ? 0 : 1;
}
