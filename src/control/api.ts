/** The control API as types and routes; pure. HTTP over a unix socket, JSON bodies:
 *
 *      GET  /v1/status   DaemonStatus
 *      POST /v1/reload   ReloadReport; 200 accepted, 409 refused
 *      POST /v1/plan     PlanReport; 200, or 409 when the file would be refused
 *      POST /v1/drain?service=VS&server=RS[&limit=SECONDS]   DrainReport; 409 when there is no such server
 *      POST /v1/undrain?service=VS&server=RS                 DrainReport; 409 when it is not being drained
 *      POST /v1/notify/replay[?name=NAME]   ReplayReport; 404 when nothing has that name
 *      GET  /v1/why?name=NAME   WhyReport of an instance, or of the members of a sync group
 *      POST /v1/failover?name=NAME[&for=SECONDS]   OrderReport; step down, until undone or for so long
 *      POST /v1/prefer?name=NAME[&for=SECONDS]     OrderReport; take over, and stay
 *      POST /v1/undo?name=NAME                     OrderReport; the election decides alone again
 *      POST /v1/probe?name=NAME                    ProbeReport; who else answers ARP for the addresses?
 *      GET  /metrics     Prometheus text
 *
 *  404 when nothing has the name, 409 when an order or a probe is refused, 503 when the vrrp process does not answer.
 *
 *  Every refusal is a Problem. */
import type { Histogram } from '../base/histogram.ts';
import { seconds } from '../base/units.ts';
import { DRAIN_SECONDS_MAX, type DrainOrder } from '../checks/core/drain-order.ts';
import type { ChecksStatus } from '../checks/core/status.ts';
import { type Identity, identitySuffix } from '../daemon/core/identity.ts';
import type { ChildName } from '../daemon/ipc.ts';
import type { PlanLine } from '../ipvs/core/plan-text.ts';
import type { NotifyStatus } from '../notify/core/status.ts';
import type { OrderKind, OrderWish } from '../vrrp/core/orders.ts';
import type { VrrpInstanceStatus, VrrpStatus } from '../vrrp/core/status.ts';
import type { InstanceWhy } from '../vrrp/core/why.ts';

/** Where vipd answers; one with an `instance` or in a namespace of its own has a socket of its own beside it. */
export const SOCKET_DIRECTORY = '/run/vipd';
export const controlSocketPath = (identity: Identity): string =>
  `${SOCKET_DIRECTORY}/vipd${identitySuffix(identity)}.sock`;

export interface DaemonStatus {
  /** the parent's */
  readonly pid: number;
  readonly version: string;
  readonly uptimeMicros: number;
  readonly configFile: string;
  readonly configuration: ConfigurationState;
  readonly children: readonly ChildReport[];
  /** of the parent, and of the children that answer */
  readonly lateness: readonly ProcessLateness[];
  /** null: the process is not wanted or does not answer */
  readonly vrrp: VrrpStatus | null;
  readonly checks: ChecksStatus | null;
  readonly notify: NotifyStatus;
}

/** How much later than asked for a process was woken, since it started. */
export interface ProcessLateness {
  readonly process: string;
  readonly wakeUps: Histogram;
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

export interface WhyReport {
  readonly instances: readonly ({ readonly name: string } & InstanceWhy)[];
}

/** Of the instance of this name, or of the members of the sync group; null when there is none. */
export function whyReport({ instances, groups }: VrrpStatus, name: string): WhyReport | null {
  const members = groups.find((group) => group.name === name)?.members ?? [name];
  const named = instances.filter((instance: VrrpInstanceStatus) => members.includes(instance.name));
  return named.length === 0
    ? null
    : { instances: named.map((instance) => ({ name: instance.name, ...instance.why })) };
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
  | { readonly kind: 'why'; readonly name: string }
  | { readonly kind: 'order'; readonly name: string; readonly wish: OrderWish }
  | { readonly kind: 'probe'; readonly name: string }
  /** the resource exists, the question makes no sense */
  | { readonly kind: 'bad_request'; readonly error: string }
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
  { method: 'GET', path: '/v1/why', kind: 'why' },
  { method: 'POST', path: '/v1/failover', kind: 'step_down' },
  { method: 'POST', path: '/v1/prefer', kind: 'prefer' },
  { method: 'POST', path: '/v1/undo', kind: 'undo' },
  { method: 'POST', path: '/v1/probe', kind: 'probe' },
] as const;

/** A year: longer is what `until it is undone` is for. */
export const ORDER_SECONDS_MAX = 365 * 24 * 3600;

/** `target` is the request line's. HEAD is not offered. */
export function route(method: string, target: string): Route {
  const [path, query = ''] = target.split('?', 2);
  const row = ROUTES.find((candidate) => candidate.path === path);
  if (row === undefined) return { kind: 'not_found' };
  if (row.method !== method) return { kind: 'method_not_allowed', allow: row.method };
  const words = new URLSearchParams(query);
  const name = words.get('name');
  switch (row.kind) {
    case 'replay_notify':
      return { kind: row.kind, name };
    case 'why':
    case 'probe':
      return name === null ? NAMELESS : { kind: row.kind, name };
    case 'drain':
    case 'undrain':
      return drainRoute(row.kind, words);
    case 'undo':
      return name === null ? NAMELESS : { kind: 'order', name, wish: null };
    case 'step_down':
    case 'prefer':
      return name === null ? NAMELESS : orderRoute(name, row.kind, words.get('for'));
    default:
      return { kind: row.kind };
  }
}

function drainRoute(kind: DrainOrder['kind'], given: URLSearchParams): Route {
  const [virtualServer, realServer, limit] = ['service', 'server', 'limit'].map((name) => given.get(name));
  if (!virtualServer || !realServer) return { kind: 'bad_request', error: 'service and server are needed' };
  if (!limit) return { kind: 'drain', order: { kind, virtualServer, realServer, limit: null } };
  const whole = /^\d{1,6}$/.test(limit) ? Number(limit) : Number.NaN;
  return whole <= DRAIN_SECONDS_MAX
    ? { kind: 'drain', order: { kind, virtualServer, realServer, limit: seconds(whole) } }
    : { kind: 'bad_request', error: `limit is a number of seconds up to ${DRAIN_SECONDS_MAX}` };
}

const NAMELESS: Route = { kind: 'bad_request', error: 'name=NAME is missing' };

function orderRoute(name: string, kind: OrderKind, text: string | null): Route {
  if (text === null) return { kind: 'order', name, wish: { kind, lasts: null } };
  const lasts = /^\d{1,8}$/.test(text) ? Number(text) : 0;
  if (lasts < 1 || lasts > ORDER_SECONDS_MAX) {
    return {
      kind: 'bad_request',
      error: `for=${text} is no number of seconds from 1 to ${ORDER_SECONDS_MAX}`,
    };
  }
  return { kind: 'order', name, wish: { kind, lasts: seconds(lasts) } };
}
