/** The program on the lab's client host: sends one request per interval, each on a fresh connection,
 *  whether or not the last one was answered, and prints every answer as a JSON line. With an interval of 0
 *  it sends one request and ends with its answer.
 *
 *      node client-agent.cjs '{"request":{…},"intervalMs":20,"timeoutMs":500}'
 */
import { get } from 'node:http';
import { connect } from 'node:net';
import type { Answer, Request } from './answers.ts';
import { now } from './clock.ts';
import { queryValue } from './mysql-query.ts';

export interface AgentOptions {
  readonly request: Request;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** Beyond this many unanswered requests new ones are not sent: the time-out is what limits an outage's
 *  cost. */
const IN_FLIGHT_MAX = 100;

type Outcome = Pick<Answer, 'who' | 'bytes' | 'failure'>;

function main(options: AgentOptions): void {
  let inFlight = 0;
  const ask = async () => {
    if (inFlight >= IN_FLIGHT_MAX) return;
    inFlight += 1;
    const sentAt = now();
    const outcome = await send(options.request, options.timeoutMs).catch(failed);
    const answer: Answer = { sentAt, endedAt: now(), ...outcome };
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    inFlight -= 1;
  };
  void ask();
  if (options.intervalMs > 0) setInterval(ask, options.intervalMs);
}

const failed = (error: unknown): Outcome => ({
  who: null,
  bytes: 0,
  failure: error instanceof Error ? error.message : `${error}`,
});

const send = (request: Request, timeoutMs: number): Promise<Outcome> =>
  request.kind === 'http' ? sendHttp(request, timeoutMs) : sendMysql(request, timeoutMs);

function sendHttp({ address, port, path }: Request & { kind: 'http' }, timeoutMs: number): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const request = get({ host: address, port, path, agent: false }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.once('error', reject);
      response.once('close', () => {
        if (response.complete) resolve({ who: `${response.headers['x-served-by']}`, bytes });
        else resolve({ who: null, bytes, failure: 'the answer broke off' });
      });
    });
    request.once('error', reject);
    const cancel = deadline(timeoutMs, (error) => request.destroy(error));
    request.once('close', cancel);
  });
}

/** Reads what waits in the sockets before it gives up: after a pause of this process an answer may be
 *  there. */
function deadline(timeoutMs: number, giveUp: (error: Error) => void): () => void {
  const timer = setTimeout(() => setImmediate(giveUp, new Error('timed out')), timeoutMs);
  return () => clearTimeout(timer);
}

async function sendMysql(request: Request & { kind: 'mysql' }, timeoutMs: number): Promise<Outcome> {
  const socket = connect({ host: request.address, port: request.port });
  const cancel = deadline(timeoutMs, (error) => socket.destroy(error));
  try {
    const who = await queryValue(socket, request, 'SELECT @@hostname');
    return { who, bytes: who.length };
  } finally {
    cancel();
    socket.destroy();
  }
}

main(JSON.parse(process.argv[2] ?? '{}'));
