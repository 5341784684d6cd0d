/** Loads the directors of `vipctl simulate`, plays the story, prints the timeline and the outages. */
import { basename } from 'node:path';
import { GRAVITY } from '../config/diagnostics/diagnostic.ts';
import { renderDiagnostics } from '../config/diagnostics/render.ts';
import { loadConfigFile } from '../config/load.ts';
import { DIRECTORS_MAX, type Director, interfacesOf, secondOf } from '../sim/directors.ts';
import { PRODUCTION } from '../sim/run.ts';
import { parseStory, type Story } from '../sim/story.ts';
import { type AddressFate, type Told, tellStory } from '../sim/tell-story.ts';
import type { Terminal } from './vipctl.ts';

const CANNOT = 2;
/** sysexits.h */
const EX_USAGE = 64;

export async function runSimulate(
  files: readonly string[],
  { scenario }: { readonly scenario?: string },
  terminal: Terminal,
): Promise<number> {
  const directors = await directorsOf(files, terminal);
  if (directors === null) return CANNOT;
  const [first] = directors;
  if (first === undefined) return CANNOT;
  const links = new Map(directors.map(({ name, config }) => [name, interfacesOf(config)]));
  const text = scenario ?? `${first.name} loses ${links.get(first.name)?.[0] ?? 'eth0'}`;
  const story = parseStory(text, links);
  if (!story.ok) {
    terminal.stderr(`vipctl: ${story.error}\n`);
    return EX_USAGE;
  }
  const told = tellStory(directors, story.value, PRODUCTION);
  for (const line of toldText(told, story.value)) terminal.stdout(`${line}\n`);
  return told.addresses.every(({ reachable }) => reachable) ? 0 : 1;
}

/** Null after saying why there are none. */
async function directorsOf(
  files: readonly string[],
  terminal: Terminal,
): Promise<readonly Director[] | null> {
  if (files.length > DIRECTORS_MAX) {
    terminal.stderr(`vipctl: at most ${DIRECTORS_MAX} directors can be simulated\n`);
    return null;
  }
  const directors: Director[] = [];
  for (const file of files) {
    const { config, diagnostics } = await loadConfigFile(file, { host: null });
    terminal.stderr(
      renderDiagnostics(diagnostics.filter(({ gravity }) => GRAVITY[gravity].severity === 'error')),
    );
    if (config === null) return null;
    if (config.vrrpInstances.length === 0) {
      terminal.stderr(`vipctl: ${file} has no vrrp_instance\n`);
      return null;
    }
    const name = basename(file).replace(/\.[^.]*$/, '');
    const isTaken = directors.some((director) => director.name === name);
    directors.push({ name: isTaken ? `${name}-${directors.length + 1}` : name, config });
  }
  const [only, ...more] = directors;
  return only !== undefined && more.length === 0 ? [only, secondOf(only)] : directors;
}

function toldText({ timeline, addresses, end }: Told, { steps }: Story): readonly string[] {
  const width = Math.max(...end.map(({ host }) => host.length), ...timeline.map(({ who }) => who.length), 8);
  return [
    ...timeline.map(({ at, who, what }) => `${seconds(at).padStart(9)}  ${who.padEnd(width)}  ${what}`),
    '',
    'at the end',
    ...end.map(({ host, instance, state, reason }) => `  ${host}  ${instance}  ${state}: ${reason}`),
    '',
    `outage in ${steps.length === 1 ? 'this step' : `these ${steps.length} steps`}`,
    ...addresses.map((fate) => `  ${fateText(fate)}`),
  ];
}

/** `10.0.0.10  3.610 s without answer (from 0.000), held by two for 0.002 s` */
function fateText({ address, outages, reachable }: AddressFate): string {
  const silent = outages.filter(({ why }) => why === 'nobody');
  const doubled = outages.filter(({ why }) => why === 'several');
  const total = (list: AddressFate['outages']): string =>
    seconds(list.reduce((sum, one) => sum + one.lasted, 0));
  const from = silent.map(({ from }) => seconds(from)).join(', ');
  const parts = [
    silent.length === 0 ? 'no outage' : `${total(silent)} s without answer (from ${from} s)`,
    ...(doubled.length === 0 ? [] : [`held by more than one for ${total(doubled)} s`]),
    ...(reachable ? [] : ['and so at the end']),
  ];
  return `${address}  ${parts.join(', ')}`;
}

const seconds = (microseconds: number): string => (microseconds / 1_000_000).toFixed(3);
