/** `vipctl why`, `failover` and `prefer`: why an instance is what it is, and an operator's word about it.
 *  Exit status: 0 done, 1 refused or a second master is known, 2 the daemon cannot be reached, 64 wrong usage. */
import { type Command, InvalidArgumentError } from 'commander';
import type { ClientError } from '../control/client.ts';
import type { OrderReport, ProbeReport } from '../vrrp/core/operator-report.ts';
import type { Terminal } from './vipctl.ts';
import { printProbe, printWhy } from './why-text.ts';

/** How the caller makes a command that talks to a daemon, and finds its socket. */
export interface Addressing {
  readonly addressed: (program: Command, name: string) => Command;
  readonly socketOf: (options: SocketWords) => string;
}

interface SocketWords {
  readonly socket?: string;
  readonly instance?: string;
}
interface OrderWords extends SocketWords {
  readonly for?: number;
  readonly undo?: true;
}
interface WhyWords extends SocketWords {
  readonly json?: true;
  readonly probe?: true;
}

export function addOrderCommands(
  program: Command,
  { addressed, socketOf }: Addressing,
  terminal: Terminal,
  finish: (exitStatus: number) => void,
): void {
  addressed(program, 'why')
    .argument('<name>', 'an instance or a sync group')
    .description('why an instance is what it is, and how it came to this')
    .option('--probe', 'ask the segment first who else answers ARP for its addresses')
    .option('--json', 'the answer as JSON')
    .action(async (name: string, options: WhyWords) =>
      finish(await why(name, socketOf(options), options, terminal)),
    );
  for (const [order, what] of [
    ['failover', 'step an instance down: it resigns, and stays behind all other routers'],
    ['prefer', 'make an instance take over, whatever nopreempt says, and keep it the first'],
  ] as const) {
    addressed(program, order)
      .argument('<name>', 'an instance or a sync group; the members of a group go together')
      .description(what)
      .option('--for <time>', 'undone by itself after 90s, 30m, 2h or 1d; else with --undo', secondsOf)
      .option('--undo', 'the election decides alone again')
      .action(async (name: string, options: OrderWords) => {
        const wanted = options.undo === true ? 'undo' : order;
        finish(await give(wanted, name, options, { socketPath: socketOf(options), terminal }));
      });
  }
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `90s`, `30m`, `2h`, `1d`, or a number of seconds. */
export function secondsOf(text: string): number {
  const [, digits, unit = 's'] = /^(\d{1,8})([smhd])?$/.exec(text) ?? [];
  const total = Number(digits ?? 0) * (UNITS[unit] ?? 0);
  if (total < 1) throw new InvalidArgumentError('it is no time such as 90s, 30m, 2h or 1d');
  return total;
}

async function why(name: string, socketPath: string, options: WhyWords, terminal: Terminal): Promise<number> {
  const { fetchWhy, requestProbe } = await import('../control/client.ts');
  const probe = options.probe === true ? await requestProbe(socketPath, name) : null;
  if (probe !== null && !probe.ok) return refuse(probe.error, terminal);
  const answer = await fetchWhy(socketPath, name);
  if (!answer.ok) return refuse(answer.error, terminal);
  const { instances } = answer.value;
  const probed: ProbeReport | null = probe?.value ?? null;
  if (options.json === true) terminal.stdout(`${JSON.stringify({ instances, probe: probed }, null, 2)}\n`);
  else {
    terminal.stdout(instances.map((one) => printWhy(one, terminal.wall())).join('\n'));
    if (probed !== null) terminal.stdout(`\n${printProbe(probed)}`);
  }
  const isSplit = instances.some(({ split, claims }) => claims.length > 0 || (split?.cause ?? null) !== null);
  return isSplit || (probed?.claims.length ?? 0) > 0 ? 1 : 0;
}

async function give(
  order: 'failover' | 'prefer' | 'undo',
  name: string,
  { for: lasts }: OrderWords,
  { socketPath, terminal }: { readonly socketPath: string; readonly terminal: Terminal },
): Promise<number> {
  const { requestOrder } = await import('../control/client.ts');
  const words = lasts === undefined || order === 'undo' ? { name } : { name, for: String(lasts) };
  const answer = await requestOrder(socketPath, order, words);
  if (!answer.ok) return refuse(answer.error, terminal);
  const report: OrderReport = answer.value;
  for (const { name: instance, state, effectivePriority, reason } of report.instances) {
    terminal.stdout(`${instance} ${state}, priority ${effectivePriority}: ${reason}\n`);
  }
  return 0;
}

/** A refusal is an answer; silence is none. */
function refuse({ kind, text }: ClientError, terminal: Terminal): number {
  terminal.stderr(`vipctl: ${text}\n`);
  return kind === 'refused' ? 1 : 2;
}
