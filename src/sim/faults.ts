/** What goes wrong in one run. A run draws a few kinds and does them a lot, instead of a little of everything: most
 *  defects need several faults of the same kind (swarm testing). All faults have ended when the list has. */
import type { Prng } from '../base/prng.ts';
import { type Micros, micros, millis, seconds } from '../base/units.ts';

export type Fault =
  /** carrier lost; the kernel notices */
  | { readonly kind: 'link_cut'; readonly host: number; readonly for: Micros }
  /** the switch loses the host's frames; nobody notices */
  | { readonly kind: 'unplugged'; readonly host: number; readonly for: Micros }
  /** frames from one host to another vanish, the other way they arrive */
  | { readonly kind: 'one_way'; readonly host: number; readonly other: number; readonly for: Micros }
  /** hosts below `boundary` and the rest do not hear each other */
  | { readonly kind: 'partition'; readonly boundary: number; readonly for: Micros }
  | { readonly kind: 'lossy'; readonly loss: number; readonly doubling: number; readonly for: Micros }
  /** the event loop stands still */
  | { readonly kind: 'stall'; readonly host: number; readonly for: Micros }
  /** the process dies; the parent takes its addresses off and starts it again */
  | { readonly kind: 'crash'; readonly host: number; readonly for: Micros }
  /** the process dies and comes back to the addresses that it left */
  | { readonly kind: 'crash_and_adopt'; readonly host: number; readonly for: Micros }
  /** power failure: addresses are gone, too */
  | { readonly kind: 'power_cycle'; readonly host: number; readonly for: Micros }
  | { readonly kind: 'stop'; readonly host: number; readonly for: Micros }
  /** -V */
  | { readonly kind: 'stop_and_adopt'; readonly host: number; readonly for: Micros }
  /** somebody deletes a virtual address */
  | { readonly kind: 'address_theft'; readonly host: number; readonly for: Micros }
  /** the interface is deleted and made again under another index */
  | { readonly kind: 'link_replaced'; readonly host: number; readonly for: Micros }
  /** what the host's instances track fails */
  | { readonly kind: 'script_failure'; readonly host: number; readonly for: Micros }
  | { readonly kind: 'reload'; readonly host: number; readonly for: Micros };

export interface PlannedFault {
  readonly at: Micros;
  readonly fault: Fault;
}

/** How long the faults of one run last. */
export const TROUBLE: Micros = seconds(40);

type Draw = (random: Prng, hosts: number) => Fault;
const host = (random: Prng, hosts: number): number => random.between(0, hosts - 1);
const span = (random: Prng, low: number, high: number): Micros => millis(random.between(low, high));

const DRAWS: readonly [Draw, ...Draw[]] = [
  (r, n) => ({ kind: 'link_cut', host: host(r, n), for: span(r, 10, 8_000) }),
  (r, n) => ({ kind: 'unplugged', host: host(r, n), for: span(r, 10, 10_000) }),
  (r, n) => ({ kind: 'one_way', host: host(r, n), other: host(r, n), for: span(r, 10, 10_000) }),
  (r, n) => ({ kind: 'partition', boundary: r.between(1, n - 1), for: span(r, 10, 10_000) }),
  (r) => ({ kind: 'lossy', loss: r.next() * 0.5, doubling: r.next() * 0.3, for: span(r, 1_000, 20_000) }),
  (r, n) => ({ kind: 'stall', host: host(r, n), for: span(r, 10, 9_000) }),
  (r, n) => ({ kind: 'crash', host: host(r, n), for: span(r, 10, 6_000) }),
  (r, n) => ({ kind: 'crash_and_adopt', host: host(r, n), for: span(r, 10, 3_000) }),
  (r, n) => ({ kind: 'power_cycle', host: host(r, n), for: span(r, 100, 10_000) }),
  (r, n) => ({ kind: 'stop', host: host(r, n), for: span(r, 10, 10_000) }),
  (r, n) => ({ kind: 'stop_and_adopt', host: host(r, n), for: span(r, 10, 6_000) }),
  (r, n) => ({ kind: 'address_theft', host: host(r, n), for: micros(0) }),
  (r, n) => ({ kind: 'link_replaced', host: host(r, n), for: span(r, 10, 4_000) }),
  (r, n) => ({ kind: 'reload', host: host(r, n), for: micros(0) }),
];

const scriptFailure: Draw = (r, n) => ({ kind: 'script_failure', host: host(r, n), for: span(r, 10, 8_000) });

/** Scripts fail only where there is one. */
export function drawFaults(
  random: Prng,
  { hosts, script }: { readonly hosts: readonly unknown[]; readonly script: unknown },
): readonly PlannedFault[] {
  const third = script === null ? random.pick(DRAWS) : scriptFailure;
  const kinds: [Draw, ...Draw[]] = [random.pick(DRAWS), random.pick(DRAWS), third];
  const planned: PlannedFault[] = [];
  for (let i = random.between(0, 12); i > 0; i--) {
    const fault = random.pick(kinds)(random, hosts.length);
    const at = micros(random.next() * (TROUBLE - fault.for));
    planned.push({ at: micros(Math.max(0, at)), fault });
  }
  return planned.sort((a, b) => a.at - b.at);
}
