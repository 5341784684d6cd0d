/** Programs that end when a test says so, a relay that answers what a test says, an SMTP server on loopback. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Result } from '../../../src/base/result.ts';
import type { MailFailure, MailOrder, MailRelay } from '../../../src/ports/mail.ts';
import type { ProgramOrder, ProgramResult, ProgramRunner } from '../../../src/ports/programs.ts';

export interface FakeProgram {
  readonly order: ProgramOrder;
  readonly words: string;
  /** `end()` was called */
  asked: boolean;
  complete(result?: ProgramResult): void;
}

export interface FakePrograms extends ProgramRunner {
  /** every one that was started, in order */
  readonly all: readonly FakeProgram[];
  running(): readonly FakeProgram[];
}

export function createFakePrograms(): FakePrograms {
  const all: FakeProgram[] = [];
  const running = new Set<FakeProgram>();
  return {
    all,
    running: () => [...running],
    run: (order, completed) => {
      const program: FakeProgram = {
        order,
        words: order.argv.join(' '),
        asked: false,
        complete: (result = { kind: 'exited', status: 0 }) => {
          running.delete(program);
          completed(result);
        },
      };
      all.push(program);
      running.add(program);
      return {
        end: () => {
          program.asked = true;
        },
      };
    },
    endAll: () => {},
  };
}

export interface FakeRelay extends MailRelay {
  readonly orders: readonly MailOrder[];
  /** answers the oldest order that has none */
  answer(result: Result<null, MailFailure>): void;
}

export function createFakeRelay(): FakeRelay {
  const orders: MailOrder[] = [];
  const open: ((result: Result<null, MailFailure>) => void)[] = [];
  return {
    orders,
    send: (order) => {
      orders.push(order);
      return new Promise((resolve) => open.push(resolve));
    },
    answer: (result) => open.shift()?.(result),
  };
}

export interface SmtpSink {
  readonly port: number;
  /** each conversation's lines of the client */
  readonly conversations: readonly (readonly string[])[];
  /** resolves when so many conversations are over */
  finished(count: number): Promise<void>;
  close(): Promise<void>;
}

/** What the server says to a line; null: it says nothing. EHLO is unknown to it, as to the oldest of relays. */
export type SmtpAnswers = (line: string) => string | null;

export const FRIENDLY: SmtpAnswers = (line) => {
  if (line.startsWith('EHLO')) return '502 what?';
  if (line === 'DATA') return '354 go on';
  return line === 'QUIT' ? '221 bye' : '250 fine';
};

export async function startSmtpSink(
  answers: SmtpAnswers = FRIENDLY,
  greeting: string | null = '220 relay',
): Promise<SmtpSink> {
  const conversations: string[][] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let over = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      over++;
      for (const { count, resolve } of waiting) if (over >= count) resolve();
    });
    if (greeting !== null) socket.write(`${greeting}\r\n`);
    conversations.push(converse(socket, answers));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    conversations,
    finished: (count) =>
      new Promise((resolve) => {
        if (over >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function converse(socket: Socket, answers: SmtpAnswers): string[] {
  const lines: string[] = [];
  let rest = '';
  let isData = false;
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    rest += text;
    for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      lines.push(line);
      if (isData && line !== '.') continue;
      const said = answers(line);
      if (said !== null) socket.write(`${said}\r\n`);
      isData = said?.startsWith('354') ?? false;
      if (line === 'QUIT') socket.end();
    }
  });
  return lines;
}
