import { beforeEach, describe, expect, test } from 'vitest';
import { type LogLevel, row } from '../../src/base/log.ts';
import { instant, MICROS_PER_SECOND } from '../../src/base/units.ts';
import type { LogOptions } from '../../src/daemon/ipc.ts';
import { createLog, LOG_LIMIT_PER_ID, type LogMachine } from '../../src/observe/log.ts';
import { localTime } from '../../src/observe/log-line.ts';
import type { LineSink } from '../../src/observe/log-sink.ts';

const WALL = Date.UTC(2026, 10, 20, 7, 10, 11, 123);
beforeEach(() => {
  process.env['TZ'] = 'UTC'; // the lines show local time
});

const line = (level: LogLevel) => row('a_row', level, (f: { text: string }) => f.text);

/** A machine whose outlets remember what they got, and may be full. */
function machine(changes: Partial<LogMachine> = {}) {
  const written = {
    stderr: [] as string[],
    syslog: [] as string[],
    file: [] as string[],
    paths: [] as string[],
  };
  const control = { full: false, seconds: 0 };
  const sink = (into: string[]): LineSink => ({
    write: (text) => {
      if (!control.full) into.push(text);
      return !control.full;
    },
  });
  const fake: LogMachine = {
    pid: 4711,
    now: () => instant(control.seconds * MICROS_PER_SECOND),
    wall: () => WALL,
    stderr: sink(written.stderr),
    journal: false,
    openSyslog: () => sink(written.syslog),
    openFile: (path) => {
      written.paths.push(path);
      return sink(written.file);
    },
    ...changes,
  };
  return { fake, written, control };
}

const CONSOLE: LogOptions = {
  console: true,
  format: 'text',
  detail: 0,
  facility: 3,
  syslog: true,
  file: null,
};

describe('log lines', () => {
  test('a console line shows local time, program, pid and the text', () => {
    const { fake, written } = machine();
    createLog('vipd_vrrp', CONSOLE, fake)(line('info')({ text: '(VI_1) Entering MASTER STATE' }));
    expect(written.stderr).toEqual([
      '2026-11-20T07:10:11.123 vipd_vrrp[4711]: (VI_1) Entering MASTER STATE\n',
    ]);
  });

  test('a console line follows the zone of the machine', () => {
    process.env['TZ'] = 'Asia/Kathmandu';
    expect(localTime(WALL)).toBe('2026-11-20T12:55:11.123');
  });

  test('without the console a line goes to syslog with facility daemon and the severity of syslog(3)', () => {
    const { fake, written } = machine();
    const log = createLog('vipd', { ...CONSOLE, console: false, detail: 1 }, fake);
    for (const level of ['alert', 'error', 'warning', 'notice', 'info', 'debug'] as const) {
      log(line(level)({ text: level }));
    }
    expect(written.syslog).toEqual([
      '<25>Nov 20 07:10:11 vipd[4711]: alert',
      '<27>Nov 20 07:10:11 vipd[4711]: error',
      '<28>Nov 20 07:10:11 vipd[4711]: warning',
      '<29>Nov 20 07:10:11 vipd[4711]: notice',
      '<30>Nov 20 07:10:11 vipd[4711]: info',
      '<31>Nov 20 07:10:11 vipd[4711]: debug',
    ]);
    expect(written.stderr).toEqual([]);
  });

  test('without a syslog socket standard error takes its place', () => {
    const { fake, written } = machine({ openSyslog: () => null });
    createLog('vipd', { ...CONSOLE, console: false }, fake)(line('notice')({ text: 'here' }));
    expect(written.stderr).toHaveLength(1);
  });

  test('under journald a line carries its priority (sd-daemon(3)) and nothing journald knows itself', () => {
    const { fake, written } = machine({ journal: true });
    createLog('vipd', CONSOLE, fake)(line('warning')({ text: 'careful' }));
    expect(written.stderr).toEqual(['<4>careful\n']);
  });

  test('JSON has id, level, text and the fields', () => {
    const { fake, written } = machine();
    createLog('vipd', { ...CONSOLE, format: 'json' }, fake)(line('notice')({ text: 'here' }));
    expect(written.stderr).toHaveLength(1);
    expect(JSON.parse(written.stderr[0] ?? '')).toEqual({
      level: 'notice',
      time: '2026-11-20T07:10:11.123Z',
      ident: 'vipd',
      pid: 4711,
      id: 'a_row',
      fields: { text: 'here' },
      text: 'here',
    });
  });

  test('debug lines need -D', () => {
    const { fake, written } = machine();
    createLog('vipd', CONSOLE, fake)(line('debug')({ text: 'quiet' }));
    createLog('vipd', { ...CONSOLE, detail: 1 }, fake)(line('debug')({ text: 'loud' }));
    expect(written.stderr.join('')).not.toContain('quiet');
    expect(written.stderr.join('')).toContain('loud');
  });

  test('a text of a peer cannot forge a second line nor move the cursor', () => {
    const { fake, written } = machine({ journal: true });
    createLog('vipd', CONSOLE, fake)(line('info')({ text: 'a\n<0>forged\u001b[2J\u007f\u009b' }));
    expect(written.stderr).toEqual(['<6>a\\x0a<0>forged\\x1b[2J\\x7f\\x9b\n']);
  });
});

describe('log under load', () => {
  test('a row that floods is cut at its burst, other rows go on, and the count is told later', () => {
    const { fake, written, control } = machine();
    const log = createLog('vipd', CONSOLE, fake);
    for (let i = 0; i < LOG_LIMIT_PER_ID.burst + 7; i++) log(line('info')({ text: `flood ${i}` }));
    log(row('other', 'info', () => 'still heard')({}));
    expect(written.stderr).toHaveLength(LOG_LIMIT_PER_ID.burst + 1);
    control.seconds = 1;
    log(line('info')({ text: 'after' }));
    expect(written.stderr.at(-2)).toContain('7 lines like the next one (a_row) were suppressed');
    expect(written.stderr.at(-1)).toContain('after');
  });

  test('lines that the reader did not take are counted and told when it takes lines again', () => {
    const { fake, written, control } = machine();
    const log = createLog('vipd', CONSOLE, fake);
    control.full = true;
    log(line('info')({ text: 'one' }));
    log(line('info')({ text: 'two' }));
    control.full = false;
    log(line('info')({ text: 'three' }));
    expect(written.stderr[0]).toContain('2 log lines were lost');
    expect(written.stderr[1]).toContain('three');
  });
});

describe('where lines go', () => {
  const SYSLOG: LogOptions = { ...CONSOLE, console: false };
  const tell = (ident: string, options: LogOptions, fake: LogMachine): void =>
    createLog(ident, options, fake)(line('info')({ text: 'said' }));

  test('a facility is in the number of a syslog line (-S)', () => {
    const { fake, written } = machine();
    tell('vipd', { ...SYSLOG, facility: 16 + 5 }, fake);
    expect(written.syslog[0]).toMatch(/^<174>/);
  });

  test('a file gets them besides syslog, one per process (-g)', () => {
    const { fake, written } = machine();
    tell('vipd_vrrp_red', { ...SYSLOG, file: '/var/log/keepalived.log' }, fake);
    expect(written.syslog).toHaveLength(1);
    expect(written.paths).toEqual(['/var/log/keepalived_vrrp_red.log']);
    expect(written.file).toEqual(['2026-11-20T07:10:11.123 vipd_vrrp_red[4711]: said\n']);
  });

  test('without syslog they go to the file, or nowhere (-G)', () => {
    for (const file of ['/tmp/a.log', null]) {
      const { fake, written } = machine();
      tell('vipd', { ...SYSLOG, syslog: false, file }, fake);
      expect([written.syslog, written.stderr, written.file.length]).toEqual([[], [], file === null ? 0 : 1]);
    }
  });

  test('without syslog the journal gets none either, and a console does', () => {
    const journal = machine({ journal: true });
    tell('vipd', { ...SYSLOG, syslog: false }, journal.fake);
    expect(journal.written.stderr).toEqual([]);
    const console = machine();
    tell('vipd', { ...CONSOLE, syslog: false }, console.fake);
    expect(console.written.stderr).toHaveLength(1);
  });
});
