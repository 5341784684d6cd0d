import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeDatagram, type NetlinkMessage, NLM_F } from '../../../src/net/netlink/message.ts';
import {
  CHUNK_BYTES_MAX,
  DUMP_ATTEMPTS_MAX,
  type NetlinkRequest,
  netlinkSession,
} from '../../../src/net/netlink/session.ts';
import { type FakeAnswer, fakeKernel } from './fake-kernel.ts';

const EEXIST = 17;
const SET = 20;
const GET = 22;

const request = (body: Uint8Array, type = SET): NetlinkRequest => ({
  type,
  body,
  attempted: () => `set ${Buffer.from(body).toString('hex')}`,
});
const bodies = (messages: readonly NetlinkMessage[]): number[][] => messages.map((m) => [...m.body]);

/** A kernel that refuses bodies starting with 0xff and answers gets with what was set. */
function setAndGet(): (message: NetlinkMessage) => FakeAnswer {
  const kept: Uint8Array[] = [];
  return (message) => {
    if (message.type === GET) return { kind: 'replies', replies: kept.map((body) => ({ type: SET, body })) };
    if (message.body[0] === 0xff) return { kind: 'refused', errno: EEXIST, text: 'already there' };
    kept.push(message.body.slice());
    return { kind: 'done' };
  };
}

describe('a request', () => {
  test('is answered with the messages before its acknowledgement', () => {
    const kernel = fakeKernel(() => ({
      kind: 'replies',
      replies: [{ type: 7, body: Uint8Array.of(1, 2) }],
    }));
    const answer = netlinkSession(kernel.socket).request(request(new Uint8Array(0), GET));
    expect(answer.ok && bodies(answer.value)).toEqual([[1, 2]]);
  });

  test("that is refused gives the errno, what was attempted and the kernel's own words", () => {
    const session = netlinkSession(fakeKernel(setAndGet()).socket);
    expect(session.request(request(Uint8Array.of(0xff)))).toEqual({
      ok: false,
      error: { code: 'E?17', attempted: 'set ff', detail: 'already there' },
    });
  });

  test('whose answer is lost has an unknown outcome, never success', () => {
    const kernel = fakeKernel(setAndGet());
    kernel.faults.lostDatagrams = 1;
    const answer = netlinkSession(kernel.socket).request(request(Uint8Array.of(1)));
    expect(answer).toMatchObject({ ok: false, error: { code: 'ENOBUFS', attempted: 'set 01' } });
  });

  test('that cannot be sent says so with what was attempted', () => {
    const kernel = fakeKernel(setAndGet());
    kernel.faults.refusedSends.push(1);
    const answer = netlinkSession(kernel.socket).request(request(Uint8Array.of(1)));
    expect(answer).toMatchObject({ ok: false, error: { code: 'E?1', attempted: 'set 01' } });
    expect(kernel.sent).toEqual([]);
  });

  test('does not take late answers to an earlier request for its own', () => {
    const answer: FakeAnswer = { kind: 'replies', replies: [{ type: 7, body: Uint8Array.of(1) }] };
    const [kernel, late] = [fakeKernel(() => answer), fakeKernel(() => answer)];
    const session = netlinkSession(kernel.socket);
    session.request(request(new Uint8Array(0), GET));
    late.socket.send(kernel.sent[0] ?? new Uint8Array(0));
    for (const datagram of late.socket.receive(9).datagrams) kernel.inject(datagram);
    const second = session.request(request(new Uint8Array(0), GET));
    expect(second.ok && bodies(second.value)).toEqual([[1]]);
  });

  test('whose answer is cut at any length is refused, never thrown', () => {
    const whole = fakeKernel(setAndGet());
    netlinkSession(whole.socket).request(request(Uint8Array.of(1)));
    whole.socket.send(whole.sent[0] ?? new Uint8Array(0));
    const [answer = new Uint8Array(0)] = whole.socket.receive(1).datagrams;
    for (let length = 1; length < answer.length; length++) {
      const kernel = fakeKernel(() => ({ kind: 'replies', replies: [] }));
      const session = netlinkSession({
        ...kernel.socket,
        receive: () => ({ datagrams: [answer.subarray(0, length)], error: null, drained: true }),
      });
      expect(session.request(request(Uint8Array.of(1)))).toMatchObject({
        ok: false,
        error: { code: 'EGARBLED' },
      });
    }
  });
});

describe('a batch', () => {
  test('asks for one acknowledgement in each sendmsg of at most 32 kB', () => {
    const kernel = fakeKernel(setAndGet());
    const many = Array.from({ length: 1000 }, (_, i) => request(new Uint8Array(100).fill(i & 0x7f)));
    expect(netlinkSession(kernel.socket).batch(many)).toEqual(many.map(() => null));
    expect(kernel.sent.length).toBe(Math.ceil((1000 * 116) / CHUNK_BYTES_MAX));
    for (const datagram of kernel.sent) {
      expect(datagram.length).toBeLessThanOrEqual(CHUNK_BYTES_MAX);
      const flags = decodeDatagram(datagram).messages.map((m) => m.flags & NLM_F.ACK);
      expect(flags).toEqual([...flags.slice(1).fill(0), NLM_F.ACK]);
    }
  });

  test('gives each refusal to its own request, whatever the mixture', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 400 }), (refused) => {
        const kernel = fakeKernel(setAndGet());
        const size = 300;
        const requests = refused.map((r) => request(new Uint8Array(size).fill(r ? 0xff : 1)));
        const outcomes = netlinkSession(kernel.socket).batch(requests);
        expect(outcomes.map((o) => o !== null)).toEqual(refused);
      }),
      { numRuns: 30 },
    );
  });

  test('reports every request of a chunk whose answers were lost, except those that the kernel named', () => {
    const kernel = fakeKernel(setAndGet());
    const session = netlinkSession(kernel.socket);
    kernel.faults.lostDatagrams = 1;
    const outcomes = session.batch([0xff, 1, 0xff, 2].map((b) => request(Uint8Array.of(b))));
    // the first refusal is lost, the second and the acknowledgement of the last arrive
    expect(outcomes.map((o) => o?.code ?? null)).toEqual(['ENOBUFS', 'ENOBUFS', 'E?17', null]);
    expect(session.batch([request(Uint8Array.of(3))])).toEqual([null]);
  });

  test('that cannot be sent reports each of its requests', () => {
    const kernel = fakeKernel(setAndGet());
    kernel.faults.refusedSends.push(1);
    const outcomes = netlinkSession(kernel.socket).batch([1, 2].map((b) => request(Uint8Array.of(b))));
    expect(outcomes.map((o) => o?.attempted)).toEqual(['set 01', 'set 02']);
  });

  test('of nothing sends nothing', () => {
    const kernel = fakeKernel(setAndGet());
    expect(netlinkSession(kernel.socket).batch([])).toEqual([]);
    expect(kernel.sent).toEqual([]);
  });
});

describe('a dump', () => {
  const filled = () => {
    const kernel = fakeKernel(setAndGet());
    const session = netlinkSession(kernel.socket);
    session.batch(Array.from({ length: 10 }, (_, i) => request(Uint8Array.of(i))));
    return { kernel, session };
  };
  const all = Array.from({ length: 10 }, (_, i) => [i]);

  test('collects the parts of all datagrams', () => {
    const dump = filled().session.dump(request(new Uint8Array(0), GET));
    expect(dump.ok && bodies(dump.value)).toEqual(all);
  });

  test('that a change interrupted is read again (NLM_F_DUMP_INTR)', () => {
    const { kernel, session } = filled();
    kernel.faults.interruptedDumps = 2;
    const dump = session.dump(request(new Uint8Array(0), GET));
    expect(dump.ok && bodies(dump.value)).toEqual(all);
    expect(kernel.sent.length).toBe(1 + 3);
  });

  test('that is interrupted for ever is given up', () => {
    const { kernel, session } = filled();
    kernel.faults.interruptedDumps = 1000;
    expect(session.dump(request(new Uint8Array(0), GET))).toMatchObject({
      ok: false,
      error: { code: 'EINTR' },
    });
    expect(kernel.sent.length).toBe(1 + DUMP_ATTEMPTS_MAX);
  });

  test('of which a part was lost is read again', () => {
    const { kernel, session } = filled();
    kernel.faults.lostDatagrams = 1;
    const dump = session.dump(request(new Uint8Array(0), GET));
    expect(dump.ok && bodies(dump.value)).toEqual(all);
  });
});
