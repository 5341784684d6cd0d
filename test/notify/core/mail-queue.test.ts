import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { after, type Instant, instant, seconds } from '../../../src/base/units.ts';
import {
  EMPTY_MAIL_QUEUE,
  MAIL_AGE_MAX,
  MAILS_WAITING_MAX,
  type MailEvent,
  type MailQueue,
  nextMailDeadline,
  stepMails,
} from '../../../src/notify/core/mail-queue.ts';

/** The queue with a relay that answers when it is told to. */
class Bench {
  queue: MailQueue = EMPTY_MAIL_QUEUE;
  readonly sent: string[] = [];
  readonly lines: string[] = [];
  now: Instant = instant(0);

  feed(event: MailEvent): this {
    const [queue, actions] = stepMails(this.queue, event, this.now);
    this.queue = queue;
    for (const action of actions) {
      if (action.kind === 'send_mail') this.sent.push(action.mail.subject);
      else this.lines.push(action.entry.text);
    }
    return this;
  }

  write(subject: string): this {
    return this.feed({ kind: 'mail_written', mail: { subject, body: '' } });
  }

  fail(permanent = false): this {
    return this.feed({ kind: 'mail_failed', reason: 'no route', permanent });
  }

  /** To the deadline, which must be there. */
  wait(): this {
    const deadline = nextMailDeadline(this.queue);
    expect(deadline).not.toBeNull();
    this.now = deadline ?? this.now;
    return this.feed({ kind: 'deadline_reached' });
  }
}

test('mails leave one by one, in order', () => {
  const bench = new Bench().write('a').write('b').write('c');
  expect(bench.sent).toEqual(['a']);
  bench.feed({ kind: 'mail_taken' }).feed({ kind: 'mail_taken' });
  expect(bench.sent).toEqual(['a', 'b', 'c']);
  expect(bench.lines[0]).toBe('SMTP alert successfully sent. (a)');
});

describe('a relay that does not take a mail', () => {
  test('is asked again after longer and longer times, and the order stays', () => {
    const bench = new Bench().write('a').fail().write('b');
    expect(bench.sent).toEqual(['a']);
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      const from = bench.now;
      waits.push((bench.wait().now - from) / 1_000_000);
      bench.fail();
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
    bench.wait().feed({ kind: 'mail_taken' });
    expect(bench.sent.slice(-2)).toEqual(['a', 'b']);
    expect(bench.lines[0]).toBe('SMTP alert not sent, 1 waiting, next attempt in 5 s: no route');
  });

  test('for good loses that one mail and gets the next at once', () => {
    const bench = new Bench().write('a').write('b').fail(true);
    expect(bench.sent).toEqual(['a', 'b']);
    expect(bench.queue).toMatchObject({ dropped: 1, failures: 1 });
    expect(bench.lines).toEqual(['SMTP alert given up (a): no route']);
  });

  test('for an hour: what is older than that is given up', () => {
    const bench = new Bench().write('a');
    bench.now = after(bench.now, MAIL_AGE_MAX);
    bench.write('b').fail();
    expect(bench.queue.waiting.map(({ mail }) => mail.subject)).toEqual(['b']);
    expect(bench.sent).toEqual(['a']);
    expect(bench.wait().sent).toEqual(['a', 'b']);
  });

  test('is perhaps another one after a reload: no more waiting', () => {
    const bench = new Bench().write('a').fail();
    expect(bench.feed({ kind: 'settings_changed' }).sent).toEqual(['a', 'a']);
  });
});

test('of more than the limit the oldest give way, the one on its way excepted, and the log says so once', () => {
  const bench = new Bench();
  for (let i = 0; i <= MAILS_WAITING_MAX + 3; i++) bench.write(`mail ${i}`);
  expect(bench.queue.waiting).toHaveLength(MAILS_WAITING_MAX);
  expect(bench.queue.waiting[0]?.mail.subject).toBe('mail 0');
  expect(bench.queue.waiting[1]?.mail.subject).toBe('mail 5');
  expect(bench.lines).toHaveLength(1);
});

test('whatever happens: one mail at a time, never more than the limit, and what waits has a next attempt', () => {
  const event = fc.oneof(
    fc.constant('write' as const),
    fc.constant('taken' as const),
    fc.constant('failed' as const),
    fc.constant('refused' as const),
    fc.constant('later' as const),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 80 }), (events) => {
      const bench = new Bench();
      let sending = 0;
      events.forEach((what, i) => {
        const before = bench.sent.length;
        if (what === 'write') bench.write(String(i));
        else if (what === 'later') {
          bench.now = after(bench.now, seconds(7));
          bench.feed({ kind: 'deadline_reached' });
        } else if (bench.queue.isSending) {
          sending--;
          if (what === 'taken') bench.feed({ kind: 'mail_taken' });
          else bench.fail(what === 'refused');
        }
        sending += bench.sent.length - before;
        expect(sending).toBeLessThanOrEqual(1);
        expect(sending === 1).toBe(bench.queue.isSending);
        if (bench.queue.waiting.length > 0 && sending === 0)
          expect(nextMailDeadline(bench.queue)).not.toBeNull();
      });
      const numbers = [...new Set(bench.sent)].map(Number);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }),
  );
});
