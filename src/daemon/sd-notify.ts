/** The service manager's notification socket (sd_notify(3)). Silent when there is none. */
import { AF, SOCK } from '../native/constants.ts';
import { openDatagramSocket } from '../native/datagram-socket.ts';
import { unixSockaddr } from '../native/sockaddr.ts';

export interface ServiceManager {
  ready(status: string): void;
  reloading(): void;
  stopping(): void;
  /** period in which the watchdog wants to hear from us, in microseconds; null when it does not */
  readonly watchdogMicros: number | null;
  watchdog(): void;
}

const SILENT: ServiceManager = {
  ready: () => {},
  reloading: () => {},
  stopping: () => {},
  watchdogMicros: null,
  watchdog: () => {},
};

/** `environment` is the process's; `monotonic` gives CLOCK_MONOTONIC in microseconds, which RELOADING=1 must carry. */
export function connectServiceManager(
  environment: Readonly<Record<string, string | undefined>>,
  monotonic: () => number,
): ServiceManager {
  const path = environment['NOTIFY_SOCKET'];
  if (path === undefined || path === '') return SILENT;
  const to = unixSockaddr(path);
  const socket = openDatagramSocket({ domain: AF.UNIX, type: SOCK.DGRAM, protocol: 0 }, 'NOTIFY_SOCKET');
  if (to === null || !socket.ok) return SILENT;
  const tell = (...lines: readonly string[]): void =>
    void socket.value.send({ parts: [Buffer.from(lines.join('\n'))], to });
  const micros = Number(environment['WATCHDOG_USEC']);
  return {
    ready: (status) => tell('READY=1', `MAINPID=${process.pid}`, `STATUS=${status}`),
    reloading: () => tell('RELOADING=1', `MONOTONIC_USEC=${monotonic()}`),
    stopping: () => tell('STOPPING=1'),
    watchdogMicros: Number.isSafeInteger(micros) && micros > 0 ? micros : null,
    watchdog: () => tell('WATCHDOG=1'),
  };
}
