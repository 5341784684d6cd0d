/** What ipvsadm 1.31 printed for a table with every tunnel, host names and large counters; the counters were put into
 *  the kernel's answers on their way to it. */
import { describe, expect, test } from 'vitest';
import { port } from '../../../src/base/units.ts';
import { exactCounter, roundedCounter } from '../../../src/ipvs/core/counter-text.ts';
import { PLAIN_NUMERIC, printListing } from '../../../src/ipvs/core/listing.ts';
import type { ListingView } from '../../../src/ipvs/core/listing-views.ts';
import { printRules } from '../../../src/ipvs/core/rules.ts';
import type { SocketNames } from '../../../src/ipvs/core/socket-names.ts';
import type { IpvsTable } from '../../../src/ipvs/core/table.ts';
import { destination, service, table, tcp } from '../samples.ts';

const tunnel = (
  encapsulation: 'ipip' | 'gue' | 'gre',
  portNumber: number,
  checksum: 'none' | 'csum' | 'remcsum',
) => ({ kind: 'tun', encapsulation, port: port(portNumber), checksum }) as const;

const held: IpvsTable = table(
  [
    service(tcp('10.0.0.1', 80)),
    destination('10.0.0.2', 80, { forwarding: { kind: 'nat' } }),
    destination('10.0.0.3', 80, { forwarding: tunnel('gue', 6080, 'remcsum') }),
    destination('10.0.0.4', 80, { forwarding: tunnel('gue', 65_535, 'csum') }),
    destination('10.0.0.5', 80, { forwarding: tunnel('gre', 0, 'csum') }),
    destination('10.0.0.6', 80, { forwarding: tunnel('gre', 0, 'none') }),
    destination('10.0.0.7', 80, {
      forwarding: tunnel('ipip', 0, 'none'),
      weight: 0x7fff_ffff,
      upperThreshold: 0x7fff_ffff,
      lowerThreshold: 7,
    }),
  ],
  [
    service(tcp('2001:db8:1234:5678:9abc:def0:1234:5678', 65_535)),
    destination('2001:db8::2', 80, { forwarding: { kind: 'nat' } }),
  ],
);

const HOSTS: Readonly<Record<string, string>> = {
  '10.0.0.1': 'web1',
  '10.0.0.2': 'a-very-long-host-name-that-is-long.example.com',
  '10.0.0.3': 'exactly24characters12345.x',
  '2001:db8::2': 'a-very-long-ipv6-host-name-that-is-long.example.com',
};
const names: SocketNames = {
  host: (address) => HOSTS[address] ?? address,
  port: (number, protocol) => (number === 80 && protocol === 'tcp' ? 'http' : String(number)),
};

const lines = (view: ListingView, style = PLAIN_NUMERIC): readonly string[] =>
  printListing(null, { table: held, services: new Map(), destinations: new Map() }, { ...style, view })
    .replace(/\n$/, '')
    .split('\n');

describe('views', () => {
  test('--tun-info', () => {
    expect(lines('tun_info')).toEqual([
      'Prot LocalAddress:Port Scheduler Flags',
      '  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn',
      'TCP  10.0.0.1:80 rr',
      '  -> 10.0.0.2:80                  Masq    n/a           1      0          0         ',
      '  -> 10.0.0.3:80                  Tunnel  gue:6080:r+c  1      0          0         ',
      '  -> 10.0.0.4:80                  Tunnel  gue:65535:+c  1      0          0         ',
      '  -> 10.0.0.5:80                  Tunnel  gre:+c        1      0          0         ',
      '  -> 10.0.0.6:80                  Tunnel  gre:-c        1      0          0         ',
      '  -> 10.0.0.7:80                  Tunnel  ipip          2147483647 0          0         ',
      'TCP  [2001:db8:1234:5678:9abc:def0:1234:5678]:65535 rr',
      '  -> [2001:db8::2]:80             Masq    n/a           1      0          0         ',
    ]);
  });

  test('IPv4 names are cut off, IPv6 names are not', () => {
    expect(lines('thresholds', { ...PLAIN_NUMERIC, names })).toEqual([
      'Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn ',
      '  -> RemoteAddress:Port',
      'TCP  web1:http rr',
      '  -> a-very-long-host-name-that-i 0          0          0          0         ',
      '  -> exactly24characters12345.x:h 0          0          0          0         ',
      '  -> 10.0.0.4:http                0          0          0          0         ',
      '  -> 10.0.0.5:http                0          0          0          0         ',
      '  -> 10.0.0.6:http                0          0          0          0         ',
      '  -> 10.0.0.7:http                2147483647 7          0          0         ',
      'TCP  [2001:db8:1234:5678:9abc:def0:1234:5678]:65535 rr',
      '  -> [a-very-long-ipv6-host-name-that-is-long.example.com]:http 0          0          0          0         ',
    ]);
  });

  test('without --sort the order is the kernel’s', () => {
    const reversed = new Map([...held].reverse());
    const text = printListing(
      null,
      { table: reversed, services: new Map(), destinations: new Map() },
      { ...PLAIN_NUMERIC, sorted: false },
    );
    expect(text.split('\n')[2]).toContain('TCP  [2001:db8:');
  });

  test('of a destination’s rates only the bytes are rounded, of a service’s all', () => {
    const perSecond = {
      connections: 2_215_752_191n,
      inPackets: 100_000_000n,
      outPackets: 5n,
      inBytes: 3_755_744_309n,
      outBytes: 276_447_231n,
    };
    const none = { connections: 0n, inPackets: 0n, outPackets: 0n, inBytes: 0n, outBytes: 0n, perSecond };
    const usage = { ...none, activeConnections: 0, inactiveConnections: 0, persistentConnections: 0 };
    const [key, config] = ['tcp 10.0.0.1:80', service(tcp('10.0.0.1', 80))];
    const text = printListing(
      null,
      {
        table: table([config, destination('10.0.0.5', 80)]),
        services: new Map([[key, none]]),
        destinations: new Map([[key, new Map([['10.0.0.5:80', usage]])]]),
      },
      { ...PLAIN_NUMERIC, view: 'rate' },
    );
    expect(text.split('\n').slice(2, 4)).toEqual([
      'TCP  10.0.0.1:80                     2215M  100000K        5    3755M  276447K',
      '  -> 10.0.0.5:80                  2215752191 100000000        5    3755M  276447K',
    ]);
  });
});

test('saved rules have whole names and the options of each tunnel', () => {
  expect(printRules(held, names).trimEnd().split('\n')).toEqual([
    '-A -t web1:http -s rr',
    '-a -t web1:http -r a-very-long-host-name-that-is-long.example.com:http -m -w 1',
    '-a -t web1:http -r exactly24characters12345.x:http -i -w 1 --tun-type gue --tun-port 6080 --tun-remcsum',
    '-a -t web1:http -r 10.0.0.4:http -i -w 1 --tun-type gue --tun-port 65535 --tun-csum',
    '-a -t web1:http -r 10.0.0.5:http -i -w 1 --tun-type gre --tun-csum',
    '-a -t web1:http -r 10.0.0.6:http -i -w 1 --tun-type gre --tun-nocsum',
    '-a -t web1:http -r 10.0.0.7:http -i -w 2147483647 --tun-type ipip',
    '-A -t [2001:db8:1234:5678:9abc:def0:1234:5678]:65535 -s rr',
    '-a -t [2001:db8:1234:5678:9abc:def0:1234:5678]:65535 -r [a-very-long-ipv6-host-name-that-is-long.example.com]:http -m -w 1',
  ]);
});

test('a saved service tells persistence, mask, engine, one-packet and flags in that order', () => {
  const key = { kind: 'address', protocol: 'udp', address: tcp('10.0.0.1', 5060), port: port(5060) } as const;
  const address = key.address.kind === 'address' ? key.address.address : null;
  if (address === null) throw new Error('an address was made');
  const config = service(
    { ...key, address },
    { scheduler: 'sh', flags: 0x17, persistenceTimeout: 30, persistencePrefix: 16, persistenceEngine: 'sip' },
  );
  expect(printRules(table([config]), names)).toBe(
    '-A -u web1:5060 -s sh -p 30 -M 255.255.0.0 --pe sip -o -b sh-port\n',
  );
});

describe('counters', () => {
  test.each([
    [0n, '        0'],
    [99_999_999n, ' 99999999'],
    [100_000_000n, '  100000K'],
    [999_999_999n, '  999999K'],
    [1_000_000_000n, '    1000M'],
    [99_999_999_999n, '   99999M'],
    [100_000_000_000n, '     100G'],
    [99_999_999_999_999n, '   99999G'],
    [100_000_000_000_000n, '     100T'],
    [18_446_744_073_709_551_615n, '18446744T'],
  ])('%s', (count, text) => {
    expect(roundedCounter(count)).toBe(text);
  });

  test('to the last digit with --exact', () => {
    expect(exactCounter(12_345_678_901_234_567n)).toBe(' 12345678901234567');
    expect(exactCounter(7n)).toBe('        7');
  });
});
