/** PING_CHECK on the loopback interface: with a ping socket, with a raw one, and without an answer. Needs root. */
import { describe, expect, test } from 'vitest';
import { isIpv4 } from '../../../src/base/ip.ts';
import { seconds } from '../../../src/base/units.ts';
import type { OpenDatagram } from '../../../src/checks/probes/datagram-exchange.ts';
import { openProbeSocket } from '../../../src/checks/shell/probe-socket.ts';
import { AF, IPPROTO, SOCK } from '../../../src/native/constants.ts';
import { openDatagramSocket } from '../../../src/native/datagram-socket.ts';
import { ipSockaddr } from '../../../src/native/sockaddr.ts';
import { serveDatagrams } from '../datagrams.ts';
import { startTestProbe } from '../loopback.ts';
import { ip, pingChecker, target } from '../model.ts';

const PASSED = { kind: 'passed' };

/** What openProbeSocket falls back to where ping sockets are not allowed. */
const openRaw: OpenDatagram = ({ address }) => {
  const [domain, protocol] = isIpv4(address) ? [AF.INET, IPPROTO.ICMP] : [AF.INET6, IPPROTO.ICMPV6];
  const socket = openDatagramSocket({ domain, type: SOCK.RAW, protocol }, 'raw socket');
  if (!socket.ok) return socket;
  return { ok: true, value: { socket: socket.value, peer: ipSockaddr(address), raw: true } };
};

describe.each(['127.0.0.1', '::1'])('the host %s', (address) => {
  test('answers', async () => {
    expect(await startTestProbe(pingChecker(target(address, 80))).result).toEqual(PASSED);
  });

  test("answers a raw socket, which hears the question and others' answers as well", async () => {
    const others = [1, 2, 3].map(() => startTestProbe(pingChecker(target(address, 80))).result);
    const checker = pingChecker(target(address, 80));
    expect(await startTestProbe(checker, { openDatagram: openRaw }).result).toEqual(PASSED);
    expect(await Promise.all(others)).toEqual([PASSED, PASSED, PASSED]);
  });
});

test('bindto is the address that is answered to', async () => {
  const bound = pingChecker(target('127.0.0.1', 80, { bindAddress: ip('127.0.0.9'), bindInterface: 'lo' }));
  expect(await startTestProbe(bound).result).toEqual(PASSED);
  const strange = pingChecker(target('127.0.0.1', 80, { bindAddress: ip('192.0.2.1') }));
  expect(await startTestProbe(strange).result).toMatchObject({ kind: 'no_result', code: 'EADDRNOTAVAIL' });
});

test('what is no answer to this question is none, and silence is a failure at the timeout', async () => {
  let answered = (): void => {};
  const hasAnswered = new Promise<void>((resolve) => {
    answered = resolve;
  });
  // a server over UDP stands for a host that sends back what it likes: the question itself, then a strange payload
  const server = await serveDatagrams((request, send) => {
    send(request);
    const other = Buffer.from(request);
    other[0] = 0;
    other[100] = (other[100] ?? 0) ^ 1;
    send(other);
    send('');
    answered();
  });
  const openDatagram: OpenDatagram = (to) => openProbeSocket(target(to.address, server.port), 'udp');
  const probe = startTestProbe(pingChecker(target('127.0.0.1', 80, { timeout: seconds(2) })), {
    openDatagram,
  });
  await hasAnswered;
  probe.pass(seconds(2));
  expect(await probe.result).toEqual({ kind: 'failed', failure: { kind: 'no_reply' } });
});
