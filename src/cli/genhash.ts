/** `vipctl genhash`: prints the digest that a `digest` line of HTTP_GET wants. It takes the original's arguments and
 *  prints its text; only a failed request exits with 1, where the original exits with 0. behaviour.md section 19. */
import { createHash } from 'node:crypto';
import { exhaustive } from '../base/never.ts';
import { elapsed } from '../base/units.ts';
import type { ExchangeFailure, Setback } from '../checks/core/probe-result.ts';
import { createDeadlines, type DeadlineQueue } from '../checks/probes/deadlines.ts';
import { createDial } from '../checks/probes/dial.ts';
import { type ExchangeEnd, type ExchangeListener, startExchange } from '../checks/probes/http-exchange.ts';
import { openMarkedSocket } from '../checks/shell/marked-socket.ts';
import { createClock } from '../net/adapters/clock.ts';
import { GENHASH_USAGE, type GenhashOrder, parseGenhashArguments } from './genhash-arguments.ts';
import { BODY_TITLE, digestSection, headSection, hexDump, timeSection } from './genhash-dump.ts';

/** Where the text goes; a test gives its own. */
export interface GenhashOutput {
  stdout(text: string): void;
  stderr(text: string): void;
}

const PROCESS_OUTPUT: GenhashOutput = {
  stdout: (text) => void process.stdout.write(text, 'latin1'),
  stderr: (text) => void process.stderr.write(text),
};

/** `argv` without node, script and command. Resolves to the exit status: 0 = a digest was printed. */
export async function runGenhash(
  argv: readonly string[],
  output: GenhashOutput = PROCESS_OUTPUT,
): Promise<number> {
  const order = parseGenhashArguments(argv);
  if (!order.ok) {
    output.stderr(`${order.error === '' ? '' : `${order.error}\n`}${GENHASH_USAGE}`);
    return 1;
  }
  const clock = createClock();
  const deadlines = createDeadlines(() => clock.now());
  const started = clock.now();
  const { end, digest } = await request(order.value, deadlines, clock.alarm, output);
  const { verbose, exchange } = order.value;
  if (end.kind === 'answered') {
    output.stdout(`${verbose ? digestSection(digest) : ''}${digest.toString('hex')}\n`);
  } else {
    tellSetback(end, output);
  }
  if (verbose) output.stdout(timeSection(exchange.path, elapsed(started, clock.now())));
  return end.kind === 'answered' ? 0 : 1;
}

type Alarming = ReturnType<typeof createClock>['alarm'];

function request(
  { exchange, verbose }: GenhashOrder,
  deadlines: DeadlineQueue,
  alarming: Alarming,
  output: GenhashOutput,
): Promise<{ readonly end: ExchangeEnd; readonly digest: Buffer }> {
  return new Promise((resolve) => {
    const alarm = alarming(() => {
      deadlines.expireDue(deadlines.now());
      alarm.set(deadlines.next());
    });
    const hash = createHash('md5');
    const shown = verbose ? dumping(output) : { onBody: () => {} };
    startExchange(
      exchange,
      { deadlines, dial: createDial(openMarkedSocket) },
      {
        ...shown,
        onBody: (bytes) => {
          hash.update(bytes);
          shown.onBody(bytes);
        },
        onEnd: (end) => {
          alarm.set(null);
          resolve({ end, digest: hash.digest() });
        },
      },
    );
    alarm.set(deadlines.next());
  });
}

/** Shows head and body as they come; a body that arrives in parts is dumped in these parts. */
function dumping({ stdout }: GenhashOutput): Pick<ExchangeListener, 'onHead' | 'onBody'> {
  let titled = false;
  return {
    onHead: (head) => stdout(headSection(head)),
    onBody: (bytes) => {
      stdout(`${titled ? '' : BODY_TITLE}${hexDump(bytes)}`);
      titled = true;
    },
  };
}

function tellSetback(setback: Setback<ExchangeFailure>, { stdout, stderr }: GenhashOutput): void {
  if (setback.kind === 'no_result') return stderr(`${setback.attempted} failed: ${setback.code}\n`);
  if (setback.failure.kind === 'no_header') return stderr('no data received from remote webserver\n');
  stdout(`${failureWords(setback.failure)}\n`);
}

function failureWords(failure: Exclude<ExchangeFailure, { kind: 'no_header' }>): string {
  switch (failure.kind) {
    case 'connect_failed':
      return 'Connection failed';
    case 'connect_timeout':
      return 'Timeout connecting';
    case 'tls_failed':
      return failure.code === 'timeout'
        ? 'Timeout connecting'
        : `SSL handshake/communication error connecting (${failure.code})`;
    case 'read_timeout':
      return 'Timeout WEB read';
    case 'exchange_timeout':
      return 'Timeout HTTP read';
    case 'read_failed':
      return `Read error with ${failure.code}`;
    case 'body_too_long':
      return `the body is longer than ${failure.limit} bytes`;
    default:
      return exhaustive(failure);
  }
}
