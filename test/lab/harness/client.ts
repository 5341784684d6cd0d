/** The harness's side of the client: starts agents on the client host and keeps what they saw. */
import { dirname, join } from 'node:path';
import { type Answer, countByHost, type Outage, outagesOf, type Request } from './answers.ts';
import { type Ms, now, until } from './clock.ts';
import type { Host } from './host.ts';

export interface Client {
  readonly answers: readonly Answer[];
  /** answers that ended since `from` */
  readonly since: (from: Ms) => readonly Answer[];
  /** the first good answer to a request sent since `from`, from `who` if given */
  readonly answered: (withinMs: Ms, from?: Ms, who?: string) => Promise<Answer>;
  /** stretches without a good answer since `from`; the last good one before it counts as their start */
  readonly outages: (from: Ms) => readonly Outage[];
  /** requests sent since `from` that failed */
  readonly failures: (from: Ms) => readonly Answer[];
  readonly outageMsMin: Ms;
  readonly shares: (from: Ms) => Readonly<Record<string, number>>;
  readonly stop: () => Promise<void>;
}

export interface ClientOptions {
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
}

/** Less than the second after which a lost SYN is sent again, so that a request into the void fails. */
const TIMEOUT_MS = 900;

/** What counts as an outage: this many requests in a row without an answer. */
const OUTAGE_REQUESTS_MIN = 10;

const agent = (): string => join(dirname(process.argv[1] ?? ''), 'client-agent.cjs');

/** Sends `request` every 20 ms, or as told, until stopped. */
export function startClient(host: Host, request: Request, options: ClientOptions = {}): Client {
  const { intervalMs = 20, timeoutMs = TIMEOUT_MS } = options;
  const program = host.start([process.execPath, agent(), JSON.stringify({ request, intervalMs, timeoutMs })]);
  const answers: Answer[] = [];
  const outageMsMin = OUTAGE_REQUESTS_MIN * intervalMs;
  program.onLine(({ text }) => {
    if (text.startsWith('{')) answers.push(JSON.parse(text));
  });
  const since = (from: Ms) => answers.filter(({ endedAt }) => endedAt >= from);
  return {
    answers,
    since,
    answered: (withinMs, from = now(), who) =>
      until(`an answer${who === undefined ? '' : ` from ${who}`} to the client`, withinMs, () =>
        answers.find(
          (answer) =>
            answer.sentAt >= from && answer.who !== null && (who === undefined || answer.who === who),
        ),
      ),
    outageMsMin,
    failures: (from) => answers.filter(({ sentAt, who }) => sentAt >= from && who === null),
    outages: (from) => outagesOf(answers, outageMsMin).filter(({ to }) => to >= from),
    shares: (from) => countByHost(since(from)),
    stop: async () => void (await program.stop('SIGKILL')),
  };
}

/** One request that may take long: resolves with its answer. */
export async function askOnce(host: Host, request: Request, timeoutMs: Ms): Promise<Answer> {
  const text = await host.run([
    process.execPath,
    agent(),
    JSON.stringify({ request, intervalMs: 0, timeoutMs }),
  ]);
  return JSON.parse(text);
}
