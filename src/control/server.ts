/** The control socket: HTTP on a unix socket that only its owner may open. The parent process starts it
 *  once; what it answers comes from the parent's handlers, what it accepts is in api.ts. */
import { lstatSync, mkdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { Log } from '../base/log.ts';
import { exhaustive } from '../base/never.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import type { DrainOrder, DrainReport } from '../checks/core/drain-order.ts';
import { systemErrorOf } from '../observe/system-errors.ts';
import type { OrderReport, ProbeReport } from '../vrrp/core/operator-report.ts';
import type { OrderWish } from '../vrrp/core/orders.ts';
import type { VrrpStatus } from '../vrrp/core/status.ts';
import {
  type DaemonStatus,
  type PlanReport,
  type ReloadReport,
  type ReplayReport,
  route,
  whyReport,
} from './api.ts';
import {
  closeHttpServer,
  createHttpServer,
  HTTP_LIMITS,
  type HttpLimits,
  type HttpReply,
  jsonReply,
  listenHttp,
  problem,
} from './http.ts';
import { controlLog } from './log-events.ts';
import { metricsReply } from './prometheus.ts';

/** sun_path of linux/un.h without its NUL. Node cuts a longer one silently and listens elsewhere. */
const SOCKET_PATH_BYTES_MAX = 107;

export interface ControlHandlers {
  /** whole and consistent; a child that does not answer is null in it, not an error */
  status(): Promise<DaemonStatus>;
  /** resolves when the new configuration is in force or refused */
  reload(): Promise<ReloadReport>;
  /** has present states notified again */
  tellAgain(name: string | null): Promise<ReplayReport>;
  /** resolves when the order is carried out or refused, not when the server is drained */
  drain(order: DrainOrder): Promise<DrainReport>;
  /** reads the file as `reload` does, and changes nothing */
  plan(): Promise<PlanReport>;
  /** null when the vrrp process does not answer, here and below */
  order(name: string, wish: OrderWish): Promise<OrderReport | null>;
  probe(name: string): Promise<ProbeReport | null>;
}

export interface ControlServerOptions {
  readonly socketPath: string;
  readonly handlers: ControlHandlers;
  readonly log: Log;
  readonly limits?: HttpLimits;
}

export interface Listener {
  /** Removes the socket file; open requests are cut. */
  close(): Promise<void>;
}

/** Errors: EADDRINUSE when another daemon answers on the path, ENOTSOCK when something else lies there,
 *  else what the operating system says. */
export async function startControlServer(
  options: ControlServerOptions,
): Promise<Result<Listener, SystemError>> {
  const { socketPath, handlers, log } = options;
  const attempted = `listen on ${socketPath}`;
  const onFailure = (reason: string) => log(controlLog.requestFailed({ where: socketPath, reason }));
  const server = createHttpServer(
    (method, target) => reply(handlers, method, target),
    onFailure,
    options.limits ?? HTTP_LIMITS,
  );
  try {
    mkdirSync(dirname(socketPath), { recursive: true, mode: 0o755 });
    const taken = await clearPath(socketPath, log);
    if (taken !== null) return err({ attempted, ...taken });
    await listenPrivately(server, socketPath, onFailure);
  } catch (cause) {
    return err(systemErrorOf(cause, attempted));
  }
  log(controlLog.listening({ where: socketPath }));
  return ok({ close: () => closeHttpServer(server) });
}

async function reply(handlers: ControlHandlers, method: string, target: string): Promise<HttpReply> {
  const wanted = route(method, target);
  switch (wanted.kind) {
    case 'get_status':
      return jsonReply(200, await handlers.status());
    case 'get_metrics':
      return metricsReply(await handlers.status());
    case 'reload': {
      const report = await handlers.reload();
      return jsonReply(report.accepted ? 200 : 409, report);
    }
    case 'replay_notify': {
      const report = await handlers.tellAgain(wanted.name);
      return jsonReply(wanted.name !== null && report.objects === 0 ? 404 : 200, report);
    }
    case 'plan': {
      const report = await handlers.plan();
      return jsonReply(report.accepted ? 200 : 409, report);
    }
    case 'drain': {
      const report = await handlers.drain(wanted.order);
      return jsonReply(report.accepted ? 200 : 409, report);
    }
    case 'why':
      return whyReply((await handlers.status()).vrrp, wanted.name);
    case 'order':
      return operatorReply(await handlers.order(wanted.name, wanted.wish));
    case 'probe':
      return operatorReply(await handlers.probe(wanted.name));
    case 'bad_request':
      return problem(400, wanted.error);
    case 'method_not_allowed':
      return { ...problem(405, `only ${wanted.allow} is possible here`), headers: { allow: wanted.allow } };
    case 'not_found':
      return problem(404, `no such resource: ${target}`);
    default:
      return exhaustive(wanted);
  }
}

const NO_VRRP = 'the vrrp process does not run or does not answer';

function whyReply(vrrp: VrrpStatus | null, name: string): HttpReply {
  if (vrrp === null) return problem(503, NO_VRRP);
  const report = whyReport(vrrp, name);
  return report === null
    ? problem(404, `no instance or sync group has the name ${name}`)
    : jsonReply(200, report);
}

function operatorReply(report: OrderReport | ProbeReport | null): HttpReply {
  if (report === null) return problem(503, NO_VRRP);
  return report.refused === null ? jsonReply(200, report) : problem(409, report.refused);
}

/** Makes room for our socket: removes one that nobody serves, refuses everything else. Null: the path is
 *  free. */
async function clearPath(path: string, log: Log): Promise<Pick<SystemError, 'code' | 'detail'> | null> {
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES_MAX) {
    return { code: 'ENAMETOOLONG', detail: `a socket's path has at most ${SOCKET_PATH_BYTES_MAX} bytes` };
  }
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (entry === undefined) return null;
  if (!entry.isSocket()) return { code: 'ENOTSOCK', detail: 'the path exists and is not a socket' };
  if (await somebodyAnswers(path)) return { code: 'EADDRINUSE', detail: 'another vipd answers there' };
  rmSync(path, { force: true });
  log(controlLog.staleSocketRemoved({ path }));
  return null;
}

/** A refused connection is the one sign that the socket's owner is gone; any other failure counts as an
 *  owner. */
function somebodyAnswers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      resolve(cause.code !== 'ECONNREFUSED' && cause.code !== 'ENOENT');
    });
  });
}

/** The file must never be open to others, so its mode is right from the bind on, which happens within the
 *  call. */
function listenPrivately(server: Server, path: string, onFailure: (reason: string) => void): Promise<void> {
  const umask = process.umask(0o177);
  try {
    return listenHttp(server, { path }, onFailure);
  } finally {
    process.umask(umask);
  }
}
