// Knobs of the process that need root. Each case is a process of its own: what it sets must not stay with the tests.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const KNOBS = join(ROOT, 'src', 'native', 'process-knobs.ts');
let library = '';

beforeAll(async () => {
  const bundle = await build({
    entryPoints: [KNOBS],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    write: false,
    logLevel: 'silent',
  });
  library = bundle.outputFiles[0]?.text ?? '';
});

/** Runs a script that has the functions of process-knobs.ts as `knobs`; the script prints. */
function run(script: string) {
  const source = `const knobs = (() => { const module = { exports: {} }; ${library}; return module.exports; })();\n${script}`;
  const child = spawnSync(process.execPath, ['-'], {
    input: source,
    encoding: 'utf8',
    cwd: ROOT,
    timeout: 60_000,
  });
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
    const child = `
      process.stdin.resume();
      console.log(knobs.dieWithParent(9, process.ppid).ok);
      setInterval(() => {}, 1000);`;
    const answer = run(`
      const { spawn } = require('node:child_process');
      const parent = spawn(process.execPath, ['-e', ${JSON.stringify(`
        const { spawn } = require('node:child_process');
        const source = require('node:fs').readFileSync(0, 'utf8');
        const child = spawn(process.execPath, ['-'], { stdio: ['pipe', 'pipe', 'inherit'] });
        child.stdin.end(source);
        child.stdout.once('data', () => console.log(child.pid));
      `)}], { stdio: ['pipe', 'pipe', 'inherit'] });
      parent.stdin.end(${JSON.stringify(`const knobs = (() => { const module = { exports: {} }; LIBRARY; return module.exports; })();\n${child}`)}.replace('LIBRARY', () => ${JSON.stringify(library)}));
      parent.stdout.once('data', (pid) => {
        parent.kill('SIGKILL');
        const gone = () => {
          try {
            // a zombie counts as gone: whoever inherits it may be slow to reap it
            if (!require('node:fs').readFileSync('/proc/' + Number(pid) + '/stat', 'latin1').includes(') Z ')) return false;
          } catch {}
          return true;
        };
        const look = () => (gone() ? (console.log('gone'), process.exit(0)) : setImmediate(look));
        look();
      });`);
    expect(answer).toEqual({ ...clean, out: 'gone' });
  });
});
