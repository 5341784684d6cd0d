/** SMTP_CHECK against scripted servers. */
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { millis, seconds } from '../../../src/base/units.ts';
import { REPLY_BYTES_MAX } from '../../../src/checks/core/smtp-dialogue.ts';
import { closedPort, serveRaw, startTestProbe } from '../loopback.ts';
import { ip, smtpChecker, target } from '../model.ts';

const failure = (kind: string, more: object = {}) => ({ kind: 'failed', failure: { kind, ...more } });
const OK = { HELO: '250 hello\r\n', QUIT: '221 bye\r\n' };

/** Greets, then answers each command; null closes. `heard` gets every command. */
const mailServer = (
  greeting: string,
  answers: Readonly<Record<string, string | null>>,
  heard: string[] = [],
) =>
  serveRaw((socket) => {
    socket.write(greeting);
    socket.on('data', (data) => {
      const command = data.toString();
      heard.push(command);
      const reply = answers[command.slice(0, 4)];
      if (reply === null) socket.end();
      else if (reply !== undefined) socket.write(reply);
    });
  });

const check = (port: number) => startTestProbe(smtpChecker(target('127.0.0.1', port)));

test('a mail server passes, and hears HELO with the configured name, then QUIT', async () => {
  const heard: string[] = [];
  const server = await mailServer('220 mx ESMTP\r\n', OK, heard);
  expect(await check(server.port).result).toEqual({ kind: 'passed' });
  expect(heard).toEqual(['HELO director.example\r\n', 'QUIT\r\n']);
});

test('a greeting and an answer of several lines pass (keepalived fails on them, Q21)', async () => {
  const server = await mailServer('220-mx\r\n220 ready\r\n', { ...OK, HELO: '250-mx\r\n250 HELP\r\n' });
  expect(await check(server.port).result).toEqual({ kind: 'passed' });
});

describe('a server fails that', () => {
  test('greets with another code', async () => {
    const server = await mailServer('554 no service\r\n', OK);
    expect(await check(server.port).result).toEqual(
      failure('smtp_reply', { stage: 'greeting', reply: '554 no service' }),
    );
  });

  test('does not like HELO', async () => {
    const server = await mailServer('220 mx\r\n', { ...OK, HELO: '501 syntax\r\n' });
    expect(await check(server.port).result).toEqual(
      failure('smtp_reply', { stage: 'helo', reply: '501 syntax' }),
    );
  });

  test('closes before its turn, or resets', async () => {
    const closing = await mailServer('220 mx\r\n', { HELO: null });
    expect(await check(closing.port).result).toEqual(
      failure('smtp_broken', { stage: 'helo', code: 'closed' }),
    );
    const resetting = await serveRaw((socket) => {
      socket.write('220 mx\r\n');
      socket.once('data', () => socket.resetAndDestroy());
    });
    expect(await check(resetting.port).result).toEqual(
      failure('smtp_broken', { stage: 'helo', code: 'ECONNRESET' }),
    );
  });

  test('refuses the connection', async () => {
    expect(await check(await closedPort()).result).toEqual(
      failure('connect_failed', { code: 'ECONNREFUSED' }),
    );
  });

  test('sends without end, in little memory', async () => {
    const server = await serveRaw((socket) => {
      const chunk = Buffer.alloc(65_536, 0x41);
      const more = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', more);
      more();
    });
    expect(await check(server.port).result).toEqual(failure('smtp_too_long', { limit: REPLY_BYTES_MAX }));
  });
});

test('a server that says nothing fails when the timeout is over', async () => {
  let greeted = (): void => {};
  const hasGreeted = new Promise<void>((resolve) => {
    greeted = resolve;
  });
  const server = await serveRaw((socket) => {
    socket.write('220 mx\r\n');
    socket.once('data', greeted);
  });
  const probe = check(server.port);
  await hasGreeted;
  probe.pass(seconds(1));
  expect(await probe.result).toEqual(failure('smtp_silent', { stage: 'helo' }));
});

test('a server that drips fails when the time for all of it is over', async () => {
  const drip = (socket: Socket): void => {
    const timer = setInterval(() => socket.write('220-x\r\n'), 1);
    socket.on('close', () => clearInterval(timer));
  };
  const server = await serveRaw(drip);
  const probe = startTestProbe(smtpChecker(target('127.0.0.1', server.port, { timeout: seconds(1) })), {
    pace: millis(900),
  });
  expect(await probe.result).toEqual(failure('smtp_silent', { stage: 'greeting' }));
});

test('bindto is the address the server sees; one that is not here is no verdict', async () => {
  let seen: string | undefined;
  const server = await serveRaw((socket) => {
    seen = socket.remoteAddress;
    socket.end('554 no\r\n');
  });
  await startTestProbe(smtpChecker(target('127.0.0.1', server.port, { bindAddress: ip('127.0.0.5') })))
    .result;
  expect(seen).toBe('127.0.0.5');
  const strange = smtpChecker(target('127.0.0.1', server.port, { bindAddress: ip('192.0.2.1') }));
  expect(await startTestProbe(strange).result).toMatchObject({ kind: 'no_result', code: 'EADDRNOTAVAIL' });
});
