/** `npm run sim`: plays seeds through the simulator until one fails, and then shows the smallest run that fails the same way.
 *  Exit status: 0 all seeds hold, 1 one does not, 64 wrong usage. */
import { Command, CommanderError } from 'commander';
import type { StartRouter } from '../sim/host.ts';
import { PRODUCTION, play, type RunOptions, simulate, type Verdict } from '../sim/run.ts';
import { scenarioText, sizeOf } from '../sim/scenario.ts';
import { shrink } from '../sim/shrink.ts';

/** sysexits.h */
const EX_USAGE = 64;
const MICROS_PER_HOUR = 3_600_000_000;
/** Of the run that is shown, the end. */
const TRACE_LINES_SHOWN = 80;

/** Where the program writes and what it has cost so far; a test gives its own. */
export interface SimTerminal {
  stdout(text: string): void;
  /** microseconds of processor time */
  cpu(): number;
}

const PROCESS_TERMINAL: SimTerminal = {
  stdout: (text) => void process.stdout.write(text),
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
};

interface SimOptions {
  readonly seeds: number;
  readonly from: number;
  readonly seed?: number;
  readonly trace?: true;
  readonly step?: true;
  readonly shrink: boolean;
}

/** `start` is what runs on the simulated machines. */
export function runSim(
  argv: readonly string[],
  terminal: SimTerminal = PROCESS_TERMINAL,
  start: StartRouter = PRODUCTION,
): number {
  const program = new Command('sim')
    .description(
      'Simulate clusters of VRRP routers with faults, one per seed, and hold them against the rules',
    )
    .option('--seeds <n>', 'how many seeds', wholeNumber, 1_000)
    .option('--from <seed>', 'the first of them', wholeNumber, 1)
    .option('--seed <seed>', 'this one only', wholeNumber)
    .option('--trace', 'print what happens, line by line')
    .option('--step', 'step through quiet times, too, instead of jumping over what is proven to repeat')
    .option('--no-shrink', 'show a failing run as it is')
    .exitOverride()
    .configureOutput({ writeOut: terminal.stdout, writeErr: terminal.stdout });
  try {
    program.parse([...argv], { from: 'user' });
  } catch (cause) {
    if (!(cause instanceof CommanderError)) throw cause;
    return cause.exitCode === 0 ? 0 : EX_USAGE;
  }
  const options = program.opts<SimOptions>();
  return playSeeds(options, { start, jumps: options.step !== true }, terminal);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new CommanderError(EX_USAGE, 'sim.number', `not a whole number: ${text}`);
}

function playSeeds(options: SimOptions, run: RunOptions, terminal: SimTerminal): number {
  const { seed, from, seeds, trace } = options;
  const [first, last] = seed === undefined ? [from, from + seeds - 1] : [seed, seed];
  terminal.stdout(first === last ? `seed ${first}\n` : `seeds ${first} to ${last}\n`);
  const before = terminal.cpu();
  let routerTime = 0;
  let steppedTime = 0;
  for (let next = first; next <= last; next++) {
    const verdict = simulate(next, run);
    routerTime += verdict.routerTime;
    steppedTime += verdict.steppedTime;
    if (trace === true) terminal.stdout(`${verdict.trace.join('\n')}\n`);
    if (verdict.violations.length > 0) {
      return showFailure(verdict, options, run, terminal);
    }
  }
  const spent = (terminal.cpu() - before) / 1_000_000;
  terminal.stdout(`all rules hold\n${speedText({ routerTime, steppedTime, spent })}\n`);
  return 0;
}

function speedText(figures: {
  readonly routerTime: number;
  readonly steppedTime: number;
  /** seconds */
  readonly spent: number;
}): string {
  const hours = (time: number): string => Math.round(time / MICROS_PER_HOUR).toLocaleString('en');
  const { routerTime, steppedTime, spent } = figures;
  const speed = Math.round(routerTime / MICROS_PER_HOUR / Math.max(spent, 0.001)).toLocaleString('en');
  const jumped = hours(routerTime - steppedTime);
  return (
    `${hours(routerTime)} router-hours in ${spent.toFixed(1)} s of one core: ${speed} router-hours per second ` +
    `(${hours(steppedTime)} stepped through, ${jumped} proven to repeat what was)`
  );
}

function showFailure(
  verdict: Verdict,
  { shrink: shrinks }: SimOptions,
  run: RunOptions,
  terminal: SimTerminal,
): number {
  const { scenario, violations } = verdict;
  const rule = violations[0]?.rule ?? '';
  const say = (line: string): void => terminal.stdout(`${line}\n`);
  say(`seed ${scenario.seed} fails:`);
  for (const violation of violations) say(`  ${violation.rule}: ${violation.text}`);
  const breaks = (smaller: typeof scenario): boolean =>
    play(smaller, run).violations.some((violation) => violation.rule === rule);
  const shrunk = shrinks ? shrink(scenario, breaks) : { scenario, attempts: 0 };
  say(`\n${sizeOf(scenario)}; after ${shrunk.attempts} runs of the shrinker ${sizeOf(shrunk.scenario)}:`);
  for (const line of scenarioText(shrunk.scenario)) say(`  ${line}`);
  const { trace } = play(shrunk.scenario, run);
  say('');
  for (const line of trace.slice(-TRACE_LINES_SHOWN)) say(line);
  say(`\nagain: npm run sim -- --seed ${scenario.seed}`);
  return 1;
}
