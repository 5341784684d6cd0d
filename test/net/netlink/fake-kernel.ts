/** The kernel's end of a netlink socket as a function from a request to its answer, with netlink's own rules
 *  around it: errors come unasked, acknowledgements only when asked for, dumps in several datagrams that end
 *  in DONE, and answers are lost when the receive buffer is full. */
import { ok, type Result } from '../../../src/base/result.ts';
import type { SystemError } from '../../../src/base/system-error.ts';
import { NetlinkWriter } from '../../../src/net/netlink/bytes.ts';
import {
  decodeDatagram,
  encodeMessage,
  type NetlinkMessage,
  NLM_F,
  NLMSG,
} from '../../../src/net/netlink/message.ts';
import type { NetlinkSocket } from '../../../src/net/netlink/session.ts';

export interface FakeReply {
  readonly type: number;
  readonly body: Uint8Array;
}

export type FakeAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'replies'; readonly replies: readonly FakeReply[] }
  | { readonly kind: 'refused'; readonly errno: number; readonly text?: string };

export interface FakeFaults {
  /** how many dumps from now on are interrupted by a change */
  interruptedDumps: number;
  /** how many datagrams from now on are lost, each reported as one overrun */
  lostDatagrams: number;
  /** the next sends fail with these errnos */
  readonly refusedSends: number[];
}

export interface FakeKernel {
  readonly socket: NetlinkSocket;
  /** the datagrams that were sent, oldest first */
  readonly sent: readonly Uint8Array[];
  readonly faults: FakeFaults;
  /** puts a datagram into the socket that no request asked for */
  inject(datagram: Uint8Array): void;
  readonly closed: boolean;
}

const REPLIES_PER_DATAGRAM = 3;
const ENOBUFS = 105;

export function fakeKernel(answer: (request: NetlinkMessage) => FakeAnswer): FakeKernel {
  const sent: Uint8Array[] = [];
  const waiting: Uint8Array[] = [];
  const faults: FakeFaults = { interruptedDumps: 0, lostDatagrams: 0, refusedSends: [] };
  let overrun = false;
  let closed = false;
  const deliver = (datagram: Uint8Array): void => {
    if (faults.lostDatagrams > 0) {
      faults.lostDatagrams--;
      overrun = true;
    } else waiting.push(datagram);
  };
  const socket: NetlinkSocket = {
    send: (datagram): Result<void, SystemError> => {
      const errno = faults.refusedSends.shift();
      if (errno !== undefined) return { ok: false, error: explain(errno, 'send', null) };
      sent.push(datagram.slice());
      for (const request of decodeDatagram(datagram).messages) {
        for (const reply of repliesTo(request, answer(request), faults)) deliver(reply);
      }
      return ok(undefined);
    },
    receive: (limit) => {
      if (overrun) {
        overrun = false;
        return { datagrams: [], error: explain(ENOBUFS, 'receive', null), drained: false };
      }
      const datagrams = waiting.splice(0, limit);
      return { datagrams, error: null, drained: datagrams.length < limit };
    },
    explain,
    close: () => {
      closed = true;
    },
  };
  return {
    socket,
    sent,
    faults,
    inject: (datagram) => waiting.push(datagram),
    get closed() {
      return closed;
    },
  };
}

const explain = (errno: number, attempted: string, text: string | null): SystemError => ({
  code: errno === ENOBUFS ? 'ENOBUFS' : `E?${errno}`,
  attempted,
  detail: text ?? `error ${errno}`,
});

function repliesTo(request: NetlinkMessage, answer: FakeAnswer, faults: FakeFaults): Uint8Array[] {
  if (answer.kind === 'refused') return [verdict(request, NLMSG.ERROR, answer.errno, answer.text)];
  const isDump = (request.flags & NLM_F.DUMP) === NLM_F.DUMP;
  const replies = answer.kind === 'replies' ? answer.replies : [];
  if (!isDump) {
    const datagrams = replies.map((reply) => encode(request, reply.type, 0, reply.body));
    if ((request.flags & NLM_F.ACK) !== 0) datagrams.push(verdict(request, NLMSG.ERROR, 0));
    return datagrams;
  }
  const interrupted = faults.interruptedDumps > 0;
  if (interrupted) faults.interruptedDumps--;
  const flags = NLM_F.MULTI | (interrupted ? NLM_F.DUMP_INTR : 0);
  const datagrams: Uint8Array[] = [];
  for (let i = 0; i < replies.length; i += REPLIES_PER_DATAGRAM) {
    const parts = replies.slice(i, i + REPLIES_PER_DATAGRAM);
    datagrams.push(Buffer.concat(parts.map((r) => encode(request, r.type, flags, r.body))));
  }
  return [...datagrams, verdict(request, NLMSG.DONE, 0, undefined, flags)];
}

/** NLMSG_ERROR as with NETLINK_CAP_ACK: the status, the header of the request, and the reason if there is
 *  one. */
function verdict(request: NetlinkMessage, type: number, errno: number, text?: string, flags = 0): Uint8Array {
  const body = new NetlinkWriter().u32(-errno >>> 0);
  if (type === NLMSG.ERROR) {
    body
      .u32(16 + request.body.length)
      .u16(request.type)
      .u16(request.flags)
      .u32(request.sequence)
      .u32(0);
  }
  if (text !== undefined) {
    body
      .u16(4 + text.length + 1)
      .u16(1)
      .bytes(Buffer.from(`${text}\0`))
      .pad4();
  }
  const told = text === undefined ? 0 : NLM_F.ACK_TLVS;
  const capped = type === NLMSG.ERROR ? NLM_F.CAPPED : 0;
  return encode(request, type, flags | capped | told, body.finish());
}

function encode(request: NetlinkMessage, type: number, flags: number, body: Uint8Array): Uint8Array {
  const out = new NetlinkWriter();
  encodeMessage(out, { type, flags, sequence: request.sequence, port: 0, body });
  return out.finish();
}
