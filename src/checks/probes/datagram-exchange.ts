/** One datagram out, and what comes back, on a connected socket: what UDP_CHECK, DNS_CHECK and PING_CHECK share. The kernel
 *  lets through only what the target sent, and reports the ICMP errors that answer it. Bounded in time by the target's
 *  timeout, in memory by reading a few datagrams at a time, in work by DATAGRAMS_MAX. */
import type { Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import { after } from '../../base/units.ts';
import type { CheckTarget } from '../../config/model/lvs.ts';
import type { DatagramSocket } from '../../native/datagram-socket.ts';
import { failed, type ProbeResult } from '../core/probe-result.ts';
import type { Deadlines } from './deadlines.ts';
import { isLocalTrouble } from './dial.ts';
import type { RunningProbe } from './probe.ts';

/** Read per wake-up, and in all: a peer that floods is no answer. */
const DATAGRAMS_PER_WAKE_UP = 16;
export const DATAGRAMS_MAX = 1024;

export interface OpenedDatagram {
  /** bound and marked as the target says, not connected yet */
  readonly socket: DatagramSocket;
  /** the target as sockaddr bytes */
  readonly peer: Uint8Array;
  /** what it delivers begins with the IP header where the family is IPv4 */
  readonly raw: boolean;
}

/** The socket belongs to the caller. Errors tell of this host. */
export type OpenDatagram = (
  target: CheckTarget,
  protocol: 'udp' | 'icmp',
) => Result<OpenedDatagram, SystemError>;

export interface DatagramPorts {
  readonly deadlines: Deadlines;
  readonly openDatagram: OpenDatagram;
}

export interface DatagramExchange {
  readonly target: CheckTarget;
  readonly protocol: 'udp' | 'icmp';
  readonly request: Uint8Array;
  /** null: not the answer, the wait goes on */
  readonly judge: (datagram: Uint8Array, raw: boolean) => ProbeResult | null;
  /** what it means when nothing has answered in time */
  readonly silence: ProbeResult;
}

/** Starts at once; `done` is called exactly once, never before this returns, and not at all after `abort`. */
export function startDatagramExchange(
  exchange: DatagramExchange,
  { deadlines, openDatagram }: DatagramPorts,
  done: (result: ProbeResult) => void,
): RunningProbe {
  const { target, protocol, silence } = exchange;
  const opened = openDatagram(target, protocol);
  let over = false;
  const finish = (result: ProbeResult | null): void => {
    if (over) return;
    over = true;
    callOff();
    if (opened.ok) opened.value.socket.close();
    if (result !== null) done(result);
  };
  const callOff = deadlines.add(after(deadlines.now(), target.timeout), () => {
    finish(silence);
    return null;
  });
  const trouble = opened.ok ? ask(opened.value, exchange, finish) : troubleHere(opened.error);
  if (trouble !== null) setImmediate(() => finish(trouble));
  return { abort: () => finish(null) };
}

/** Sends the request and waits for datagrams; the result when that went wrong at once. */
function ask(
  { socket, peer, raw }: OpenedDatagram,
  { request, judge }: DatagramExchange,
  finish: (result: ProbeResult) => void,
): ProbeResult | null {
  let room = DATAGRAMS_MAX;
  const read = (): void => {
    const { messages, error } = socket.receive(DATAGRAMS_PER_WAKE_UP);
    for (const { data } of messages) {
      const result = judge(data, raw);
      if (result !== null) return finish(result);
    }
    if (error !== null) return finish(sendingError(error));
    room -= messages.length;
    if (room <= 0) finish(failed({ kind: 'flooded', limit: DATAGRAMS_MAX }));
  };
  const connected = socket.connect(peer);
  if (!connected.ok) return sendingError(connected.error);
  const watched = socket.watch(read);
  if (!watched.ok) return troubleHere(watched.error);
  const sent = socket.send({ parts: [request], to: null });
  return sent.ok ? null : sendingError(sent.error);
}

const troubleHere = ({ code, attempted }: SystemError): ProbeResult => ({
  kind: 'no_result',
  code,
  attempted,
});

/** Once the socket is set up, most errors tell that the target cannot be reached. */
const sendingError = (error: SystemError): ProbeResult =>
  isLocalTrouble(error.code) ? troubleHere(error) : failed({ kind: 'unreachable', code: error.code });
