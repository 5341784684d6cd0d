/** The frame of a scenario: opens the lab, runs the play, writes what it observed where the test reads it, and closes everything. The
 *  observations are plain data: judging them is the test's business. */
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

/** Each scenario of a file gets a lab of its own, one after the other in one boot; the result has one property per scenario. */
export function playScenarios(plays: Readonly<Record<string, (stage: Stage) => Promise<unknown>>>): void {
  void main(plays);
}

async function main(plays: Readonly<Record<string, (stage: Stage) => Promise<unknown>>>): Promise<void> {
  const results: Record<string, unknown> = {};
  const wanted = process.argv.slice(2);
  for (const [name, play] of Object.entries(plays)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    results[name] = await runPlay(name, play);
  }
  const file = process.env['LAB_RESULT'];
  if (file === undefined) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  else writeFileSync(file, JSON.stringify(results));
  process.exit();
}

/** `observed`, or `failure` with the reason: one play that fails does not take the others' results with it. */
async function runPlay(name: string, play: (stage: Stage) => Promise<unknown>): Promise<unknown> {
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
  try {
    return { observed: await play({ ...lab, say, follow }) };
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : `${error}`;
    say(`FAILED: ${failure}`);
    return { failure };
  } finally {
    lab.close();
    say(`== end of ${name}`);
  }
}

const describeSighting = (sighting: Sighting): string =>
  sighting.kind === 'table_changed'
    ? `${sighting.host} IPVS: ${describeTable(sighting.table) || 'empty'}`
    : `${sighting.host} ${sighting.kind}`;
