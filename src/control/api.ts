/** The control API as types and routes; pure. HTTP over a unix socket, JSON bodies:
 *
 *      GET  /v1/status   DaemonStatus
 *      POST /v1/reload   ReloadReport; 200 accepted, 409 refused
 *      POST /v1/plan     PlanReport; 200, or 409 when the file would be refused
 *      POST /v1/drain?service=VS&server=RS[&limit=SECONDS]   DrainReport; 409 when there is no such server
 *      POST /v1/undrain?service=VS&server=RS                 DrainReport; 409 when it is not being drained
 *      POST /v1/notify/replay[?name=NAME]   ReplayReport; 404 when nothing has that name
 *      GET  /metrics     Prometheus text
 *
 *  Every refusal is a Problem. */
import { seconds } from '../base/units.ts';
import { DRAIN_SECONDS_MAX, type DrainOrder } from '../checks/core/drain-order.ts';
import type { ChecksStatus } from '../checks/core/status.ts';
import type { ChildName } from '../daemon/ipc.ts';
import type { PlanLine } from '../ipvs/core/plan-text.ts';
import type { NotifyStatus } from '../notify/core/status.ts';
import type { VrrpStatus } from '../vrrp/core/status.ts';

/** Where vipd answers; an `instance` gets a socket of its own beside it. */
export const SOCKET_DIRECTORY = '/run/vipd';
export const controlSocketPath = (instance: string | null): string =>
  `${SOCKET_DIRECTORY}/vipd${instance === null ? '' : `_${instance}`}.sock`;

export interface DaemonStatus {
  /** the parent's */
  readonly pid: number;
  readonly version: string;
  readonly uptimeMicros: number;
  readonly configFile: string;
  readonly configuration: ConfigurationState;
  readonly children: readonly ChildReport[];
  /** null: the process is not wanted or does not answer */
  readonly vrrp: VrrpStatus | null;
  readonly checks: ChecksStatus | null;
  readonly notify: NotifyStatus;
}

export interface ConfigurationState {
  /** milliseconds since 1970 of the last read, the one at start included */
  readonly lastReloadWall: number;
  /** false: the file was refused, the configuration before it is in force */
  readonly succeeded: boolean;
  /** errors and warnings of that read */
  readonly diagnostics: number;
}

export interface ChildReport {
  readonly name: ChildName;
  /** null unless running */
  readonly pid: number | null;
  readonly state: 'running' | 'restarting' | 'stopped';
  /** since the parent started */
  readonly restarts: number;
}

export interface ReloadReport {
  readonly accepted: boolean;
  /** the diagnostics as `vipd -t` prints them */
  readonly diagnostics: readonly string[];
}

export interface ReplayReport {
  /** instances, groups, services and servers whose state was told again */
  readonly objects: number;
}

/** What a reload would do. */
export interface PlanReport extends ReloadReport {
  /** what else the file changes: instances, scripts, checks, settings of the daemon */
  readonly changes: readonly PlanLine[];
  /** operations on the kernel's IPVS table, in order; null: there is none to plan against, or it cannot be read */
  readonly operations: readonly PlanLine[] | null;
  /** why there are none */
  readonly why: string | null;
}

export interface Problem {
  readonly error: string;
}

export type Route =
  | { readonly kind: 'get_status' }
  | { readonly kind: 'get_metrics' }
  | { readonly kind: 'reload' }
  /** `name` null: all */
  | { readonly kind: 'replay_notify'; readonly name: string | null }
  | { readonly kind: 'plan' }
  | { readonly kind: 'drain'; readonly order: DrainOrder }
  | { readonly kind: 'bad_request'; readonly why: string }
  | { readonly kind: 'method_not_allowed'; readonly allow: string }
  | { readonly kind: 'not_found' };

const ROUTES = [
  { method: 'GET', path: '/v1/status', kind: 'get_status' },
  { method: 'GET', path: '/metrics', kind: 'get_metrics' },
  { method: 'POST', path: '/v1/reload', kind: 'reload' },
  { method: 'POST', path: '/v1/notify/replay', kind: 'replay_notify' },
  { method: 'POST', path: '/v1/plan', kind: 'plan' },
  { method: 'POST', path: '/v1/drain', kind: 'drain' },
  { method: 'POST', path: '/v1/undrain', kind: 'undrain' },
] as const;

/** `target` is the request line's. HEAD is not offered. */
export function route(method: string, target: string): Route {
  const [path, query = ''] = target.split('?', 2);
  const row = ROUTES.find((candidate) => candidate.path === path);
  if (row === undefined) return { kind: 'not_found' };
  if (row.method !== method) return { kind: 'method_not_allowed', allow: row.method };
  const given = new URLSearchParams(query);
  switch (row.kind) {
    case 'replay_notify':
      return { kind: row.kind, name: given.get('name') };
    case 'drain':
    case 'undrain':
      return drainRoute(row.kind, given);
    default:
      return { kind: row.kind };
  }
}

function drainRoute(kind: DrainOrder['kind'], given: URLSearchParams): Route {
  const [virtualServer, realServer, limit] = ['service', 'server', 'limit'].map((name) => given.get(name));
  if (!virtualServer || !realServer) return { kind: 'bad_request', why: 'service and server are needed' };
  if (!limit) return { kind: 'drain', order: { kind, virtualServer, realServer, limit: null } };
  const whole = /^\d{1,6}$/.test(limit) ? Number(limit) : Number.NaN;
  return whole <= DRAIN_SECONDS_MAX
    ? { kind: 'drain', order: { kind, virtualServer, realServer, limit: seconds(whole) } }
    : { kind: 'bad_request', why: `limit is a number of seconds up to ${DRAIN_SECONDS_MAX}` };
}
