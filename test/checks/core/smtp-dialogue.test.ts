import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProbeResult } from '../../../src/checks/core/probe-result.ts';
import { hear, newDialogue, REPLY_BYTES_MAX } from '../../../src/checks/core/smtp-dialogue.ts';

/** What is said and concluded when a server's whole text comes in these pieces. */
function play(pieces: readonly string[]): { readonly said: string; readonly result: ProbeResult | null } {
  let dialogue = newDialogue;
  let said = '';
  for (const piece of pieces) {
    const heard = hear(dialogue, piece, 'me');
    dialogue = heard.dialogue;
    said += heard.say ?? '';
    if (heard.result !== null) return { said, result: heard.result };
  }
  return { said, result: null };
}
const failure = (kind: string, more: object) => ({ kind: 'failed', failure: { kind, ...more } });

test('220, HELO, 250, QUIT and any answer pass', () => {
  const told = play(['220 mx ESMTP\r\n', '250 hello\r\n', '500 what?\r\n']);
  expect(told).toEqual({ said: 'HELO me\r\nQUIT\r\n', result: { kind: 'passed' } });
});

test('replies of several lines are read to their end (RFC 5321 section 4.2.1)', () => {
  const told = play(['220-mx\r\n220-no spam\r\n220 ready\r\n', '250-mx\r\n250\r\n', '221 bye\r\n']);
  expect(told).toEqual({ said: 'HELO me\r\nQUIT\r\n', result: { kind: 'passed' } });
});

describe('a server that answers otherwise', () => {
  test.each([
    ['greeting', ['554 go away\r\n'], '554 go away'],
    ['greeting', ['HTTP/1.1 400 Bad Request\r\n'], 'HTTP/1.1 400 Bad Request'],
    ['greeting', ['SSH-2.0-x\x07\n'], 'SSH-2.0-x?'],
    ['greeting', ['220-mx\r\n554 no\r\n'], '220-mx'],
    ['helo', ['220 mx\r\n', '550 who?\r\n'], '550 who?'],
    ['helo', ['220 mx\r\n', '\r\n'], ''],
  ])('has failed at the %s', (stage, pieces, reply) => {
    expect(play(pieces).result).toEqual(failure('smtp_reply', { stage, reply }));
  });
});

test('a reply without end is given up at its limit', () => {
  const chunk = '220-more\r\n'.repeat(100);
  const told = play(Array.from({ length: 100 }, () => chunk));
  expect(told.result).toEqual(failure('smtp_too_long', { limit: REPLY_BYTES_MAX }));
  expect(play(['x'.repeat(REPLY_BYTES_MAX + 1)]).result).toEqual(
    failure('smtp_too_long', { limit: REPLY_BYTES_MAX }),
  );
});

test('however the bytes are cut, what is said and the verdict are the same', () => {
  const lines = fc.constantFrom(
    '220 a\r\n',
    '220-b\r\n',
    '250 c\r\n',
    '250\n',
    '250-\r\n',
    '5',
    '\r\n',
    'x\n',
  );
  const text = fc.array(lines, { maxLength: 8 }).map((all) => all.join(''));
  fc.assert(
    fc.property(text, fc.array(fc.nat(60), { maxLength: 6 }), (whole, cuts) => {
      const at = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
      const pieces = at.slice(1).map((end, i) => whole.slice(at[i], end));
      expect(play(pieces)).toEqual(play([whole]));
    }),
  );
});
