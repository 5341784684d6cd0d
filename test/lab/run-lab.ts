/** The host's side of a lab test: runs a file of scenarios in the lab, once, and gives each test what its scenario observed. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll } from 'vitest';

/** What a file of scenarios resolves to: one property per scenario. */
type Results<T> = {
  readonly [Name in keyof T]: { readonly observed: T[Name] } | { readonly failure: string };
};

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');
/** The whole output of each file's last run stays here. */
const LOGS = join(ROOT, '.vitest/lab');
const TAIL_LINES = 60;

/** Plays `scenarios/NAME.ts` before the file's tests; what it returns gives a scenario's observations, or throws what stopped it. */
export function playInLab<T>(name: string, secondsMax: number): <K extends keyof T>(scenario: K) => T[K] {
  let results: Results<T> | null = null;
  let log = '';
  beforeAll(
    async () => {
      ({ results, log } = await run<T>(name, secondsMax));
    },
    (secondsMax + 20) * 1000,
  );
  return (scenario) => {
    const result = results?.[scenario];
    if (result !== undefined && 'observed' in result) return result.observed;
    const tail = log.split('\n').slice(-TAIL_LINES).join('\n');
    throw new Error(
      `${String(scenario)}: ${result?.failure ?? 'not played'}\n${tail}\n(all of it: ${logFile(name)})`,
    );
  };
}

const logFile = (name: string): string => join(LOGS, `${name}.log`);

async function run<T>(
  name: string,
  secondsMax: number,
): Promise<{ results: Results<T> | null; log: string }> {
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
  const results = readResults<T>(result);
  rmSync(directory, { recursive: true });
  return { results, log };
}

function readResults<T>(file: string): Results<T> | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null; // the guest ended before it wrote: the log says why
  }
}
