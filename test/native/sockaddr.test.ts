import { describe, expect, test } from 'vitest';
import { type IpAddress, parseIp } from '../../src/base/ip.ts';
import { parseMac } from '../../src/base/mac.ts';
import { ifIndex } from '../../src/base/units.ts';
import { AF, NETLINK, SOCK } from '../../src/native/constants.ts';
import { type DatagramSocket, openDatagramSocket } from '../../src/native/datagram-socket.ts';
import {
  ipFromSockaddr,
  ipSockaddr,
  netlinkPort,
  netlinkSockaddr,
  packetSockaddr,
  unixSockaddr,
} from '../../src/native/sockaddr.ts';

const ip = (text: string): IpAddress => {
  const address = parseIp(text);
  if (address === null) throw new Error(text);
  return address;
};
const hex = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString('hex');
function open(domain: number, protocol = 0): DatagramSocket {
  const opened = openDatagramSocket({ domain, type: SOCK.DGRAM, protocol }, 'test socket');
  if (!opened.ok) throw new Error(opened.error.detail);
  return opened.value;
}

describe('socket addresses', () => {
  test('of IPv4 and IPv6 are those that the kernel gives back', () => {
    for (const [domain, text] of [
      [AF.INET, '127.0.0.1'],
      [AF.INET6, '::1'],
    ] as const) {
      const socket = open(domain);
      expect(socket.bind(ipSockaddr(ip(text), 0))).toMatchObject({ ok: true });
      const local = socket.localAddress();
      if (!local.ok) throw new Error(local.error.detail);
      expect(ipFromSockaddr(local.value)).toBe(text);
      const port = (local.value[2] ?? 0) * 256 + (local.value[3] ?? 0);
      expect(hex(ipSockaddr(ip(text), port))).toBe(hex(local.value));
      socket.close();
    }
  });

  test('of netlink name the port that the kernel chose, and the kernel itself as 0', () => {
    const socket = open(AF.NETLINK, NETLINK.ROUTE);
    expect(socket.bind(netlinkSockaddr())).toMatchObject({ ok: true });
    const local = socket.localAddress();
    expect(local.ok && netlinkPort(local.value)).toBeGreaterThan(0);
    expect(netlinkPort(netlinkSockaddr(0x11))).toBe(0);
    socket.close();
  });

  test('have the layout of the headers (little-endian machines)', () => {
    expect(hex(ipSockaddr(ip('10.0.0.1'), 80))).toBe('020000500a0000010000000000000000');
    expect(hex(ipSockaddr(ip('fe80::1'), 80, 3))).toBe(
      `0a000050${'00000000'}fe800000000000000000000000000001${'03000000'}`,
    );
    expect(hex(packetSockaddr(ifIndex(3), 0x0806, parseMac('02:00:00:00:00:01')))).toBe(
      '1100080603000000000000060200000000010000',
    );
    expect(hex(netlinkSockaddr(0x111))).toBe('100000000000000011010000');
  });

  test('of unix sockets are paths closed by NUL, or abstract names after a leading NUL', () => {
    expect(hex(unixSockaddr('/a'))).toBe('01002f6100');
    expect(hex(unixSockaddr('@a'))).toBe('01000061');
    expect(unixSockaddr('')).toBeNull();
    expect(unixSockaddr(`/${'a'.repeat(106)}`)).not.toBeNull();
    expect(unixSockaddr(`/${'a'.repeat(107)}`)).toBeNull();
  });

  test('cut at any length have no address', () => {
    for (const whole of [ipSockaddr(ip('10.0.0.1')), ipSockaddr(ip('fe80::1'))]) {
      for (let length = 0; length < whole.length; length++) {
        expect(ipFromSockaddr(whole.subarray(0, length))).toBeNull();
      }
    }
    expect(ipFromSockaddr(netlinkSockaddr())).toBeNull();
    expect(netlinkPort(ipSockaddr(ip('10.0.0.1')))).toBeNull();
  });
});
