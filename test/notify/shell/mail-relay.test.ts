/** nodemailer's client against a server of our own on loopback. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { millis, port, seconds } from '../../../src/base/units.ts';
import { messageText } from '../../../src/notify/core/mail-text.ts';
import { createMailRelay } from '../../../src/notify/shell/mail-relay.ts';
import type { MailOrder } from '../../../src/ports/mail.ts';
import { createFakeLog } from '../../checks/fakes.ts';
import { FRIENDLY, type SmtpAnswers, type SmtpSink, startSmtpSink } from './fakes.ts';

let sink: SmtpSink | null = null;
afterEach(async () => {
  await sink?.close();
  sink = null;
});

const WALL = Date.UTC(2026, 10, 20, 5, 26, 31);
const MAIL = {
  subject: '[LVS_DEVEL] Virtualserver [192.168.100.240]:tcp:80 - UP',
  body: '=> Gained quorum 1+0=1 <= 2 <=',
};

const order = (to: number, more: Partial<MailOrder> = {}): MailOrder => ({
  server: { host: '127.0.0.1', port: port(to) },
  heloName: 'localhost',
  timeout: seconds(5),
  from: 'lvs01@example.com',
  recipients: ['ops@example.com'],
  text: messageText({ from: 'lvs01@example.com', recipients: ['ops@example.com'] }, MAIL, {
    wall: WALL,
    zoneMinutes: 0,
  }),
  ...more,
});

async function send(
  answers: SmtpAnswers,
  more: Partial<MailOrder> = {},
  greeting: string | null = '220 relay',
) {
  sink = await startSmtpSink(answers, greeting);
  return createMailRelay(() => {}).send(order(sink.port, more));
}

test('the conversation is the one that keepalived has, once the relay has declined EHLO', async () => {
  sink = await startSmtpSink();
  const { log, lines } = createFakeLog();
  expect(await createMailRelay(log).send(order(sink.port))).toEqual({ ok: true, value: null });
  await sink.finished(1);
  const recorded = readFileSync(join(import.meta.dirname, '..', 'fixtures', 'lvs24-smtp.out'), 'utf8');
  const first = recorded.slice(0, recorded.indexOf('C: QUIT\n')).concat('C: QUIT\n');
  const [conversation = []] = sink.conversations;
  expect(conversation[0]).toBe('EHLO localhost');
  expect(
    conversation
      .slice(1)
      .map((line) => `C: ${line}\n`)
      .join(''),
  ).toBe(first);
  expect(lines).toEqual([`Remote SMTP server [127.0.0.1]:${sink.port} connected.`]);
});

test('a relay that offers STARTTLS is spoken to in the clear: nobody has a key here', async () => {
  const answers: SmtpAnswers = (line) =>
    line.startsWith('EHLO') ? '250-relay\r\n250-STARTTLS\r\n250 8BITMIME' : FRIENDLY(line);
  expect((await send(answers)).ok).toBe(true);
  expect(sink?.conversations[0]).not.toContain('STARTTLS');
});

test('every recipient is named, and one who is unknown does not keep the mail from the others', async () => {
  const answers: SmtpAnswers = (line) => (line.includes('RCPT TO:<b@') ? '550 who?' : FRIENDLY(line));
  const recipients = ['a@example.com', 'b@example.com', 'c@example.com'];
  expect((await send(answers, { recipients })).ok).toBe(true);
  const named = sink?.conversations[0]?.filter((line) => line.startsWith('RCPT')) ?? [];
  expect(named).toEqual(recipients.map((address) => `RCPT TO:<${address}>`));
});

test('a relay that refuses the sender for good is not asked again', async () => {
  const result = await send((line) => (line.startsWith('MAIL') ? '550 not you' : FRIENDLY(line)));
  expect(result).toMatchObject({ ok: false, error: { permanent: true } });
  expect(result.ok || result.error.reason).toContain('550 not you');
});

test('a relay that says later is asked later', async () => {
  const result = await send((line) => (line === '.' ? '451 greylisted' : FRIENDLY(line)));
  expect(result).toMatchObject({ ok: false, error: { permanent: false } });
});

test.each([
  ['is not there', async () => createMailRelay(() => {}).send(order(1))],
  ['greets with a refusal', async () => send(FRIENDLY, {}, '554 no service')],
  ['never greets', async () => send(FRIENDLY, { timeout: millis(100) }, null)],
  ['falls silent', async () => send((l) => (l === 'DATA' ? null : FRIENDLY(l)), { timeout: millis(100) })],
  ['closes in the middle', async () => send((line) => (line === 'DATA' ? '421 closing' : FRIENDLY(line)))],
])('a relay that %s is tried again', async (_, attempt) => {
  expect(await attempt()).toMatchObject({ ok: false, error: { permanent: false } });
});
