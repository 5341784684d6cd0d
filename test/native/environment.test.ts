// How the addon ends: each case is a process of its own, since a failure is a crash of the whole process.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ADDON = join(import.meta.dirname, '..', '..', 'native', 'build', 'Release', 'vipd.node');

/** A script that has the addon as `addon`, and `socketPair()`: a watched abstract unix socket and a way to
 *  wake it. */
function run(script: string) {
  const prelude = `
    const addon = require(${JSON.stringify(ADDON)});
    let count = 0;
    function wakeable(listener) {
      const name = Buffer.from('\\1\\0\\0vipd-' + process.pid + '-' + Math.random() + count++, 'latin1');
      const receiver = new addon.DatagramSocket(), sender = new addon.DatagramSocket();
      receiver.open(1, 2, 0); sender.open(1, 2, 0);
      receiver.bind(name); receiver.watch(listener);
      return { receiver, sender, wake: () => sender.send([Buffer.from('x')], name, []) };
    }`;
  const child = spawnSync(process.execPath, ['--expose-gc', '-e', `${prelude}\n${script}`], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { status: child.status, signal: child.signal, out: child.stdout.trim(), errors: child.stderr };
}
const clean = { status: 0, signal: null, errors: '' };

describe('the addon', () => {
  test('gives an exception of a listener to uncaughtException, and the socket goes on', () => {
    expect(
      run(`
        let calls = 0;
        process.on('uncaughtException', (error) => console.log(error.message));
        const { receiver, sender, wake } = wakeable(() => {
          receiver.receive(9);
          if (++calls === 2) { receiver.close(); sender.close(); } else wake();
          throw new Error('listener ' + calls);
        });
        wake();`),
    ).toEqual({ ...clean, out: 'listener 1\nlistener 2' });
  });

  test('lets a process exit with open and watched sockets', () => {
    expect(run(`wakeable(() => {}); process.exit(0);`)).toEqual({ ...clean, out: '' });
    expect(run(`wakeable(() => {}).wake(); setImmediate(() => process.exit(0));`)).toEqual({
      ...clean,
      out: '',
    });
  });

  test('lets a process end by itself when its sockets are closed', () => {
    expect(run(`const { receiver, sender } = wakeable(() => {}); receiver.close(); sender.close();`)).toEqual(
      {
        ...clean,
        out: '',
      },
    );
  });

  test('keeps a socket that only the kernel refers to (garbage collection)', () => {
    expect(
      run(`
        let wake;
        (() => {
          const pair = wakeable(() => { console.log('heard'); process.exit(0); });
          wake = pair.wake;
        })();
        for (let i = 0; i < 5; i++) gc();
        setImmediate(() => { gc(); wake(); });`),
    ).toEqual({ ...clean, out: 'heard' });
  });

  test('serves several environments at once and closes the sockets of one that is terminated', () => {
    expect(
      run(`
        const { Worker } = require('node:worker_threads');
        const { readdirSync } = require('node:fs');
        const source = \`
          const addon = require(${JSON.stringify(ADDON)});
          for (let i = 0; i < 6; i++) {
            const socket = new addon.DatagramSocket();
            socket.open(1, 2, 0);
            socket.watch(() => {});
          }
          require('node:worker_threads').parentPort.postMessage('ready');
        \`;
        const sockets = () => {
          const fs = require('node:fs');
          return readdirSync('/proc/self/fd').filter((fd) => {
            try {
              return fs.readlinkSync('/proc/self/fd/' + fd).startsWith('socket:');
            } catch {
              return false;
            }
          }).length;
        };
        (async () => {
          const before = sockets();
          for (let round = 0; round < 10; round++) {
            const workers = Array.from({ length: 3 }, () => new Worker(source, { eval: true }));
            await Promise.all(workers.map((w) => new Promise((resolve) => w.on('message', resolve))));
            await Promise.all(workers.map((w) => w.terminate()));
          }
          console.log(sockets() - before);
        })();`),
    ).toEqual({ ...clean, out: '0' });
  }, 60_000);

  test('refuses wrong arguments by exceptions, not by a crash', () => {
    expect(
      run(`
        const socket = new addon.DatagramSocket();
        const attempts = [
          () => socket.open('x'),
          () => (socket.open(1, 2, 0), socket.bind('x')),
          () => socket.send([1], null, []),
          () => socket.send([], null, [{ level: 1, type: 1, data: new Uint8Array(2000) }]),
          () => socket.send(Array(65).fill(new Uint8Array(1)), null, []),
          () => socket.setOption(1, 2, new Float64Array(1)),
          () => socket.getOption(1, 2, 1e6),
          () => socket.watch(1),
          () => addon.DatagramSocket(),
        ];
        for (const attempt of attempts) {
          try { attempt(); } catch (error) { console.log(error.name); }
        }
        process.exit(0);`).status,
    ).toBe(0);
  });
});
