/** SMTP_CHECK over one connection: bounded in time by the checker's timeout for each step and four of them for all, in
 *  memory by the limit of a reply. behaviour.md section 16.4. */
import type { SmtpChecker } from '../../config/model/network-checkers.ts';
import { type ExchangeFailure, failed, type ProbeResult, type SmtpFailure } from '../core/probe-result.ts';
import { type Dialogue, hear, newDialogue } from '../core/smtp-dialogue.ts';
import { connectError } from './dial.ts';
import { createPatience } from './patience.ts';
import type { StartProbe } from './probe.ts';

export const probeSmtp: StartProbe<SmtpChecker> = ({ target, heloName }, { deadlines, dial }, done) => {
  const { socket } = dial(target, null);
  let dialogue: Dialogue = newDialogue;
  let connected = false;
  let over = false;
  const finish = (result: ProbeResult | null): void => {
    if (over) return;
    over = true;
    patience.callOff();
    socket.destroy();
    if (result !== null) done(result);
  };
  const broken = (code: string): SmtpFailure | ExchangeFailure =>
    connected ? { kind: 'smtp_broken', stage: dialogue.stage, code } : { kind: 'connect_failed', code };
  const patience = createPatience(deadlines, target.timeout, () =>
    finish(failed(connected ? { kind: 'smtp_silent', stage: dialogue.stage } : { kind: 'connect_timeout' })),
  );
  socket.setEncoding('latin1');
  socket.once('connect', () => {
    connected = true;
    patience.heard();
  });
  socket.on('data', (bytes: string) => {
    if (over) return;
    patience.heard();
    const heard = hear(dialogue, bytes, heloName);
    dialogue = heard.dialogue;
    if (heard.result !== null) return finish(heard.result);
    if (heard.say !== null) socket.write(heard.say, 'latin1');
  });
  socket.once('end', () => finish(failed(broken('closed'))));
  socket.once('close', () => finish(failed(broken('closed'))));
  socket.on('error', (error) => finish(connectError(error, broken)));
  return { abort: () => finish(null) };
};
