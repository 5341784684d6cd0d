// Knobs of the process that need root. Each case is a process of its own: what it sets must not stay with the
// tests.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
// inside the repository, since the addon is looked for in the folders above
const folder = mkdtempSync(join(ROOT, 'native', 'build', 'test-'));
const KNOBS = join(folder, 'knobs.cjs');

beforeAll(() =>
  build({
    entryPoints: [join(ROOT, 'src', 'native', 'process-knobs.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    outfile: KNOBS,
  }),
);
afterAll(() => rmSync(folder, { recursive: true }));

const program = (script: string): string => `const knobs = require(${JSON.stringify(KNOBS)});\n${script}`;

/** Runs a script that has the functions of process-knobs.ts as `knobs`; the script prints. */
function run(script: string) {
  const child = spawnSync(process.execPath, ['-e', program(script)], { encoding: 'utf8', timeout: 60_000 });
  return { status: child.status, signal: child.signal, out: child.stdout.trim(), errors: child.stderr };
}
const clean = { status: 0, signal: null, errors: '' };

describe('real-time scheduling', () => {
  test('is taken and told, and not inherited by programs that are started', () => {
    expect(
      run(`
        const set = knobs.setScheduling({ policy: 'round_robin', priority: 50 });
        const { value } = knobs.getScheduling();
        const child = require('node:child_process').execFileSync('chrt', ['-p', '0']).toString();
        console.log(set.ok, value.policy, value.priority, /SCHED_OTHER/.test(child));
        knobs.setScheduling({ policy: 'other', priority: 0 });
        console.log(knobs.getScheduling().value.policy);`),
    ).toEqual({ ...clean, out: 'true round_robin 50 true\nother' });
  });

  test('of an impossible priority is refused', () => {
    expect(
      run(`console.log(knobs.setScheduling({ policy: 'round_robin', priority: 100 }).error.code)`).out,
    ).toBe('EINVAL');
  });
});

describe('locked memory', () => {
  test('is unlocked before the end, so that V8 exits in peace, and takes no more than what is used', () => {
    expect(
      run(`
        const before = process.memoryUsage.rss();
        console.log(knobs.lockMemory().ok);
        for (let i = 0; i < 20; i++) Buffer.alloc(1e6).fill(i);
        console.log(process.memoryUsage.rss() - before < 60e6);
        console.log(knobs.unlockMemory().ok);`),
    ).toEqual({ ...clean, out: 'true\ntrue\ntrue' });
  });
});

describe('a nice value', () => {
  test('is set and told, and refused with its errno when the rights are missing', () => {
    expect(
      run(`
        console.log(knobs.setNice(5).ok, knobs.getNice());
        process.setgid(65534); process.setuid(65534);
        console.log(knobs.setNice(-5).error.code);`),
    ).toEqual({ ...clean, out: 'true 5\nEACCES' });
  });
});

describe('a child', () => {
  test('dies with its parent by the signal it asked for', () => {
    const child = program(`
      console.log(knobs.dieWithParent(9, process.ppid).ok, process.pid);
      setInterval(() => {}, 1000);`);
    const parent = `
      const { spawn } = require('node:child_process');
      spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' });`;
    expect(
      run(`
        const { spawn } = require('node:child_process');
        const { readFileSync } = require('node:fs');
        const parent = spawn(process.execPath, ['-e', ${JSON.stringify(parent)}], {
          stdio: ['pipe', 'pipe', 'inherit'],
        });
        // whoever inherits a dead child may be slow to reap it: a zombie counts as gone
        const isGone = (pid) => {
          try {
            return readFileSync('/proc/' + pid + '/stat', 'latin1').includes(') Z ');
          } catch {
            return true;
          }
        };
        parent.stdout.once('data', (line) => {
          const [asked, pid] = line.toString().trim().split(' ');
          parent.kill('SIGKILL');
          const deadline = Date.now() + 10_000;
          const look = () => {
            const gone = isGone(pid);
            if (!gone && Date.now() < deadline) return setImmediate(look);
            if (!gone) process.kill(pid, 'SIGKILL');
            console.log(asked, gone ? 'gone' : 'still there');
            process.exit(0);
          };
          look();
        });`),
    ).toEqual({ ...clean, out: 'true gone' });
  });
});

describe('processors and limits', () => {
  test('hold for every thread of the process', () => {
    expect(
      run(`
        const { readdirSync, readFileSync } = require('node:fs');
        console.log(knobs.setAffinity([0]).ok);
        const lists = readdirSync('/proc/self/task').map((id) =>
          /Cpus_allowed_list:\\s*(\\S+)/.exec(readFileSync('/proc/self/task/' + id + '/status', 'latin1'))[1]);
        console.log([...new Set(lists)].join(' '));`),
    ).toEqual({ ...clean, out: 'true\n0' });
  });

  test('of real time and core dumps are the kernel’s', () => {
    expect(
      run(`
        const { readFileSync } = require('node:fs');
        console.log(knobs.setRealTimeLimit(500000, 1000000).ok, knobs.allowCoreDumps().ok);
        const limits = readFileSync('/proc/self/limits', 'latin1').split('\\n');
        console.log(limits.find((line) => line.startsWith('Max realtime timeout')).replace(/ +/g, ' ').trim());
        console.log(limits.find((line) => line.startsWith('Max core')).replace(/ +/g, ' ').trim());`).out,
    ).toBe('true true\nMax realtime timeout 500000 1000000 us\nMax core file size unlimited unlimited bytes');
  });
});
