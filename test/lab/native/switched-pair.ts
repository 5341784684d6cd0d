/** Two routers on this machine's own kernel, joined by two switches, each with vipd or keepalived on it. Through a switch
 *  a link that goes down on one side stays up on the other.
 *
 *      left 10.0.0.1  eth0 ──── br0 ──── eth0  10.0.0.2 right
 *           10.0.1.1  eth1 ──── br1 ──── eth1  10.0.1.2
 */
import { readFileSync } from 'node:fs';
import { makePlace, VIPD } from '../../process/vipd.ts';
import { type Ms, until } from '../harness/clock.ts';
import { type Host, openHost } from '../harness/host.ts';
import type { Program } from '../harness/program.ts';

export type Side = 'left' | 'right';
export type Daemon = 'vipd' | 'keepalived';

export interface Pair {
  readonly hosts: Readonly<Record<Side, Host>>;
  readonly start: (side: Side, daemon: Daemon, config: string) => Promise<Program>;
  /** Resolves when all these addresses are on that side and none of them on the other. */
  readonly soleHolder: (side: Side, addresses: readonly string[]) => Promise<void>;
  readonly holds: (side: Side, address: string) => boolean;
  readonly close: () => Promise<void>;
}

/** How long a test waits for what must come: several times the protocol's longest time. */
export const PATIENCE_MS: Ms = 20_000;
/** An interrupted run leaves no daemon behind. */
const ENDS_WITH_THE_TEST = ['setpriv', '--pdeathsig', 'TERM'];

/** Whoever opens it closes it. */
export async function openPair(): Promise<Pair> {
  const undo: (() => unknown)[] = [];
  const [left, right, middle] = await Promise.all([
    openHost('left', '10.0.0.1'),
    openHost('right', '10.0.0.2'),
    openHost('middle', '0.0.0.0'),
  ]);
  const hosts = { left, right };
  undo.push(left.close, right.close, middle.close);
  for (const i of [0, 1]) {
    await middle.run(['ip', 'link', 'add', `br${i}`, 'up', 'type', 'bridge']);
    await plugIn(middle, left, i, `10.0.${i}.1/24`);
    await plugIn(middle, right, i, `10.0.${i}.2/24`);
  }
  const holds = (side: Side, address: string): boolean =>
    readFileSync(`/proc/${hosts[side].pid}/net/fib_trie`, 'latin1').includes(`-- ${address}\n`);
  return {
    hosts,
    holds,
    async start(side, daemon, config) {
      const { argv, remove } = commandOf(daemon, config);
      const program = hosts[side].start([...ENDS_WITH_THE_TEST, ...argv]);
      undo.push(remove, () => program.stop());
      await program.line(/Startup complete/, PATIENCE_MS);
      return program;
    },
    async soleHolder(side, addresses) {
      const other = side === 'left' ? 'right' : 'left';
      await until(`${addresses.join(' ')} on the ${side} alone`, PATIENCE_MS, () =>
        addresses.every((address) => holds(side, address) && !holds(other, address)),
      );
    },
    async close() {
      for (const step of undo.splice(0).reverse()) await step();
    },
  };
}

async function plugIn(middle: Host, host: Host, i: number, address: string): Promise<void> {
  const [port, name] = [`${host.name}${i}`, `eth${i}`];
  const far = ['peer', 'name', name, 'netns', `${host.pid}`];
  await middle.run(['ip', 'link', 'add', port, 'up', 'master', `br${i}`, 'type', 'veth', ...far]);
  await host.run(['ip', 'addr', 'add', address, 'dev', name]);
  await host.run(['ip', 'link', 'set', name, 'up']);
}

function commandOf(daemon: Daemon, config: string): { readonly argv: readonly string[]; remove(): void } {
  const place = makePlace(config);
  const remove = (): void => place.remove();
  if (daemon === 'vipd') return { argv: [VIPD, '-n', '-l', '-D', '-P', ...place.arguments], remove };
  const pids = ['-p', `${place.folder}/k.pid`, '-r', `${place.folder}/kv.pid`];
  return { argv: ['keepalived', '-n', '-l', '-D', '-P', '-f', place.config, ...pids], remove };
}
