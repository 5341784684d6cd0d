/** The host's side of a lab test: runs a file of scenarios in the lab, once, and gives each test what a
 *  step of its scenario observed. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import type { PlayResult } from './harness/scenario.ts';

type Results<Scenarios> = { readonly [Name in keyof Scenarios]: PlayResult<Scenarios[Name]> };

/** What a step observed; throws why the scenario did not come so far. */
export type Observed<Scenarios> = <Name extends keyof Scenarios, Step extends keyof Scenarios[Name]>(
  scenario: Name,
  step: Step,
) => Scenarios[Name][Step];

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');
/** The whole output of each file's last run stays here. */
const LOGS = join(ROOT, '.vitest/lab');
const TAIL_LINES = 60;

/** Plays `scenarios/NAME.ts` before the file's tests. */
export function playInLab<Scenarios>(name: string, secondsMax: number): Observed<Scenarios> {
  let results: Results<Scenarios> | null = null;
  let log = '';
  beforeAll(
    async () => {
      ({ results, log } = await run<Scenarios>(name, secondsMax));
    },
    (secondsMax + 20) * 1000,
  );
  return (scenario, step) => {
    const result = results?.[scenario];
    const observed = result?.steps[step];
    if (observed !== undefined) return observed;
    const tail = log.split('\n').slice(-TAIL_LINES).join('\n');
    const failure = result?.failure ?? 'the lab ended without a result';
    throw new Error(
      `${String(scenario)}, ${String(step)}: ${failure}\n${tail}\n(all of it: ${logFile(name)})`,
    );
  };
}

const logFile = (name: string): string => join(LOGS, `${name}.log`);

async function run<Scenarios>(
  name: string,
  secondsMax: number,
): Promise<{ results: Results<Scenarios> | null; log: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'vipd-lab-result-'));
  const result = join(directory, 'result.json');
  const argv = ['-t', `${secondsMax}`, join(HERE, `scenarios/${name}.ts`)];
  const child = spawn(join(HERE, 'run.sh'), argv, {
    cwd: ROOT,
    env: { ...process.env, LAB_RESULT: result },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => output.push(text));
  await new Promise((resolve) => child.once('close', resolve));
  const log = output.join('');
  mkdirSync(LOGS, { recursive: true });
  writeFileSync(logFile(name), log);
  const results = readResults<Scenarios>(result);
  rmSync(directory, { recursive: true });
  return { results, log };
}

function readResults<Scenarios>(file: string): Results<Scenarios> | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null; // the guest ended before it wrote: the log says why
  }
}
