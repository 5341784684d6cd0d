/** The frame of a file of scenarios: opens the lab, runs a play, writes what it noted where the test reads
 *  it, and closes everything. What is noted is plain data: judging it is the test's business. */
import { writeFileSync } from 'node:fs';
import { type Ms, now } from './clock.ts';
import type { Daemon } from './daemon.ts';
import { describeTable } from './ipvs-table.ts';
import { type Lab, openLab } from './lab.ts';
import type { Sighting } from './watch.ts';

export interface Stage extends Lab {
  /** a line of the log that a failed test shows */
  readonly say: (text: string, at?: Ms) => void;
  /** the daemon's lines go into that log */
  readonly follow: (daemon: Daemon) => Daemon;
}

/** Keeps what one step of a play observed: a play that fails later does not lose it. */
export type Note<Steps> = <Step extends keyof Steps>(step: Step, observed: Steps[Step]) => void;

export type Play<Steps> = (stage: Stage, note: Note<Steps>) => Promise<void>;

/** What a play leaves: the steps it came to, and why it went no further. */
export interface PlayResult<Steps> {
  readonly steps: Partial<Steps>;
  readonly failure: string | null;
}

type Plays<Scenarios> = { readonly [Name in keyof Scenarios]: Play<Scenarios[Name]> };
type AnyPlay = Play<Record<string, unknown>>;

type PlayEntry = readonly [name: string, play: AnyPlay];

/** Each scenario of a file gets a lab of its own, one after the other in one boot. Names on the command
 *  line choose some. */
export function playScenarios<Scenarios>(plays: Plays<Scenarios>): void {
  // which steps a play may note is settled by its type; from here on they are names
  void main(Object.entries(plays) as readonly PlayEntry[]);
}

async function main(plays: readonly PlayEntry[]): Promise<void> {
  const results: Record<string, PlayResult<Record<string, unknown>>> = {};
  const wanted = process.argv.slice(2);
  for (const [name, play] of plays) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    results[name] = await runPlay(name, play);
  }
  const file = process.env['LAB_RESULT'];
  if (file === undefined) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  else writeFileSync(file, JSON.stringify(results));
  process.exit();
}

async function runPlay(name: string, play: AnyPlay): Promise<PlayResult<Record<string, unknown>>> {
  const startedAt = now();
  const say = (text: string, at: Ms = now()) =>
    void process.stdout.write(`${((at - startedAt) / 1000).toFixed(3).padStart(8)} ${text}\n`);
  say(`== ${name}`);
  const lab = await openLab();
  lab.watch.on((sighting) => say(describeSighting(sighting), sighting.at));
  const follow = (daemon: Daemon): Daemon => {
    daemon.onLine(({ at, text }) => say(`${daemon.host.name} ${daemon.kind}: ${text}`, at));
    return daemon;
  };
  const steps: Record<string, unknown> = {};
  const note = (step: string, observed: unknown) => {
    steps[step] = observed;
    say(`-- ${step}: ${JSON.stringify(observed)}`);
  };
  try {
    await play({ ...lab, say, follow }, note);
    return { steps, failure: null };
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : `${error}`;
    say(`FAILED: ${failure}`);
    return { steps, failure };
  } finally {
    lab.close();
    say(`== end of ${name}`);
  }
}

const describeSighting = (sighting: Sighting): string =>
  sighting.kind === 'table_changed'
    ? `${sighting.host} IPVS: ${describeTable(sighting.table) || 'empty'}`
    : `${sighting.host} ${sighting.kind}`;
