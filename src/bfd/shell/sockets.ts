/** Keeps the sockets equal to the sessions: one to send from for each, one to hear for each family and port in use. What
 *  does not open (an address that is not there yet, a port that somebody else has) is tried again. */
import { familyOf } from '../../base/ip.ts';
import { sameValue } from '../../base/keyed-diff.ts';
import type { Log } from '../../base/log.ts';
import type { Result } from '../../base/result.ts';
import { type SystemError, systemErrorText } from '../../base/system-error.ts';
import { after, type Instant, seconds } from '../../base/units.ts';
import type { BfdInstance } from '../../config/model/bfd.ts';
import type { BfdArrival, BfdPath, BfdPort, BfdReceiver, BfdSender } from '../../ports/bfd-packets.ts';
import { bfdShellLog } from '../core/log-events.ts';

/** Between two attempts to open what did not open. */
const RETRY_AFTER = seconds(1);

export interface BfdSockets {
  /** Opens what these need and is not open, closes what they do not need. */
  reconcile(instances: readonly BfdInstance[], now: Instant): void;
  /** when to reconcile again; null while all is open */
  readonly retryAt: Instant | null;
  /** At most `limit` datagrams of each socket. */
  drain(limit: number): readonly BfdArrival[];
  /** Null: this session has no socket now. */
  send(session: string, payload: Uint8Array): Result<void, SystemError> | null;
  /** datagrams that found no room in a socket */
  readonly dropped: number;
  closeAll(): void;
}

interface OpenSender {
  readonly path: BfdPath;
  readonly socket: BfdSender;
}

export function bfdSockets(port: BfdPort, log: Log, onReadable: () => void): BfdSockets {
  const receivers = new Map<string, BfdReceiver>();
  const senders = new Map<string, OpenSender>();
  /** what could not be opened the last time, so that it is said once */
  const missing = new Set<string>();
  let retryAt: Instant | null = null;
  let droppedBefore = 0;

  const opened = <T>(what: string, result: Result<T, SystemError>): T | null => {
    if (result.ok) missing.delete(what);
    else if (!missing.has(what)) {
      missing.add(what);
      log(bfdShellLog.socketFailed({ detail: systemErrorText(result.error) }));
    }
    return result.ok ? result.value : null;
  };
  const hear = (instances: readonly BfdInstance[]): void => {
    const wanted = new Map(instances.map((one) => [receiverKey(one), one]));
    for (const [key, receiver] of receivers) {
      if (wanted.has(key)) continue;
      droppedBefore += receiver.dropped;
      receiver.close();
      receivers.delete(key);
    }
    for (const [key, { neighbour, multihop }] of wanted) {
      if (receivers.has(key)) continue;
      const what = { family: familyOf(neighbour), multihop };
      const receiver = opened(key, port.openReceiver(what, onReadable));
      if (receiver !== null) receivers.set(key, receiver);
    }
  };
  const speak = (instances: readonly BfdInstance[]): void => {
    const wanted = new Map(instances.map((one) => [one.name, pathOf(one)]));
    for (const [name, { path, socket }] of senders) {
      if (sameValue(wanted.get(name), path)) continue;
      socket.close();
      senders.delete(name);
    }
    for (const [name, path] of wanted) {
      if (senders.has(name)) continue;
      const socket = opened(`to ${name}`, port.openSender(path));
      if (socket !== null) senders.set(name, { path, socket });
    }
  };
  return {
    reconcile(instances, now) {
      hear(instances);
      speak(instances);
      const isComplete = instances.every((one) => receivers.has(receiverKey(one)) && senders.has(one.name));
      retryAt = isComplete ? null : after(now, RETRY_AFTER);
      if (isComplete) missing.clear();
    },
    get retryAt() {
      return retryAt;
    },
    drain: (limit) => [...receivers.values()].flatMap((receiver) => receiver.drain(limit)),
    send: (session, payload) => senders.get(session)?.socket.send(payload) ?? null,
    get dropped() {
      return [...receivers.values()].reduce((sum, { dropped }) => sum + dropped, droppedBefore);
    },
    closeAll() {
      for (const receiver of receivers.values()) receiver.close();
      for (const { socket } of senders.values()) socket.close();
      receivers.clear();
      senders.clear();
    },
  };
}

const receiverKey = ({ neighbour, multihop }: BfdInstance): string =>
  `${familyOf(neighbour)} ${multihop ? 'multihop' : 'single hop'}`;

const pathOf = ({ neighbour, source, ttl, multihop }: BfdInstance): BfdPath => ({
  neighbour,
  source,
  ttl,
  multihop,
});
