/** Requests to the kernel over one netlink socket. Netlink answers inside the call that sends, so everything
 *  here is synchronous: send, then read what waits until the verdict is there. Notifications need a socket of
 *  their own. */
import { err, ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import { align4, NetlinkWriter } from './bytes.ts';
import {
  decodeDatagram,
  decodeVerdict,
  encodeMessage,
  MESSAGE_HEADER_SIZE,
  type NetlinkMessage,
  NLM_F,
  NLMSG,
  type Verdict,
} from './message.ts';

/** The socket of a session: the kernel's, or a fake. */
export interface NetlinkSocket {
  send(datagram: Uint8Array): Result<void, SystemError>;
  /** At most `limit` datagrams that wait, from the kernel only. */
  receive(limit: number): ReceivedDatagrams;
  /** what the kernel means by this number, as a SystemError */
  explain(errno: number, attempted: string, text: string | null): SystemError;
  close(): void;
}

export interface ReceivedDatagrams {
  readonly datagrams: readonly Uint8Array[];
  /** stands beside what was read; ENOBUFS: something was lost before it */
  readonly error: SystemError | null;
  /** nothing more waits now */
  readonly drained: boolean;
}

export interface NetlinkRequest {
  readonly type: number;
  /** NLM_F flags beside REQUEST, ACK and DUMP, which the session sets */
  readonly flags?: number;
  readonly body: Uint8Array;
  /** for the error: `add 10.0.0.10/24 to eth0` */
  readonly attempted: () => string;
}

export interface NetlinkSession {
  /** One request; the messages that answer it, if any, without the acknowledgement. */
  request(request: NetlinkRequest): Result<readonly NetlinkMessage[], SystemError>;
  /** Many requests in few system calls. One answer per request, in order; null = done. A refused request does
   *  not stop the later ones. ENOBUFS: the kernel's answer was lost and the outcome is unknown. */
  batch(requests: readonly NetlinkRequest[]): readonly (SystemError | null)[];
  /** Requests that the kernel carries out together or not at all, between the brackets that its subsystem wants around them
   *  (nfnetlink). The first error, or null when all is done. */
  transaction(brackets: Brackets, requests: readonly NetlinkRequest[]): SystemError | null;
  /** All objects of a kind; read again when the kernel says that they changed meanwhile. */
  dump(request: NetlinkRequest): Result<readonly NetlinkMessage[], SystemError>;
  close(): void;
}

/** What stands before and after the requests of a transaction; neither is acknowledged. */
export interface Brackets {
  readonly begin: NetlinkRequest;
  readonly end: NetlinkRequest;
}

/** Bytes of one sendmsg: measured best for ip_vs between 4 kB and 128 kB. */
export const CHUNK_BYTES_MAX = 32 * 1024;
/** Datagrams of one read. */
const DATAGRAMS_PER_READ = 64;
/** Reads after one send: bounds a kernel that never ends. Four million datagrams of up to 32 kB. */
const READS_MAX = 65_536;
/** How often an interrupted dump is begun again. */
export const DUMP_ATTEMPTS_MAX = 8;

/** What came back for the requests `first`..`last` (sequence numbers). */
interface Answers {
  readonly messages: NetlinkMessage[];
  readonly verdicts: Map<number, Verdict>;
  interrupted: boolean;
  lost: boolean;
  garbled: boolean;
}

export function netlinkSession(socket: NetlinkSocket): NetlinkSession {
  let sequence = 0;
  const nextSequence = (): number => {
    sequence = sequence === 0xffff_ffff ? 1 : sequence + 1;
    return sequence;
  };
  const exchange = (request: NetlinkRequest, flags: number): Result<Answers, SystemError> => {
    const own = nextSequence();
    const sent = socket.send(encodeChunk([{ request, flags, sequence: own }]));
    if (!sent.ok) return err({ ...sent.error, attempted: request.attempted() });
    const answers = collect(socket, own, own);
    const verdict = answers.verdicts.get(own);
    if (verdict === undefined) return err(noVerdict(answers, request));
    if (verdict.errno !== 0) return err(socket.explain(verdict.errno, request.attempted(), verdict.text));
    return answers.garbled ? err(garbled(request)) : ok(answers);
  };
  const dump = (request: NetlinkRequest): Result<readonly NetlinkMessage[], SystemError> => {
    for (let attempt = 0; attempt < DUMP_ATTEMPTS_MAX; attempt++) {
      const answers = exchange(request, NLM_F.DUMP);
      if (!answers.ok && answers.error.code !== 'ENOBUFS' && answers.error.code !== 'EINTR') return answers;
      if (answers.ok && !answers.value.interrupted && !answers.value.lost) return ok(answers.value.messages);
    }
    const detail = `the objects kept changing during ${DUMP_ATTEMPTS_MAX} reads`;
    return err({ code: 'EINTR', attempted: request.attempted(), detail });
  };
  return {
    request: (request) => {
      const answers = exchange(request, NLM_F.ACK);
      return answers.ok ? ok(answers.value.messages) : answers;
    },
    batch: (requests) => {
      const outcomes: (SystemError | null)[] = [];
      for (const chunk of chunksOf(requests)) outcomes.push(...sendChunk(socket, chunk, nextSequence));
      return outcomes;
    },
    transaction: (brackets, requests) => sendTransaction(socket, brackets, requests, nextSequence),
    dump,
    close: () => socket.close(),
  };
}

/** One datagram, however long. The last request asks for an acknowledgement, which comes when all of them are done; an error
 *  may name any of them, the opening bracket included. */
function sendTransaction(
  socket: NetlinkSocket,
  { begin, end }: Brackets,
  requests: readonly NetlinkRequest[],
  nextSequence: () => number,
): SystemError | null {
  const last = requests.length;
  const numbered = [begin, ...requests, end].map((request, i) => ({
    request,
    flags: i === last ? NLM_F.ACK : 0,
    sequence: nextSequence(),
  }));
  const sent = socket.send(encodeChunk(numbered));
  const attempted = begin.attempted();
  if (!sent.ok) return { ...sent.error, attempted };
  const answers = collect(socket, numbered[0]?.sequence ?? 0, numbered[last + 1]?.sequence ?? 0);
  for (const { request, sequence } of numbered) {
    const verdict = answers.verdicts.get(sequence);
    if (verdict !== undefined && verdict.errno !== 0)
      return socket.explain(verdict.errno, request.attempted(), verdict.text);
  }
  const acknowledged = answers.verdicts.has(numbered[last]?.sequence ?? 0);
  return acknowledged && !answers.lost && !answers.garbled ? null : noVerdict(answers, begin);
}

/** As many requests as fit one sendmsg; at least one, however large. */
function* chunksOf(requests: readonly NetlinkRequest[]): Generator<readonly NetlinkRequest[]> {
  let from = 0;
  let size = 0;
  for (const [i, request] of requests.entries()) {
    const length = align4(MESSAGE_HEADER_SIZE + request.body.length);
    if (i > from && size + length > CHUNK_BYTES_MAX) {
      yield requests.slice(from, i);
      from = i;
      size = 0;
    }
    size += length;
  }
  if (from < requests.length) yield requests.slice(from);
}

/** The kernel reports errors unasked, so only the last request asks for an acknowledgement: when it is there,
 *  whatever has no error was done. */
function sendChunk(
  socket: NetlinkSocket,
  chunk: readonly NetlinkRequest[],
  nextSequence: () => number,
): readonly (SystemError | null)[] {
  const numbered = chunk.map((request, i) => ({
    request,
    flags: i === chunk.length - 1 ? NLM_F.ACK : 0,
    sequence: nextSequence(),
  }));
  const sent = socket.send(encodeChunk(numbered));
  if (!sent.ok) return chunk.map((request) => ({ ...sent.error, attempted: request.attempted() }));
  const last = numbered[numbered.length - 1]?.sequence ?? 0;
  const answers = collect(socket, numbered[0]?.sequence ?? 0, last);
  const certain = answers.verdicts.has(last) && !answers.lost && !answers.garbled;
  return numbered.map(({ request, sequence }) => {
    const verdict = answers.verdicts.get(sequence);
    if (verdict === undefined) return certain ? null : noVerdict(answers, request);
    return verdict.errno === 0 ? null : socket.explain(verdict.errno, request.attempted(), verdict.text);
  });
}

function encodeChunk(
  numbered: readonly {
    readonly request: NetlinkRequest;
    readonly flags: number;
    readonly sequence: number;
  }[],
): Uint8Array {
  const out = new NetlinkWriter(numbered.length > 1 ? CHUNK_BYTES_MAX : 256);
  for (const { request, flags, sequence } of numbered) {
    const all = NLM_F.REQUEST | flags | (request.flags ?? 0);
    encodeMessage(out, { type: request.type, flags: all, sequence, port: 0, body: request.body });
  }
  return out.written();
}

/** Reads until nothing waits; the kernel makes the next part of a dump while the one before is read. Messages
 *  of other sequence numbers are late answers to a request whose outcome was given up; they mean nothing
 *  now. */
function collect(socket: NetlinkSocket, first: number, last: number): Answers {
  const answers: Answers = {
    messages: [],
    verdicts: new Map(),
    interrupted: false,
    lost: false,
    garbled: false,
  };
  for (let read = 0; read < READS_MAX; read++) {
    const { datagrams, error, drained } = socket.receive(DATAGRAMS_PER_READ);
    if (error !== null) answers.lost = true;
    for (const datagram of datagrams) sortInto(answers, datagram, first, last);
    // after an overrun one read gives the error, and what is left waits behind it
    if (drained || (error !== null && error.code !== 'ENOBUFS')) break;
  }
  return answers;
}

function sortInto(answers: Answers, bytes: Uint8Array, first: number, last: number): void {
  const { messages, truncated } = decodeDatagram(bytes);
  if (truncated) answers.garbled = true;
  for (const message of messages) {
    if (!isBetween(message.sequence, first, last)) continue;
    if ((message.flags & NLM_F.DUMP_INTR) !== 0) answers.interrupted = true;
    const verdict = decodeVerdict(message);
    if (verdict !== null) answers.verdicts.set(message.sequence, verdict);
    else if (message.type === NLMSG.OVERRUN) answers.lost = true;
    else if (message.type !== NLMSG.NOOP) answers.messages.push(message);
  }
}

/** Sequence numbers wrap: a chunk may run over the top. */
const isBetween = (n: number, first: number, last: number): boolean =>
  first <= last ? n >= first && n <= last : n >= first || n <= last;

function noVerdict(answers: Answers, request: NetlinkRequest): SystemError {
  if (answers.garbled) return garbled(request);
  const [code, detail] = answers.lost
    ? ['ENOBUFS', "the kernel's answer was lost, the outcome is unknown"]
    : ['ENOMSG', 'the kernel gave no answer, the outcome is unknown'];
  return { code, attempted: request.attempted(), detail };
}

const garbled = (request: NetlinkRequest): SystemError => ({
  code: 'EGARBLED',
  attempted: request.attempted(),
  detail: 'the answer is cut short or has an impossible length',
});
