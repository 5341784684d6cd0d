/** /proc/net/ip_vs_conn as ipvsadm 1.31 prints it; the lines on the right were printed by it. */
import { describe, expect, test } from 'vitest';
import { connectionLine, connectionTitles, parseConnection } from '../../../src/ipvs/core/connections.ts';
import { NUMERIC, type SocketNames } from '../../../src/ipvs/core/socket-names.ts';

const printed = (line: string, names: SocketNames = NUMERIC, engines = false): string | null => {
  const connection = parseConnection(line);
  return connection === null ? null : connectionLine(connection, names, engines);
};

describe('a connection', () => {
  test.each([
    [
      'TCP 0A000001 BF68 0A000002 0050 0A000003 1F90 ESTABLISHED     899',
      'TCP 14:59  ESTABLISHED 10.0.0.1:49000     10.0.0.2:80        10.0.0.3:8080\n',
    ],
    [
      'TCP 2001:0db8:0000:0000:0000:0000:0000:0001 BF68 2001:0db8:0000:0000:0000:0000:0000:0002 01BB 2001:0db8:1234:5678:9abc:def0:1234:5678 FFFF ESTABLISHED 12345',
      'TCP 205:45 ESTABLISHED [2001:db8::1]:49000 [2001:db8::2]:443  [2001:db8:1234:5678:9abc:def0:1234:5678]:65535\n',
    ],
    [
      'IP  0A000009 0000 00000007 0000 0A000003 0000 NONE             12',
      'IP  00:12  NONE        10.0.0.9:0         0.0.0.7:0          10.0.0.3:0\n',
    ],
    [
      'SCTP 0A000009 13C4 0A000002 13C4 0A000003 13C4 ESTABLISHED     3600',
      'SCTP 60:00  ESTABLISHED 10.0.0.9:5060      10.0.0.2:5060      10.0.0.3:5060\n',
    ],
  ])('%s', (line, text) => {
    expect(printed(line)).toBe(text);
  });

  test('has the names of its hosts and ports, whole', () => {
    const names: SocketNames = {
      host: (address) =>
        address === '10.0.0.2' ? 'a-very-long-host-name-that-is-long.example.com' : address,
      port: (number, protocol) => (number === 53 && protocol === 'udp' ? 'domain' : String(number)),
    };
    expect(printed('UDP 0A000009 0035 0A000002 0035 0A000003 0050 UDP 300', names)).toBe(
      'UDP 05:00  UDP         10.0.0.9:domain    a-very-long-host-name-that-is-long.example.com:domain 10.0.0.3:80\n',
    );
  });

  test('shows its persistence engine when asked', () => {
    const line = 'UDP 0A000009 13C4 0A000002 13C4 0A000003 13C4 UDP             300 sip abcdef@10.0.0.1';
    const bare = 'UDP 05:00  UDP         10.0.0.9:5060      10.0.0.2:5060      10.0.0.3:5060';
    expect(printed(line)).toBe(`${bare}\n`);
    expect(printed(line, NUMERIC, true)).toBe(`${bare}    sip                abcdef@10.0.0.1\n`);
  });
});

test('the titles are the original’s', () => {
  expect(connectionTitles(false)).toBe(
    'IPVS connection entries\npro expire state       source             virtual            destination\n',
  );
  expect(connectionTitles(true)).toBe(
    'IPVS connection entries\npro expire state       source             virtual            destination        pe name          pe_data\n',
  );
});

test.each([
  'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData',
  '',
  'TCP 0A000001 BF68 0A000002 0050 0A000003',
  'TCP 0A000001 BF68 0A000002 0050 0A00000 1F90 ESTABLISHED 899',
  'TCP 0A000001 BF68 0A000002 0050 0A000003 1F90 ESTABLISHED soon',
])('no connection is made of %j', (line) => {
  expect(parseConnection(line)).toBeNull();
});
