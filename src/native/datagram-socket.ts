/** The typed face of the addon's datagram socket: raw IP, packet, netlink and unix-datagram sockets that
 *  never block. It knows system calls and their errors, nothing of what travels in them. */
import { err, ok, type Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import { type ControlMessage, loadAddon, type NativeMessage } from './addon.ts';
import { fromAnswer, systemError } from './errno.ts';

export interface Outgoing {
  /** one datagram, gathered from its parts */
  readonly parts: readonly Uint8Array[];
  /** sockaddr bytes (sockaddr.ts); null on a connected socket */
  readonly to: Uint8Array | null;
  readonly control?: readonly ControlMessage[];
}

export interface Received {
  /** oldest first; the bytes are copies */
  readonly messages: readonly NativeMessage[];
  /** what stopped the drain before the socket was empty: ENOBUFS after a netlink overrun, ENETDOWN on a
   *  packet socket whose link went down. Reported once; the socket goes on. */
  readonly error: SystemError | null;
}

export interface DatagramSocket {
  /** `value`: a C int, or the option's bytes */
  setOption(level: number, name: number, value: number | Uint8Array): Result<void, SystemError>;
  getOption(level: number, name: number, size: number): Result<Uint8Array, SystemError>;
  bind(address: Uint8Array): Result<void, SystemError>;
  connect(address: Uint8Array): Result<void, SystemError>;
  localAddress(): Result<Uint8Array, SystemError>;
  send(message: Outgoing): Result<void, SystemError>;
  /** At most `limit` messages that are there now. */
  receive(limit: number): Received;
  /** Calls back whenever messages or a socket error wait, until the socket is closed; keeps the process
   *  alive. */
  watch(onReadable: () => void): Result<void, SystemError>;
  /** Gives the open descriptor away, for `net.Socket({ fd })`: it is the caller's to close, and this socket is closed. */
  release(): Result<number, SystemError>;
  /** A second call does nothing. Every other call on a closed socket answers EBADF. */
  close(): void;
}

/** `purpose` names the socket in errors: `raw socket on eth0`. The socket is non-blocking and not inherited
 *  by programs that are started. */
export function openDatagramSocket(
  kind: { readonly domain: number; readonly type: number; readonly protocol: number },
  purpose: string,
): Result<DatagramSocket, SystemError> {
  const { DatagramSocket: Native } = loadAddon();
  const native = new Native();
  const opened = native.open(kind.domain, kind.type, kind.protocol);
  if (opened < 0) return err(systemError(-opened, `open ${purpose}`));
  const done = (answer: number, call: string): Result<void, SystemError> => {
    const result = fromAnswer(answer, () => `${call} ${purpose}`);
    return result.ok ? ok(undefined) : result;
  };
  const bytes = (answer: Uint8Array | number, call: string): Result<Uint8Array, SystemError> =>
    typeof answer === 'number' ? err(systemError(-answer, `${call} ${purpose}`)) : ok(answer);
  return ok({
    setOption: (level, name, value) =>
      done(native.setOption(level, name, value), `setsockopt ${level}/${name} on`),
    getOption: (level, name, size) =>
      bytes(native.getOption(level, name, size), `getsockopt ${level}/${name} on`),
    bind: (address) => done(native.bind(address), 'bind'),
    connect: (address) => done(native.connect(address), 'connect'),
    localAddress: () => bytes(native.localAddress(), 'getsockname of'),
    send: ({ parts, to, control }) => done(native.send(parts, to, control ?? []), 'send on'),
    receive: (limit) => {
      const { messages, error } = native.receive(limit);
      return { messages, error: error === 0 ? null : systemError(-error, `receive on ${purpose}`) };
    },
    watch: (onReadable) => done(native.watch(onReadable), 'watch'),
    release: () => fromAnswer(native.release(), () => `release ${purpose}`),
    close: () => native.close(),
  });
}
