/** The control API's client: one request, one connection, and errors that say what to do. Used by vipctl. */
import { Agent, request } from 'undici';
import { err, ok, type Result } from '../base/result.ts';
import { toSeconds } from '../base/units.ts';
import type { DrainOrder, DrainReport } from '../checks/core/drain-order.ts';
import type { OrderReport, ProbeReport } from '../vrrp/core/operator-report.ts';
import type { DaemonStatus, PlanReport, Problem, ReloadReport, ReplayReport, WhyReport } from './api.ts';

/** A status of 10,000 real servers is about 10 MB. */
export const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
export const ANSWER_MS_MAX = 15_000;

/** `unreachable`: nobody answered. `refused`: somebody did, with something else than what was asked for. */
export interface ClientError {
  readonly kind: 'unreachable' | 'refused';
  readonly text: string;
}

type Answer<T> = Promise<Result<T, ClientError>>;

export async function fetchStatus(socketPath: string): Answer<DaemonStatus> {
  const answer = await ask(socketPath, 'GET', '/v1/status');
  return answer.ok ? expect<DaemonStatus>(answer.value, [200]) : answer;
}

/** A refused configuration is an answer, not an error. */
export async function requestReload(socketPath: string): Answer<ReloadReport> {
  const answer = await ask(socketPath, 'POST', '/v1/reload');
  return answer.ok ? expect<ReloadReport>(answer.value, [200, 409]) : answer;
}

/** `name` null: of all. A name that nothing has is an answer, not an error. */
export async function requestReplay(socketPath: string, name: string | null): Answer<ReplayReport> {
  const query = name === null ? '' : `?${new URLSearchParams({ name })}`;
  const answer = await ask(socketPath, 'POST', `/v1/notify/replay${query}`);
  return answer.ok ? expect<ReplayReport>(answer.value, [200, 404]) : answer;
}

/** A refused configuration is an answer here too. */
export async function requestPlan(socketPath: string): Answer<PlanReport> {
  const answer = await ask(socketPath, 'POST', '/v1/plan');
  return answer.ok ? expect<PlanReport>(answer.value, [200, 409]) : answer;
}

/** An order that is refused is an answer too. */
export async function requestDrain(
  socketPath: string,
  { kind, virtualServer, realServer, limit }: DrainOrder,
): Answer<DrainReport> {
  const query = new URLSearchParams({ service: virtualServer, server: realServer });
  if (limit !== null) query.set('limit', `${toSeconds(limit)}`);
  const answer = await ask(socketPath, 'POST', `/v1/${kind}?${query}`);
  return answer.ok ? expect<DrainReport>(answer.value, [200, 409]) : answer;
}

export async function fetchWhy(socketPath: string, name: string): Answer<WhyReport> {
  const answer = await ask(socketPath, 'GET', `/v1/why?${new URLSearchParams({ name })}`);
  return answer.ok ? expect<WhyReport>(answer.value, [200]) : answer;
}

export async function requestOrder(
  socketPath: string,
  order: 'failover' | 'prefer' | 'undo',
  words: { readonly name: string; readonly for?: string },
): Answer<OrderReport> {
  const answer = await ask(socketPath, 'POST', `/v1/${order}?${new URLSearchParams(words)}`);
  return answer.ok ? expect<OrderReport>(answer.value, [200]) : answer;
}

export async function requestProbe(socketPath: string, name: string): Answer<ProbeReport> {
  const answer = await ask(socketPath, 'POST', `/v1/probe?${new URLSearchParams({ name })}`);
  return answer.ok ? expect<ProbeReport>(answer.value, [200]) : answer;
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

async function ask(socketPath: string, method: 'GET' | 'POST', path: string): Answer<Reply> {
  const dispatcher = new Agent({
    connect: { socketPath, timeout: ANSWER_MS_MAX },
    headersTimeout: ANSWER_MS_MAX,
    bodyTimeout: ANSWER_MS_MAX,
    maxResponseSize: ANSWER_BYTES_MAX,
  });
  try {
    const { statusCode, body } = await request(`http://vipd${path}`, { method, dispatcher });
    return ok({ status: statusCode, body: await body.text() });
  } catch (cause) {
    return err({ kind: 'unreachable', text: unreachable(socketPath, cause) });
  } finally {
    await dispatcher.destroy();
  }
}

/** The daemon's own JSON is trusted once its status is one we know; a Problem tells why not. */
function expect<T>({ status, body }: Reply, statuses: readonly number[]): Result<T, ClientError> {
  const value = parseJson(body);
  if (statuses.includes(status) && value !== null) return ok(value as T);
  const why = (value as Problem | null)?.error ?? 'not an answer of vipd';
  return err({ kind: 'refused', text: `vipd answered ${status}: ${why}` });
}

function parseJson(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  ENOENT: 'is vipd running? (systemctl status vipd)',
  ECONNREFUSED: 'the daemon that made the socket is gone (systemctl status vipd)',
  EACCES: 'run as root',
  EPERM: 'run as root',
};

function unreachable(socketPath: string, cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  const advice = ADVICE[code];
  return `cannot reach vipd at ${socketPath}: ${code}${advice === undefined ? '' : ` — ${advice}`}`;
}
