/** The notifier as a whole on programs, relay and clock that a test moves; the FIFOs are real. */
import { closeSync, constants, existsSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { err, ok } from '../../../src/base/result.ts';
import { port, seconds } from '../../../src/base/units.ts';
import type { Config } from '../../../src/config/model/config.ts';
import type { GlobalConfig, NotifySettings } from '../../../src/config/model/global.ts';
import { Notifier } from '../../../src/notify/shell/notifier.ts';
import { createFakeClock, createFakeLog } from '../../checks/fakes.ts';
import { config } from '../../checks/model.ts';
import { delivery, script } from '../news.ts';
import { createFakePrograms, createFakeRelay } from './fakes.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vipd-notifier-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function configured(notify: Partial<NotifySettings>, mail: Partial<GlobalConfig['mail']> = {}): Config {
  const base = config([]);
  const { global } = base;
  return {
    ...base,
    global: { ...global, notify: { ...global.notify, ...notify }, mail: { ...global.mail, ...mail } },
  };
}

function bench(model: Config) {
  const [clock, log, programs, relay] = [
    createFakeClock(),
    createFakeLog(),
    createFakePrograms(),
    createFakeRelay(),
  ];
  const notifier = new Notifier({ clock, log: log.log, programs, relay }, model);
  return { clock, log, programs, relay, notifier };
}

const fifo = (name: string, reader: ReturnType<typeof script> | null = null) => ({
  path: join(folder, name),
  user: null,
  script: reader,
});

function read(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(65_536);
  try {
    return buffer.toString('utf8', 0, readSync(descriptor, buffer));
  } finally {
    closeSync(descriptor);
  }
}

const RELAY = {
  server: { host: '192.0.2.25', port: port(25) },
  from: 'Director <lvs01@example.com>',
  recipients: ['ops@example.com'],
};

describe('scripts', () => {
  test('get notify_timeout, those of a stop a second, and all of them the settings in force', () => {
    const { notifier, programs } = bench(configured({ timeout: seconds(20) }));
    notifier.deliver(delivery());
    notifier.deliver(delivery({ object: 'instance VI_2', event: 'STOP', ending: true }));
    expect(programs.all.map(({ order }) => order.timeout)).toEqual([seconds(20), seconds(1)]);
    expect(programs.all[0]?.order.settings).toEqual({
      user: null,
      security: false,
      supplementaryGroups: false,
    });
  });

  test('are shown with their last result', () => {
    const { notifier, programs } = bench(configured({}));
    notifier.deliver(delivery());
    notifier.deliver(delivery({ event: 'BACKUP' }));
    expect(notifier.status().objects).toMatchObject([{ running: 'MASTER', waiting: ['BACKUP'], runs: 0 }]);
    programs.running()[0]?.complete({ kind: 'exited', status: 3 });
    programs.running()[0]?.complete();
    expect(notifier.status().objects).toMatchObject([
      {
        object: 'instance VI_1',
        running: null,
        waiting: [],
        runs: 2,
        failures: 1,
        last: { event: 'BACKUP', exitStatus: 0 },
      },
    ]);
  });
});

describe('FIFOs', () => {
  test('get the lines of their half, the common one those of both', () => {
    const { notifier } = bench(
      configured({ fifo: fifo('all'), vrrpFifo: fifo('vrrp'), lvsFifo: fifo('lvs') }),
    );
    notifier.deliver(delivery({ line: 'INSTANCE\n' }));
    notifier.deliver(delivery({ half: 'lvs', object: 'service', line: 'VS\n\0' }));
    expect(['all', 'vrrp', 'lvs'].map((name) => read(join(folder, name)))).toEqual([
      'INSTANCE\nVS\n\0',
      'INSTANCE\n',
      'VS\n\0',
    ]);
  });

  test('stay open over a reload that names them again: a reader misses nothing (Q23)', () => {
    const { notifier } = bench(configured({ fifo: fifo('all'), vrrpFifo: fifo('old') }));
    notifier.deliver(delivery({ line: 'before\n' }));
    notifier.reconfigure(configured({ fifo: fifo('all'), vrrpFifo: fifo('new') }));
    notifier.deliver(delivery({ line: 'after\n' }));
    expect(read(join(folder, 'all'))).toBe('before\nafter\n');
    expect(['old', 'new'].map((name) => existsSync(join(folder, name)))).toEqual([false, true]);
  });

  test('have a reader that gets their path and is started again when it dies, later and later', () => {
    const { notifier, programs, clock, log } = bench(
      configured({ fifo: fifo('all', script('reader', 'x')) }),
    );
    expect(programs.all.map(({ words }) => words)).toEqual([`reader x ${join(folder, 'all')}`]);
    expect(programs.all[0]?.order.timeout).toBeNull();
    for (const [i, delay] of [1, 2, 4].entries()) {
      programs.running()[0]?.complete({ kind: 'exited', status: 1 });
      expect(notifier.status().fifos[0]?.reader).toMatchObject({ running: false, restarts: i + 1 });
      clock.pass(seconds(delay));
      expect(programs.running()).toHaveLength(1);
    }
    expect(log.lines.at(-1)).toContain('exited with status 1: starting it again in 4 s');
  });

  test('keep their reader over a reload unless another is named', () => {
    const { notifier, programs } = bench(configured({ fifo: fifo('all', script('reader')) }));
    notifier.reconfigure(configured({ fifo: fifo('all', script('reader')) }));
    expect(programs.all).toHaveLength(1);
    notifier.reconfigure(configured({ fifo: fifo('all', script('other')) }));
    expect(programs.all.map(({ asked }) => asked)).toEqual([true, false]);
  });
});

describe('mail', () => {
  const mail = { subject: '[R] s', body: '=> b <=' };

  test('goes to the relay with envelope and headers', async () => {
    const { notifier, relay } = bench(configured({}, RELAY));
    notifier.deliver(delivery({ mail }));
    expect(relay.orders).toMatchObject([
      {
        server: RELAY.server,
        from: 'lvs01@example.com',
        recipients: ['ops@example.com'],
        timeout: seconds(30),
      },
    ]);
    expect(relay.orders[0]?.text).toMatch(
      /^Date: .*\r\nFrom: Director <lvs01@example.com>\r\nSubject: \[R\] s\r\n/,
    );
  });

  test('that a relay does not take waits and is sent again, and a script does not wait for it', async () => {
    const { notifier, relay, programs, clock, log } = bench(configured({}, RELAY));
    notifier.deliver(delivery({ mail }));
    expect(programs.running()).toHaveLength(1);
    relay.answer(err({ reason: 'no route', permanent: false }));
    await log.said('no route');
    expect(notifier.status().mail).toMatchObject({
      waiting: 1,
      failures: 1,
      lastFailure: { reason: 'no route' },
    });
    clock.pass(seconds(5));
    relay.answer(ok(null));
    await log.said('successfully sent');
    expect(notifier.status().mail).toMatchObject({ waiting: 0, sent: 1 });
  });

  test('whose relay a reload took away is given up', async () => {
    const { notifier, relay, log } = bench(configured({}, RELAY));
    notifier.deliver(delivery({ mail }));
    relay.answer(err({ reason: 'no route', permanent: false }));
    await log.said('no route');
    notifier.reconfigure(configured({}));
    await log.said('no longer configured');
    expect(notifier.status().mail).toMatchObject({ waiting: 0, dropped: 1 });
  });
});

describe('a stop', () => {
  const isDone = async (work: Promise<void>): Promise<boolean> =>
    Promise.race([
      work.then(() => true),
      new Promise<boolean>((resolve) => setImmediate(() => resolve(false))),
    ]);

  test('with nothing to tell takes no time', async () => {
    const { notifier } = bench(configured({ fifo: fifo('all') }));
    expect(await isDone(notifier.finish())).toBe(true);
    expect(existsSync(join(folder, 'all'))).toBe(false);
  });

  test.each([
    ['a script of STOP', 'script'],
    ['a reader', 'reader'],
    ['a mail', 'mail'],
  ])('waits for %s', async (_, last) => {
    const { notifier, programs, relay } = bench(configured({ fifo: fifo('all', script('reader')) }, RELAY));
    notifier.beginStop();
    notifier.deliver(delivery({ event: 'STOP', ending: true, mail: { subject: 's', body: 'b' } }));
    const [reader, stopping] = programs.all;
    const ends: Readonly<Record<string, () => void>> = {
      script: () => stopping?.complete(),
      reader: () => reader?.complete(),
      mail: () => relay.answer(ok(null)),
    };
    const finished = notifier.finish();
    for (const [what, end] of Object.entries(ends)) if (what !== last) end();
    expect(await isDone(finished)).toBe(false);
    ends[last]?.();
    await finished;
    expect(programs.all.some(({ asked }) => asked)).toBe(false);
  });

  test('waits a second and no longer, then ends whatever still runs', async () => {
    const { notifier, programs, clock } = bench(configured({ fifo: fifo('all', script('reader')) }));
    notifier.deliver(delivery());
    const finished = notifier.finish();
    expect(await isDone(finished)).toBe(false);
    clock.pass(seconds(1));
    await finished;
    expect(programs.running().every(({ asked }) => asked)).toBe(true);
  });
});
