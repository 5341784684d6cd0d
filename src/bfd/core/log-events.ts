/** The log lines of BFD sessions, worded as keepalived's BFD process words them: operators search for these sentences. */
import { catalogue, row } from '../../base/log.ts';
import { MICROS_PER_MILLI, type Micros } from '../../base/units.ts';
import type { SessionStateName } from '../wire/control-packet.ts';
import { diagnosticText } from '../wire/diagnostics.ts';

/** In keepalived's spelling. */
export const STATE_TEXT: Readonly<Record<SessionStateName, string>> = {
  admin_down: 'AdminDown',
  down: 'Down',
  init: 'Init',
  up: 'Up',
};

interface Entered {
  readonly [field: string]: unknown;
  readonly session: string;
  readonly state: SessionStateName;
  /** codes of RFC 5880 §4.1 */
  readonly local: number;
  readonly remote: number;
}

export const bfdLog = catalogue({
  entered: row('bfd_state', 'info', (f: Entered) => enteredText(f)),
  expired: row(
    'bfd_expired',
    'info',
    (f: { session: string; silence: Micros; overdue: Micros }) =>
      `(${f.session}) Expired after ${Math.round(f.silence / MICROS_PER_MILLI)} ms (${f.overdue} usec overdue)`,
  ),
  pollBegins: row(
    'bfd_poll_begins',
    'info',
    (f: { session: string }) => `(${f.session}) Starting poll sequence`,
  ),
  detectionChanged: row(
    'bfd_detection_time',
    'debug',
    (f: { session: string; before: Micros; now: Micros }) =>
      `(${f.session}) Detection time is ${f.now} us (was ${f.before} us)`,
  ),
  packetRefused: row(
    'bfd_packet_refused',
    'warning',
    (f: { source: string; reason: string }) =>
      `Received bad BFD packet from ${f.source}: ${f.reason}; further ones are only counted for a minute`,
  ),
});

/** For the shell: sockets that do not open or do not send. */
export const bfdShellLog = catalogue({
  socketFailed: row(
    'bfd_socket_failed',
    'error',
    (f: { detail: string }) => `BFD socket cannot be opened, it is tried again: ${f.detail}`,
  ),
  sendFailed: row(
    'bfd_send_failed',
    'error',
    (f: { session: string; detail: string }) => `(${f.session}) Error sending packet: ${f.detail}`,
  ),
  sendWorks: row(
    'bfd_send_works',
    'info',
    (f: { session: string }) => `(${f.session}) Sending packets again`,
  ),
});

function enteredText({ session, state, local, remote }: Entered): string {
  const why =
    state === 'down'
      ? ` (Local diagnostic - ${diagnosticText(local)}, Remote diagnostic - ${diagnosticText(remote)})`
      : '';
  return `(${session}) Entering ${STATE_TEXT[state]} state${why}`;
}
