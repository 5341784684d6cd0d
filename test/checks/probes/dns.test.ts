/** DNS_CHECK against servers made of the dns-packet library: right, wrong, silent, flooding. */
import { decode, encode, type Packet } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import { seconds } from '../../../src/base/units.ts';
import { DATAGRAMS_MAX } from '../../../src/checks/probes/datagram-exchange.ts';
import type { DnsChecker } from '../../../src/config/model/network-checkers.ts';
import { closedUdpPort, serveDatagrams } from '../datagrams.ts';
import { startTestProbe } from '../loopback.ts';
import { dnsChecker, target } from '../model.ts';

const PASSED = { kind: 'passed' };
const failure = (kind: object) => ({ kind: 'failed', failure: kind });
type Answers = (query: Packet) => readonly (Uint8Array | string)[];

/** `rcode` as its number: it stands in the low bits of the flags. */
const response = ({ id, questions }: Packet, rcode = 0): Buffer =>
  encode({ type: 'response', flags: rcode, answers: [], ...(id && { id }), ...(questions && { questions }) });

async function ask(answers: Answers, more: Partial<DnsChecker> = {}) {
  const server = await serveDatagrams((request, send) => {
    for (const reply of answers(decode(request))) send(reply);
  });
  return { server, probe: startTestProbe(dnsChecker(target('127.0.0.1', server.port), more)) };
}

test('the question is the configured one, recursion desired', async () => {
  const { server, probe } = await ask((query) => [response(query)], {
    type: 'AAAA',
    name: 'www.example.com',
  });
  expect(await probe.result).toEqual(PASSED);
  const query = decode(server.requests[0] ?? Buffer.alloc(0));
  expect(query).toMatchObject({ type: 'query', flag_rd: true, opcode: 'QUERY' });
  expect(query.questions).toEqual([{ name: 'www.example.com', type: 'AAAA', class: 'IN' }]);
});

test('unless told otherwise it asks for the SOA of the root', async () => {
  const { server, probe } = await ask((query) => [response(query)]);
  expect(await probe.result).toEqual(PASSED);
  expect(decode(server.requests[0] ?? Buffer.alloc(0)).questions).toEqual([
    { name: '.', type: 'SOA', class: 'IN' },
  ]);
});

describe('an answer', () => {
  test.each([
    [1, 'FORMERR'],
    [2, 'SERVFAIL'],
    [3, 'NXDOMAIN'],
    [5, 'REFUSED'],
  ])('with the error %i (%s) is a failure', async (rcode) => {
    const { probe } = await ask((query) => [response(query, rcode)]);
    expect(await probe.result).toEqual(failure({ kind: 'dns_error', rcode }));
  });

  test('without an error passes whatever it holds, garbage behind the header too', async () => {
    const { probe } = await ask((query) => [
      Buffer.concat([response(query).subarray(0, 12), Buffer.alloc(9, 0xff)]),
    ]);
    expect(await probe.result).toEqual(PASSED);
  });

  test('to another question, a short one and an echo of the question are waited past', async () => {
    const { probe } = await ask((query) => [
      response({ ...query, id: ((query.id ?? 0) + 1) & 0xffff }, 2),
      response(query).subarray(0, 11),
      '',
      encode({ ...query, type: 'query' }),
      response(query),
    ]);
    expect(await probe.result).toEqual(PASSED);
  });
});

test('silence is a failure at the timeout', async () => {
  let asked = (): void => {};
  const hasAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const { probe } = await ask(() => {
    asked();
    return [];
  });
  await hasAsked;
  probe.pass(seconds(1));
  expect(await probe.result).toEqual(failure({ kind: 'no_reply' }));
});

test('a closed port is a failure at once', async () => {
  const probe = startTestProbe(dnsChecker(target('127.0.0.1', await closedUdpPort())));
  expect(await probe.result).toEqual(failure({ kind: 'unreachable', code: 'ECONNREFUSED' }));
});

test('a server that floods with other answers fails instead of keeping this host busy', async () => {
  const burst = 64;
  const server = await serveDatagrams((request, send) => {
    const wrong = response({ ...decode(request), id: ((decode(request).id ?? 0) + 1) & 0xffff });
    const flood = (left: number): void => {
      for (let i = 0; i < burst; i++) send(wrong);
      if (left > 0) setTimeout(flood, 1, left - burst);
    };
    flood(4 * DATAGRAMS_MAX);
  });
  const probe = startTestProbe(dnsChecker(target('127.0.0.1', server.port)));
  expect(await probe.result).toEqual(failure({ kind: 'flooded', limit: DATAGRAMS_MAX }));
});
