/** The dialogue of SMTP_CHECK: greeting 220, HELO, 250, QUIT, any answer. behaviour.md section 16.4. Replies of several lines
 *  are read to their end (RFC 5321 section 4.2.1); keepalived fails on them (Q21). However the bytes are cut, the verdict
 *  is the same. */
import { failed, PASSED, type ProbeResult, type SmtpStage } from './probe-result.ts';

/** Of one reply, all its lines together; RFC 5321 section 4.5.3.1.5 allows 512 bytes for a line. */
export const REPLY_BYTES_MAX = 8192;
/** What is shown of a reply that was not the wanted one. */
const SHOWN_MAX = 80;

export interface Dialogue {
  readonly stage: SmtpStage;
  /** what has come of the reply that is waited for, one character per byte */
  readonly pending: string;
}

export const newDialogue: Dialogue = { stage: 'greeting', pending: '' };

export interface Heard {
  readonly dialogue: Dialogue;
  /** what to send now; null = nothing */
  readonly say: string | null;
  /** null = the dialogue goes on */
  readonly result: ProbeResult | null;
}

/** The dialogue after more bytes. Whatever a server sends ahead of its turn is taken as the answer to what follows. */
export function hear(before: Dialogue, bytes: string, heloName: string): Heard {
  let dialogue = { ...before, pending: before.pending + bytes };
  let say: string | null = null;
  for (;;) {
    const reply = firstReply(dialogue.pending);
    const { stage } = dialogue;
    if (reply === null) {
      const tooLong = dialogue.pending.length > REPLY_BYTES_MAX;
      return {
        dialogue,
        say,
        result: tooLong ? failed({ kind: 'smtp_too_long', limit: REPLY_BYTES_MAX }) : null,
      };
    }
    if (stage === 'quit') return { dialogue, say, result: PASSED };
    if (reply.code !== WANTED[stage]) {
      return { dialogue, say, result: failed({ kind: 'smtp_reply', stage, reply: shown(dialogue.pending) }) };
    }
    say = (say ?? '') + (stage === 'greeting' ? `HELO ${heloName}\r\n` : 'QUIT\r\n');
    dialogue = {
      stage: stage === 'greeting' ? 'helo' : 'quit',
      pending: dialogue.pending.slice(reply.length),
    };
  }
}

const WANTED = { greeting: '220', helo: '250' } as const;

/** The reply that `text` begins with, once its last line is whole: three digits and a blank, or nothing behind them. */
function firstReply(text: string): { readonly code: string | null; readonly length: number } | null {
  for (let at = 0; ; ) {
    const end = text.indexOf('\n', at);
    if (end < 0) return null;
    const [, code = null, separator = ' '] = /^(\d{3})(?:([ -]).*)?\r?$/.exec(text.slice(at, end)) ?? [];
    if (code === null || separator === ' ') return { code, length: end + 1 };
    at = end + 1;
  }
}

const shown = (text: string): string =>
  (text.split(/\r?\n/, 1)[0] ?? '').slice(0, SHOWN_MAX).replace(/[^\x20-\x7e]/g, '?');
