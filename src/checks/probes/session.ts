/** A talk with a server through a client library, which is loaded at the first use. The connection is the probe's own, so
 *  that it is bound and marked as configured and ends when the probe says so; time is the checker's timeout for each silence
 *  and four of them for all. */
import type { CheckTarget } from '../../config/model/lvs.ts';
import { failed, type ProbeFailure, type ProbeResult } from '../core/probe-result.ts';
import { type SessionStage, shownText } from '../core/service-failure.ts';
import { connectError, type DialTls, type TlsMaterial } from './dial.ts';
import { LibraryStream, SESSION_BYTES_MAX } from './library-stream.ts';
import { createPatience, type Patience } from './patience.ts';
import type { ProbePorts, RunningProbe } from './probe.ts';

export interface Session {
  readonly stream: LibraryStream;
  /** key, certificate and authorities for TLS */
  readonly material: TlsMaterial;
  /** The peer has closed the connection; else this side did, and over TLS that is for the certificate. */
  hasEnded(): boolean;
  /** What the library is about to do, for the words of a failure. */
  enter(stage: SessionStage): void;
}

type Phase = 'connecting' | 'handshaking' | SessionStage;

/** Ends with what was found. May fail as it likes: an error means that the peer does not speak the protocol. */
export type Converse = (session: Session) => Promise<ProbeResult>;

export interface SessionPlace {
  readonly target: CheckTarget;
  /** from the first byte on; null where the protocol has none, or a word of its own to begin it */
  readonly tls: DialTls | null;
}

/** `done` is called exactly once, never before this returns, and not at all after `abort`. */
export function startSession(
  place: SessionPlace,
  ports: ProbePorts,
  load: () => Promise<Converse>,
  done: (result: ProbeResult) => void,
): RunningProbe {
  let over = false;
  let close = (): void => {};
  const finish = (result: ProbeResult | null): void => {
    if (over) return;
    over = true;
    close();
    if (result !== null) done(result);
  };
  load().then(
    (converse) => {
      if (!over) close = openSession(place, ports, converse, finish);
    },
    (error: unknown) =>
      finish({ kind: 'no_result', code: 'ENOENT', attempted: `load the client library (${textOf(error)})` }),
  );
  return { abort: () => finish(null) };
}

/** Returns what closes it. */
function openSession(
  { target, tls }: SessionPlace,
  { deadlines, dial, tlsMaterial }: ProbePorts,
  converse: Converse,
  finish: (result: ProbeResult) => void,
): () => void {
  let phase: Phase = 'connecting';
  const patience: Patience = createPatience(deadlines, target.timeout, () =>
    finish(failed(silenceIn(phase))),
  );
  const { socket, opened } = dial(target, tls);
  const stream = new LibraryStream(socket, target.address, {
    onBytes: () => patience.heard(),
    onFlood: () => finish(failed({ kind: 'session_too_long', limit: SESSION_BYTES_MAX })),
  });
  // the library's ears may be gone when the end is told
  stream.on('error', () => {});
  const reach = (next: Phase): void => {
    phase = next;
    patience.heard();
  };
  if (opened === 'secureConnect') socket.once('connect', () => reach('handshaking'));
  socket.once(opened, () => reach('greeting'));
  const broken = (code: string): ProbeFailure => breakIn(phase, code);
  socket.on('error', (error) => finish(connectError(error, broken)));
  // the library is told first, since it may know why; a connection that it has closed itself it will tell of
  let isEnded = false;
  socket.once('end', () => {
    isEnded = true;
  });
  socket.once('close', () => {
    if (isEnded) setImmediate(() => finish(failed(broken('closed'))));
  });
  const session: Session = {
    stream,
    material: tlsMaterial(),
    hasEnded: () => isEnded,
    enter: reach,
  };
  converse(session).then(finish, (error: unknown) =>
    finish(failed({ kind: 'malformed', stage: 'greeting', detail: shownText(textOf(error), null) })),
  );
  return () => {
    patience.callOff();
    // a farewell that was just written is in the kernel by then
    setImmediate(() => socket.destroy());
  };
}

const silenceIn = (phase: Phase): ProbeFailure => {
  if (phase === 'connecting') return { kind: 'connect_timeout' };
  return phase === 'handshaking'
    ? { kind: 'tls_failed', code: 'timeout' }
    : { kind: 'session_silent', stage: phase };
};

const breakIn = (phase: Phase, code: string): ProbeFailure => {
  if (phase === 'connecting') return { kind: 'connect_failed', code };
  return phase === 'handshaking'
    ? { kind: 'tls_failed', code }
    : { kind: 'session_broken', stage: phase, code };
};

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
