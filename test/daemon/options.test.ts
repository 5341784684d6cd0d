import { describe, expect, test } from 'vitest';
import { helpText, OPTIONS, parseOptions, signalNumber } from '../../src/daemon/options.ts';

function accepted(...argv: string[]) {
  const parsed = parseOptions(argv);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

describe('the command line', () => {
  test('keepalived flags bundle and repeat as they do there', () => {
    const options = accepted('-nlDDf', '/etc/keepalived/keepalived.conf');
    expect(options).toMatchObject({
      action: 'run',
      foreground: true,
      configFile: '/etc/keepalived/keepalived.conf',
      log: { console: true, format: 'text', detail: 2 },
    });
  });

  test.each([
    [[], { vrrp: true, checkers: true }],
    [['-P'], { vrrp: true, checkers: false }],
    [['-C'], { vrrp: false, checkers: true }],
    [['-P', '-C'], { vrrp: true, checkers: true }],
  ])('%j runs the halves %j', (argv, halves) => {
    expect(accepted(...argv).halves).toEqual(halves);
  });

  test('-I and -V keep what the daemon put into the kernel', () => {
    expect(accepted('-I', '-V')).toMatchObject({ releaseIpvs: false, releaseVips: false });
    expect(accepted()).toMatchObject({ releaseIpvs: true, releaseVips: true });
  });

  test('pid files are named by -p -r -c', () => {
    expect(accepted('-p', '/a', '-r', '/b', '-c', '/c').pidFiles).toEqual({
      parent: '/a',
      vrrp: '/b',
      checkers: '/c',
    });
  });

  test('-t tests, and --config-test=FILE logs there', () => {
    expect(accepted('-t')).toMatchObject({ action: 'test', testLog: null });
    expect(accepted('--config-test=/tmp/log')).toMatchObject({ action: 'test', testLog: '/tmp/log' });
    expect(accepted('-t', '-f', 'x.conf')).toMatchObject({ action: 'test', configFile: 'x.conf' });
  });

  test('an unknown option and a missing argument are errors that name it', () => {
    const unknown = parseOptions(['--prioritise']);
    expect(unknown.ok ? '' : unknown.error).toContain('--prioritise');
    const missing = parseOptions(['-f']);
    expect(missing.ok ? '' : missing.error).toContain('use-file');
  });

  test('options without effect and extra words are remarked, not refused', () => {
    expect(accepted('-x', 'stray').remarks).toEqual([
      'option --snmp has no effect in vipd yet',
      "unexpected argument 'stray' ignored",
    ]);
  });

  test('lines go to a facility, to files, or past syslog (-S -g -G)', () => {
    expect(accepted().log).toMatchObject({ facility: 3, syslog: true, file: null });
    expect(accepted('-S', '5', '-G', '-g').log).toMatchObject({
      facility: 16 + 5,
      syslog: false,
      file: '/tmp/keepalived.log',
    });
    expect(accepted('-S', 'local5', '--log-file=/var/log/a.log').log).toMatchObject({
      facility: 21,
      file: '/var/log/a.log',
    });
    expect(accepted('-S', 'user', '-g/var/log/a.log').log).toMatchObject({
      facility: 1,
      file: '/var/log/a.log',
    });
    expect(parseOptions(['-S', '8'])).toEqual({
      ok: false,
      error: "'8' is no syslog facility: 0-7, localN, user, daemon",
    });
  });

  test('a namespace, idle children, core dumps, addresses and the configuration are switched on', () => {
    expect(accepted()).toMatchObject({
      namespace: null,
      allChildren: false,
      coreDumps: false,
      watchAddresses: false,
      dumpConfig: false,
    });
    expect(accepted('-s', 'red', '--all', '-m', '-a', '-d', '-X')).toMatchObject({
      namespace: 'red',
      allChildren: true,
      coreDumps: true,
      watchAddresses: true,
      dumpConfig: true,
      remarks: [],
    });
  });

  test('a umask is octal, or refused', () => {
    expect(accepted('-u', '077').umask).toBe(0o77);
    expect(parseOptions(['-u', '9']).ok).toBe(false);
  });

  test('every option of keepalived that takes effect is in the help', () => {
    for (const row of OPTIONS.filter((o) => o.effect !== 'none'))
      expect(helpText()).toContain(`--${row.long} `);
  });

  test('short names are unique', () => {
    const shorts = OPTIONS.flatMap((row) => (row.short === undefined ? [] : [row.short]));
    expect(new Set(shorts).size).toBe(shorts.length);
  });

  test('--strict and --json are off unless given', () => {
    const of = (...argv: readonly string[]) => {
      const parsed = parseOptions(argv);
      return parsed.ok ? [parsed.value.strict, parsed.value.json] : [];
    };
    expect([of('-t'), of('-t', '--strict'), of('-t', '--json')]).toEqual([
      [false, false],
      [true, false],
      [false, true],
    ]);
  });

  test('--signum answers by keepalived names', () => {
    expect([
      signalNumber('STOP'),
      signalNumber('RELOAD'),
      signalNumber('DATA'),
      signalNumber('STATS'),
    ]).toEqual([15, 1, 10, 12]);
    expect(signalNumber('KILL')).toBeNull();
  });
});
