/** A program that runs in a lab host: its output as lines with the time of their arrival, its end as a
 *  promise. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type Ms, now, until } from './clock.ts';

export interface Line {
  readonly at: Ms;
  readonly text: string;
}

export interface Program {
  readonly pid: number;
  /** stdout and stderr, in order of arrival */
  readonly lines: readonly Line[];
  /** resolves with the exit status, or with the name of the signal that ended it */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly isRunning: () => boolean;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** ends it with `signal`, with SIGKILL after 10 s, and waits for the end */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | NodeJS.Signals>;
  /** the first line since `after` that matches */
  readonly line: (pattern: RegExp, withinMs: Ms, after?: Ms) => Promise<Line>;
  readonly onLine: (listener: (line: Line) => void) => void;
}

const STOP_MS_MAX = 10_000;

export function startProgram(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const lines: Line[] = [];
  const listeners: ((line: Line) => void)[] = [];
  const keep = (text: string) => {
    const line = { at: now(), text };
    lines.push(line);
    for (const listener of listeners) listener(line);
  };
  for (const stream of [child.stdout, child.stderr]) readLines(stream, keep);
  const ended = endOf(child, keep);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? 0,
    lines,
    ended,
    isRunning,
    signal: (signal) => void child.kill(signal),
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
      const status = await ended;
      clearTimeout(killer);
      return status;
    },
    line: (pattern, withinMs, after = 0) =>
      until(`${pattern} in the output of ${argv.join(' ')}`, withinMs, () => {
        const found = lines.find((line) => line.at >= after && pattern.test(line.text));
        if (found !== undefined || isRunning()) return found;
        throw new Error(`${argv.join(' ')} ended: ${lastLines(lines)}`);
      }),
    onLine: (listener) => void listeners.push(listener),
  };
}

/** Runs to the end and resolves with what it printed; rejects, with the output, when its status is not 0. */
export async function runProgram(argv: readonly string[], input = ''): Promise<string> {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => output.push(text));
  child.stdin.on('error', () => {}); // a program that ends without reading its input
  child.stdin.end(input);
  const status = await endOf(child, (text) => output.push(text));
  if (status !== 0) throw new Error(`${argv.join(' ')}: ended with ${status}: ${output.join('')}`);
  return output.join('');
}

/** For the message of a failure. */
export const lastLines = (lines: readonly Line[]): string =>
  lines
    .slice(-10)
    .map(({ text }) => text)
    .join(' | ');

function readLines(stream: Readable, keep: (text: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', keep);
}

function endOf(child: ChildProcess, say: (text: string) => void): Promise<number | NodeJS.Signals> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      say(error.message);
      resolve(127);
    });
    child.once('close', (code, signal) => resolve(code ?? signal ?? 127));
  });
}
