/** UDP_CHECK against servers that answer, lie, flood or say nothing. */
import { describe, expect, test } from 'vitest';
import { fwMark, port, seconds } from '../../../src/base/units.ts';
import type { CheckTarget } from '../../../src/config/model/lvs.ts';
import type { UdpReply } from '../../../src/config/model/network-checkers.ts';
import { closedUdpPort, serveDatagrams } from '../datagrams.ts';
import { startTestProbe } from '../loopback.ts';
import { ip, target, udpChecker } from '../model.ts';

const reply = (pattern: string | null, more: Partial<UdpReply> = {}): UdpReply => ({
  pattern,
  lengthMin: 0,
  lengthMax: 255,
  ...more,
});
const failure = (kind: object) => ({ kind: 'failed', failure: kind });

/** Resolves when the server has the request, so that silence begins. */
async function silentServer() {
  let asked = (): void => {};
  const hasAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  return { server: await serveDatagrams(() => asked()), hasAsked };
}

test('without require_reply silence until the timeout is success, and not before', async () => {
  const { server, hasAsked } = await silentServer();
  const probe = startTestProbe(udpChecker(target('127.0.0.1', server.port, { timeout: seconds(3) })));
  let over = false;
  probe.result.then(() => {
    over = true;
  });
  await hasAsked;
  probe.pass(seconds(2.9));
  await Promise.resolve();
  expect(over).toBe(false);
  probe.pass(seconds(0.1));
  expect(await probe.result).toEqual({ kind: 'passed' });
  expect(server.requests[0]).toHaveLength(32);
});

test('a closed port answers with an ICMP error: failure at once', async () => {
  const checker = udpChecker(target('127.0.0.1', await closedUdpPort()));
  expect(await startTestProbe(checker).result).toEqual(
    failure({ kind: 'unreachable', code: 'ECONNREFUSED' }),
  );
});

test('the same over IPv6', async () => {
  const server = await serveDatagrams((_, answer) => answer('yes'), '::1');
  const open = udpChecker(target('::1', server.port), { reply: reply(null) });
  expect(await startTestProbe(open).result).toEqual({ kind: 'passed' });
  const closed = udpChecker(target('::1', await closedUdpPort()));
  expect(await startTestProbe(closed).result).toEqual(failure({ kind: 'unreachable', code: 'ECONNREFUSED' }));
});

test('the payload is sent as it stands in the file', async () => {
  const server = await serveDatagrams((_, answer) => answer('x'));
  await startTestProbe(udpChecker(target('127.0.0.1', server.port), { payload: '00ff10' })).result;
  expect(server.requests).toEqual([Buffer.from([0, 0xff, 0x10])]);
});

describe('with require_reply', () => {
  const ask = async (answer: string | Buffer, wanted: UdpReply) => {
    const server = await serveDatagrams((_, send) => send(answer));
    return startTestProbe(udpChecker(target('127.0.0.1', server.port), { reply: wanted })).result;
  };

  test('any datagram will do where no bytes are given, of any length', async () => {
    expect(await ask('', reply(null, { lengthMin: 3 }))).toEqual({ kind: 'passed' });
    expect(await ask('x'.repeat(1000), reply(null))).toEqual({ kind: 'passed' });
  });

  test('it begins with the bytes given, X standing for any digit', async () => {
    expect(await ask('PONG', reply('50xx4e'))).toEqual({ kind: 'passed' });
    expect(await ask('PUNG', reply('50xx4e'))).toEqual({ kind: 'passed' });
    expect(await ask('PONK', reply('504f4e47'))).toEqual(
      failure({ kind: 'reply_mismatch', what: 'bytes', length: 4 }),
    );
  });

  test('what both have is compared: a shorter reply may agree', async () => {
    expect(await ask('PO', reply('504f4e47'))).toEqual({ kind: 'passed' });
  });

  test('a reply shorter or longer than allowed is a mismatch', async () => {
    const short = reply('50', { lengthMin: 3 });
    expect(await ask('PO', short)).toEqual(failure({ kind: 'reply_mismatch', what: 'length', length: 2 }));
    expect(await ask('P'.repeat(256), reply('50'))).toEqual(
      failure({ kind: 'reply_mismatch', what: 'length', length: 256 }),
    );
  });

  test('silence is failure', async () => {
    const { server, hasAsked } = await silentServer();
    const probe = startTestProbe(udpChecker(target('127.0.0.1', server.port), { reply: reply(null) }));
    await hasAsked;
    probe.pass(seconds(1));
    expect(await probe.result).toEqual(failure({ kind: 'no_reply' }));
  });
});

test('the connection is made as the file says: bindto, bind_port, bind_if, fwmark', async () => {
  const server = await serveDatagrams((_, answer) => answer('x'));
  const bindPort = await closedUdpPort();
  const more: Partial<CheckTarget> = {
    bindAddress: ip('127.0.0.7'),
    bindPort: port(bindPort),
    bindInterface: 'lo',
    fwmark: fwMark(0xfffffff0),
  };
  const checker = udpChecker(target('127.0.0.1', server.port, more), { reply: reply(null) });
  expect(await startTestProbe(checker).result).toEqual({ kind: 'passed' });
  expect(server.peers).toMatchObject([{ address: '127.0.0.7', port: bindPort }]);
});

test('an address or an interface that this host does not have is no verdict on the server', async () => {
  const port = await closedUdpPort();
  const withAddress = udpChecker(target('127.0.0.1', port, { bindAddress: ip('192.0.2.1') }));
  expect(await startTestProbe(withAddress).result).toMatchObject({
    kind: 'no_result',
    code: 'EADDRNOTAVAIL',
  });
  const withLink = udpChecker(target('127.0.0.1', port, { bindInterface: 'nothere0' }));
  expect(await startTestProbe(withLink).result).toMatchObject({ kind: 'no_result', code: 'ENODEV' });
});

test('an aborted probe never answers', async () => {
  const { server, hasAsked } = await silentServer();
  const probe = startTestProbe(udpChecker(target('127.0.0.1', server.port)));
  let answered = false;
  probe.result.then(() => {
    answered = true;
  });
  await hasAsked;
  probe.abort();
  probe.pass(seconds(5));
  await Promise.resolve();
  expect(answered).toBe(false);
});
