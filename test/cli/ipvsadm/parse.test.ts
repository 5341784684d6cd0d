/** The command line against what the original said to 1,100 lines (fixtures/recorded.txt, on a Linux 6.1 with ip_vs):
 *  what it refused is refused in its words, and what it passed on to the kernel is an order. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { port } from '../../../src/base/units.ts';
import type { Lookups } from '../../../src/cli/ipvsadm/order.ts';
import { parseCommandLine } from '../../../src/cli/ipvsadm/parse.ts';
import { parseServices } from '../../../src/cli/ipvsadm/services-file.ts';
import { ip } from '../../ipvs/samples.ts';

const SERVICES = parseServices(
  'echo 7/tcp\nhttp 80/tcp www # WWW\ndomain 53/tcp\ndomain 53/udp\ntftp 69/udp\n',
);
const LOOKUPS: Lookups = {
  host: ({ name, family }) => (name === 'localhost' && family === 'inet' ? ip('127.0.0.1') : null),
  servicePort: (name, protocol) => SERVICES.ports.get(`${name}/${protocol}`) ?? null,
};

const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, inQuotes, bare]) => inQuotes ?? bare ?? '');

interface Recorded {
  readonly line: string;
  readonly exitStatus: number;
  readonly text: string;
}

const RECORDED: readonly Recorded[] = readFileSync(join(import.meta.dirname, 'fixtures/recorded.txt'), 'utf8')
  .trimEnd()
  .split('\n')
  .map((row) => {
    const [line = '', answer = ''] = row.split(/ ?=> /);
    const [, exitStatus, text = ''] = /^(\d+) ?(.*)$/.exec(answer) ?? [];
    return { line, exitStatus: Number(exitStatus), text };
  });

/** What the original says when the kernel refused: the line itself was in order. */
const KERNEL_SAID =
  /^(Service|No such|Scheduler or|Destination|Numerical|Daemon|No daemon|Network|Invalid operation)/;
const refusedByParser = ({ exitStatus, text }: Recorded): boolean =>
  exitStatus !== 0 && !KERNEL_SAID.test(text);

const TRY = "Try `ipvsadm -h' or 'ipvsadm --help' for more information.";

/** Lines that vipd understands where the original does not, each with why. */
const UNDERSTOOD = new Map([
  ['-A -t [::1] -p', 'a port may be missing behind brackets too'],
  ['-a -t [2001:db8::1]:80 -r [2001:db8::9]', 'the same'],
  ['-a -f 5 -6 -r [2001:db8::7]', 'the same'],
  ['-a -t 1.1.1.1:85 -r [2001:db8::1] -i', 'the same'],
  ['-A -f -1', 'saved rules show marks above 2^31 as negative numbers'],
  ['-a -r 2.2.2.2:http -t 1.1.1.1:80', 'a port name may stand before the service'],
]);
/** Lines that both refuse, vipd for another reason. */
const OTHERWISE = new Map([
  ['-A -t [1.1.1.1]:93', 'illegal virtual server address[:port] specified'],
  ['-a -f 5 -r [2001:db8::7]', 'Different address family is allowed only for tunneling servers'],
  ['--stop-daemon nosuch', 'illegal stop-daemon parameter specified'],
  ['--stop-daemon -n', 'illegal stop-daemon parameter specified'],
]);

const answerTo = (line: string) => {
  const parsed = parseCommandLine(wordsOf(line), LOOKUPS);
  if (parsed.ok) return { exitStatus: 0, text: '' };
  if (parsed.error.kind === 'unresolved') return { exitStatus: -1, text: parsed.error.host.name };
  return { exitStatus: parsed.error.exitStatus, text: parsed.error.text.trimEnd() };
};

describe('beside the original', () => {
  test('what it refused is refused, with its exit status and in its words', () => {
    const wrong = RECORDED.filter(refusedByParser).filter(({ line }) => !UNDERSTOOD.has(line));
    expect(wrong.length).toBeGreaterThan(700);
    const expected = wrong.map(({ line, exitStatus, text }) => ({
      line,
      exitStatus,
      text: OTHERWISE.get(line) ?? text,
    }));
    const answered = expected.map(({ line, text }) => {
      const answer = answerTo(line);
      // where the original only points at its help, vipd says first what is wrong
      return { line, ...answer, text: text === TRY && answer.text.endsWith(`\n${TRY}`) ? TRY : answer.text };
    });
    expect(answered).toEqual(expected);
  });

  test('what it passed on to the kernel is understood', () => {
    const right = RECORDED.filter((recorded) => !refusedByParser(recorded)).map(({ line }) => line);
    expect(right.length).toBeGreaterThan(300);
    const misunderstood = [...right, ...UNDERSTOOD.keys()].filter((line) => answerTo(line).exitStatus !== 0);
    expect(misunderstood).toEqual([]);
  });

  test('a line that starts without a command says so before it points at the help', () => {
    expect(answerTo('--nosuch').text).toBe(`--nosuch: unknown option\n${TRY}`);
    expect(answerTo('-n').text).toBe(`-n: a command has to come first\n${TRY}`);
    expect(answerTo('foo').text).toBe(`unexpected argument foo\n${TRY}`);
  });
});

const orderOf = (line: string) => {
  const parsed = parseCommandLine(wordsOf(line), LOOKUPS);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
};

describe('orders', () => {
  test('a dotted mask is none for IPv6, wherever it stands', () => {
    expect(answerTo('-A -p -M 255.255.0.0 -f 7 -6')).toEqual({
      exitStatus: 2,
      text: 'illegal ipv6 netmask specified',
    });
  });

  test('a service with everything that can be decided about it', () => {
    expect(orderOf('-A -u 192.0.2.1:domain -s=sh -p60 -M 255.255.255.0 --pe sip -o -b sh-port')).toEqual({
      kind: 'operate',
      operation: {
        kind: 'add_service',
        service: {
          key: { kind: 'address', protocol: 'udp', address: '192.0.2.1', port: 53 },
          scheduler: 'sh',
          flags: 0x14,
          persistenceTimeout: 60,
          persistencePrefix: 24,
          persistenceEngine: 'sip',
        },
      },
    });
  });

  test.each([
    ['-p alone is six minutes', '-A -t 192.0.2.1:80 -p', { persistenceTimeout: 360, persistencePrefix: 32 }],
    ['a mask with gaps is kept', '-A -t 192.0.2.1:80 -p -M 255.0.255.0', { persistencePrefix: '255.0.255.0' }],
    ['an IPv6 granularity is a length', '-A -t [2001:db8::1]:80 -p -M 64', { persistencePrefix: 64 }],
    ['a length may stand before its service', '-A -p -M 64 -t [2001:db8::1]:80', { persistencePrefix: 64 }],
    ['a mark is a service', '-A -f 7 -6 -p -M 64', { key: { kind: 'fwmark', mark: 7, family: 'inet6' } }],
    ['a mark as a listing shows it', '-A -f -1', { key: { kind: 'fwmark', mark: 0xffffffff, family: 'inet' } }],
  ])('%s', (_, line, service) => {
    expect(orderOf(line)).toMatchObject({ operation: { kind: 'add_service', service } });
  }); // biome-ignore format: a table

  test.each([
    ['without translation the port is the service’s', '-r 10.0.0.1:8080', { port: 80 }],
    ['with it the port is the server’s own', '-r 10.0.0.1:8080 -m', { port: 8080 }],
    ['a port that is not named is the service’s', '-r 10.0.0.1 -m', { port: 80 }],
    ['port 0 is a port', '-r 10.0.0.1:0 -m', { port: 0 }],
    ['behind brackets the port may be missing', '-r [2001:db8::1] -i', { address: '2001:db8::1', port: 80 }],
    ['an address in fewer numbers', '-r 10.1', { address: '10.0.0.1' }],
    ['an address in octal and hexadecimal', '-r 012.0x0.0.1', { address: '10.0.0.1' }],
    ['a host by name', '-r localhost', { address: '127.0.0.1' }],
  ])('%s', (_, server, key) => {
    expect(orderOf(`-a -t 192.0.2.1:80 ${server}`)).toMatchObject({ operation: { destination: { key } } });
  });

  test('a server is removed by the port named, however it was added', () => {
    expect(orderOf('-d -t 192.0.2.1:80 -r 10.0.0.1:8080')).toMatchObject({
      operation: { kind: 'remove_destination', destination: { address: '10.0.0.1', port: port(8080) } },
    });
  });

  test('a tunnel with its port and checksum', () => {
    expect(
      orderOf('-a -f 1 -r 10.0.0.1:80 -i --tun-type gue --tun-port 6080 --tun-remcsum -w 7 -x 9 -y 3'),
    ).toMatchObject({
      operation: {
        destination: {
          forwarding: { kind: 'tun', encapsulation: 'gue', port: 6080, checksum: 'remcsum' },
          weight: 7,
          upperThreshold: 9,
          lowerThreshold: 3,
        },
      },
    });
  });

  test('of several views the statistics win, and -n may stand anywhere', () => {
    expect(orderOf('-L --tun-info --rate --stats --nosort --exact -n')).toEqual({
      kind: 'list_table',
      service: null,
      view: 'stats',
      exact: true,
      sorted: false,
      numeric: true,
    });
  });

  test('a name that nobody has looked up is asked for: a bare one as IPv4, one in brackets as IPv6', () => {
    const unknown: Lookups = { host: () => undefined, servicePort: () => null };
    expect(parseCommandLine(['-D', '-t', 'web1:80'], unknown)).toEqual({
      ok: false,
      error: { kind: 'unresolved', host: { name: 'web1', family: 'inet' } },
    });
    expect(parseCommandLine(['-D', '-t', '[web1]:80'], unknown)).toMatchObject({
      error: { host: { name: 'web1', family: 'inet6' } },
    });
    // what cannot be a name is no question to a name server
    for (const text of ['300.1.1.1:80', '$(id):80', '-x:80', 'a b:80']) {
      expect(parseCommandLine(['-D', '-t', text], unknown), text).toMatchObject({
        error: { kind: 'refused' },
      });
    }
  });
});
