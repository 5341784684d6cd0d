/** The language of `vipctl simulate --scenario`: what happens to which machine, and when.
 *
 *      scenario = step { ( "," | ";" ) step }
 *      step     = [ "at" TIME | "after" TIME ] what [ "for" TIME ]
 *      what     = HOST "loses" INTERFACE       the carrier is gone, and the kernel knows
 *               | HOST "is unplugged"          the switch loses its frames, and nobody knows
 *               | HOST "loses power" | HOST "crashes" | HOST "stops" | HOST "reloads"
 *               | HOST "stalls" | HOST "sleeps"
 *               | "scripts fail on" HOST
 *               | HOST "loses an address"      somebody deletes its first virtual address
 *               | "the network splits" | "frames are lost"
 *      TIME     = number ( "ms" | "s" | "m" )
 *
 *  `at` counts from the first moment, `after` from the step before; a step without either comes 30 s after it. Without `for`
 *  what happens lasts to the end. */
import { err, ok, type Result } from '../base/result.ts';
import { interfaceName, type Micros, micros, seconds } from '../base/units.ts';
import type { Fault, PlannedFault } from './faults.ts';

/** Longer than any story. */
const FOR_EVER: Micros = seconds(1_000_000);
const USUAL_GAP = seconds(30);
/** What it takes for all to settle, after the last step. */
const EPILOGUE = seconds(60);
const STEPS_MAX = 100;

export interface Story {
  readonly steps: readonly (PlannedFault & { readonly text: string })[];
  readonly duration: Micros;
}

type Make = (host: string, lasts: Micros, words: readonly string[]) => Fault;

const PHRASES: readonly (readonly [RegExp, Make])[] = [
  [/^the network splits$/, (host, lasts) => ({ kind: 'partition', island: [host], for: lasts })],
  [/^frames are lost$/, (_host, lasts) => ({ kind: 'lossy', loss: 0.3, for: lasts })],
  [/^scripts fail on (\S+)$/, (host, lasts) => ({ kind: 'script_failure', host, for: lasts })],
  [/^(\S+) loses power$/, (host, lasts) => ({ kind: 'power_cycle', host, for: lasts })],
  [/^(\S+) loses an address$/, (host) => ({ kind: 'address_theft', host, for: micros(0) })],
  [
    /^(\S+) loses (\S+)$/,
    (host, lasts, [, , link]) => ({ kind: 'link_cut', host, link: interfaceName(link ?? ''), for: lasts }),
  ],
  [/^(\S+) is unplugged$/, (host, lasts) => ({ kind: 'unplugged', host, for: lasts })],
  [/^(\S+) crashes$/, (host, lasts) => ({ kind: 'crash', host, for: lasts })],
  [/^(\S+) stops$/, (host, lasts) => ({ kind: 'stop', host, for: lasts })],
  [/^(\S+) reloads$/, (host) => ({ kind: 'reload', host, for: micros(0) })],
  [/^(\S+) stalls$/, (host, lasts) => ({ kind: 'stall', host, for: lasts })],
  [/^(\S+) sleeps$/, (host, lasts) => ({ kind: 'suspended', host, clockSleeps: false, for: lasts })],
];

/** `hosts` with the names of their interfaces. The error says which step is not understood. */
export function parseStory(
  text: string,
  hosts: ReadonlyMap<string, readonly string[]>,
): Result<Story, string> {
  const parts = text
    .split(/[,;]/)
    .map((part) => part.trim().replace(/\s+/g, ' '))
    .filter((part) => part !== '');
  if (parts.length === 0 || parts.length > STEPS_MAX) return err(`a scenario has 1 to ${STEPS_MAX} steps`);
  const steps: Story['steps'][number][] = [];
  let end = 0;
  for (const part of parts) {
    const step = parseStep(part, hosts, steps.at(-1)?.at ?? null);
    if (!step.ok) return step;
    steps.push({ ...step.value, text: part });
    const { at, fault } = step.value;
    end = Math.max(end, at + (fault.for === FOR_EVER ? 0 : fault.for));
  }
  return ok({ steps, duration: micros(end + EPILOGUE) });
}

function parseStep(
  part: string,
  hosts: ReadonlyMap<string, readonly string[]>,
  before: Micros | null,
): Result<PlannedFault, string> {
  const [, when, atText, rest = '', forText] =
    /^(?:(at|after) (\S+) )?(.*?)(?: for (\S+))?$/.exec(part) ?? [];
  const given = atText === undefined ? null : timeOf(atText);
  const lasts = forText === undefined ? FOR_EVER : timeOf(forText);
  if (lasts === null || (atText !== undefined && given === null)) {
    return err(`'${part}': a time is a number with ms, s or m`);
  }
  const base = before ?? micros(0);
  const at =
    given === null
      ? before === null
        ? base
        : micros(base + USUAL_GAP)
      : when === 'at'
        ? given
        : micros(base + given);
  const [first] = hosts.keys();
  for (const [pattern, make] of PHRASES) {
    const words = pattern.exec(rest);
    if (words === null) continue;
    const host = words[1] ?? first ?? '';
    const links = hosts.get(host);
    if (links === undefined)
      return err(`'${part}': no host ${host}; there are ${[...hosts.keys()].join(', ')}`);
    const fault = make(host, lasts, words);
    if (fault.kind === 'link_cut' && fault.link !== null && !links.includes(fault.link)) {
      return err(`'${part}': ${host} uses no ${fault.link}, but ${links.join(', ')}`);
    }
    return ok({ at, fault });
  }
  return err(`'${part}' is not understood; 'vipctl simulate --help' shows what can happen`);
}

const SCALE: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60 };

function timeOf(text: string): Micros | null {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  const scale = SCALE[unit];
  return digits === undefined || scale === undefined ? null : seconds(Number(digits) * scale);
}
