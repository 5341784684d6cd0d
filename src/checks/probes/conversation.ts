/** A few words each way on a connection of its own: what REDIS_CHECK and AGENT_CHECK share. Bounded in time by the checker's
 *  timeout for each silence and four of them for all; what is kept of the bytes is the business of who hears them. */
import type { CheckTarget } from '../../config/model/lvs.ts';
import { type ExchangeFailure, failed, type ProbeAnswer } from '../core/probe-result.ts';
import type { ServiceFailure, SessionStage } from '../core/service-failure.ts';
import { connectError, type DialTls } from './dial.ts';
import { createPatience } from './patience.ts';
import type { ConnectionPorts, RunningProbe } from './probe.ts';

export interface Conversation {
  readonly target: CheckTarget;
  readonly tls: DialTls | null;
  /** said as soon as the connection is open; empty = the server speaks first */
  readonly opening: string;
  /** one character per byte */
  readonly hear: (text: string) => Heard;
  /** what it means that the server has closed the connection now */
  readonly closed: () => ProbeAnswer;
  readonly stage: () => SessionStage;
}

export interface Heard {
  readonly say: string | null;
  /** null = it goes on */
  readonly answer: ProbeAnswer | null;
}

/** `done` is called exactly once, never before this returns, and not at all after `abort`. */
export function startConversation(
  { target, tls, opening, hear, closed, stage }: Conversation,
  { deadlines, dial }: ConnectionPorts,
  done: (answer: ProbeAnswer) => void,
): RunningProbe {
  const { socket, opened } = dial(target, tls);
  let phase: 'connecting' | 'handshaking' | 'talking' = 'connecting';
  let over = false;
  const finish = (answer: ProbeAnswer | null): void => {
    if (over) return;
    over = true;
    patience.callOff();
    socket.destroy();
    if (answer !== null) done(answer);
  };
  const broken = (code: string): ServiceFailure | ExchangeFailure => {
    if (phase === 'connecting') return { kind: 'connect_failed', code };
    return phase === 'handshaking'
      ? { kind: 'tls_failed', code }
      : { kind: 'session_broken', stage: stage(), code };
  };
  const patience = createPatience(deadlines, target.timeout, () => {
    if (phase === 'connecting') finish(failed({ kind: 'connect_timeout' }));
    else finish(failed(phase === 'talking' ? { kind: 'session_silent', stage: stage() } : broken('timeout')));
  });
  socket.setEncoding('latin1');
  if (opened === 'secureConnect') {
    socket.once('connect', () => {
      phase = 'handshaking';
      patience.heard();
    });
  }
  socket.once(opened, () => {
    phase = 'talking';
    patience.heard();
    if (opening !== '') socket.write(opening);
  });
  socket.on('data', (text: string) => {
    if (over) return;
    patience.heard();
    const { say, answer } = hear(text);
    if (answer !== null) return finish(answer);
    if (say !== null) socket.write(say);
  });
  const ended = (): void => finish(phase === 'talking' ? closed() : failed(broken('closed')));
  socket.once('end', ended);
  socket.once('close', ended);
  socket.on('error', (error) => finish(connectError(error, broken)));
  return { abort: () => finish(null) };
}
