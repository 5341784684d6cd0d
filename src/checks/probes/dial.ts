/** Opens the TCP connection of a probe: source address, mark and interface as configured, TLS without verification unless
 *  it is asked for. Errors come as the socket's `error` event; `connectError` says what one means. */
import { connect, type NetConnectOpts, Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import type { CheckTarget } from '../../config/model/lvs.ts';
import type { CheckTls } from '../../config/model/service-checkers.ts';
import { tlsModule } from '../../native/late-modules.ts';
import type { ProbeFailure, Setback } from '../core/probe-result.ts';

export interface Dialled {
  readonly socket: Socket;
  /** the event that says that bytes may be sent */
  readonly opened: 'connect' | 'secureConnect';
}

/** What a probe wants of TLS; without `verify` any certificate will do. */
export interface DialTls {
  /** null sends no server name */
  readonly sni: string | null;
  readonly verify?: boolean;
  /** protocols for ALPN */
  readonly protocols?: readonly string[];
}

/** Key, certificate and authorities as PEM, for libraries that do TLS themselves. */
export interface TlsMaterial {
  readonly key?: Buffer;
  readonly cert?: Buffer;
  readonly ca?: Buffer;
  readonly passphrase?: string;
}

export const tlsOf = (tls: CheckTls | null): DialTls | null =>
  tls === null ? null : { sni: tls.serverName, verify: tls.verify };

export type Dial = (target: CheckTarget, tls: DialTls | null) => Dialled;

/** A fresh TCP socket's descriptor with SO_MARK and SO_BINDTODEVICE set, which Node itself cannot set.
 *  The descriptor then belongs to the caller. */
export type OpenSocket = (target: CheckTarget) => Result<number, SystemError>;

/** `openSocket` null: targets with a mark or an interface get no result (`ENOTSUP`). */
export function createDial(
  openSocket: OpenSocket | null,
  secureContext: () => SecureContext = plainContext(),
): Dial {
  return (target, tls) => {
    const options = connectOptions(target);
    if (!needsDescriptor(target)) {
      if (tls === null) return { socket: connect(options), opened: 'connect' };
      return {
        socket: tlsModule().connect({ ...options, ...tlsOptions(tls, secureContext()) }),
        opened: 'secureConnect',
      };
    }
    const socket = socketByDescriptor(target, options, openSocket);
    if (tls === null) return { socket, opened: 'connect' };
    return {
      socket: tlsModule().connect({ socket, host: options.host, ...tlsOptions(tls, secureContext()) }),
      opened: 'secureConnect',
    };
  };
}

/** Without a certificate of our own. */
function plainContext(): () => SecureContext {
  let context: SecureContext | null = null;
  return () => {
    context ??= tlsModule().createSecureContext();
    return context;
  };
}

const tlsOptions = ({ sni, verify = false, protocols }: DialTls, secureContext: SecureContext) => ({
  secureContext,
  rejectUnauthorized: verify,
  ...(protocols === undefined ? {} : { ALPNProtocols: [...protocols] }),
  // an empty name keeps the extension out of the handshake
  servername: sni ?? '',
});

function connectOptions(target: CheckTarget): NetConnectOpts & { host: string; port: number } {
  const { address, port, bindAddress, bindPort, bindInterface } = target;
  return {
    host: scoped(address, bindInterface),
    port,
    ...(bindAddress === null ? {} : { localAddress: scoped(bindAddress, bindInterface) }),
    ...(bindPort === null ? {} : { localPort: bindPort }),
  };
}

const isLinkLocal = (address: string): boolean => /^fe[89ab]/.test(address);
const scoped = (address: string, link: string | null): string =>
  link !== null && isLinkLocal(address) ? `${address}%${link}` : address;

const needsDescriptor = ({ fwmark, bindInterface, address }: CheckTarget): boolean =>
  fwmark !== null || (bindInterface !== null && !isLinkLocal(address));

function socketByDescriptor(
  target: CheckTarget,
  options: NetConnectOpts,
  openSocket: OpenSocket | null,
): Socket {
  const opened = openSocket?.(target);
  if (opened?.ok === true) return new Socket({ fd: opened.value }).connect(options);
  const code = opened === undefined ? 'ENOTSUP' : opened.error.code;
  const socket = new Socket();
  const error = Object.assign(new Error('no socket'), {
    code,
    syscall: 'socket with a mark or an interface',
  });
  // destroy() tells its error in a later tick, as a failing connect does
  return socket.destroy(error);
}

/** The system calls' errors that tell of this host and not of the server. */
const LOCAL_CODES: ReadonlySet<string> = new Set([
  'EADDRNOTAVAIL', 'EADDRINUSE', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'ENODEV', 'ENOTSUP',
]); // biome-ignore format: one line reads better

export const isLocalTrouble = (code: string): boolean => LOCAL_CODES.has(code);

/** What an `error` event means for the probe. `failure` makes it one of the server. */
export function connectError<F extends ProbeFailure>(
  error: NodeJS.ErrnoException,
  failure: (code: string) => F,
): Setback<F> {
  const code = error.code ?? error.message;
  const { syscall } = error;
  if (syscall === 'bind' || isLocalTrouble(code)) {
    return { kind: 'no_result', code, attempted: syscall ?? 'connect' };
  }
  return { kind: 'failed', failure: failure(code) };
}
