/** `GET /metrics` for Prometheus: on a TCP port of its own when the configuration names one, and on the
 *  control socket. prom-client is loaded with the first scrape, so a daemon that nobody scrapes does not
 *  carry it. */
import type { AddressInfo } from 'node:net';
import type { IpAddress } from '../base/ip.ts';
import type { Log } from '../base/log.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import type { Port } from '../base/units.ts';
import { systemErrorOf } from '../observe/system-errors.ts';
import { type DaemonStatus, route } from './api.ts';
import {
  closeHttpServer,
  createHttpServer,
  HTTP_LIMITS,
  type HttpReply,
  listenHttp,
  problem,
} from './http.ts';
import { controlLog } from './log-events.ts';

export interface PrometheusOptions {
  readonly address: IpAddress;
  /** 0: any free port */
  readonly port: Port;
  readonly status: () => Promise<DaemonStatus>;
  readonly log: Log;
}

export interface PrometheusEndpoint {
  readonly port: number;
  close(): Promise<void>;
}

export async function metricsReply(status: DaemonStatus): Promise<HttpReply> {
  const { METRICS_CONTENT_TYPE, renderMetrics } = await import('../observe/metrics.ts');
  return { status: 200, type: METRICS_CONTENT_TYPE, body: await renderMetrics(status) };
}

export async function startPrometheus(
  options: PrometheusOptions,
): Promise<Result<PrometheusEndpoint, SystemError>> {
  const { address, log } = options;
  const where = `${address.includes(':') ? `[${address}]` : address}:${options.port}`;
  const onFailure = (reason: string) => log(controlLog.requestFailed({ where, reason }));
  const server = createHttpServer((method, target) => reply(options, method, target), onFailure, HTTP_LIMITS);
  try {
    await listenHttp(server, { host: address, port: options.port }, onFailure);
  } catch (cause) {
    return err(systemErrorOf(cause, `listen on ${where}`));
  }
  log(controlLog.metricsListening({ where }));
  return ok({ port: (server.address() as AddressInfo).port, close: () => closeHttpServer(server) });
}

/** Nothing but the metrics is served here: the port is open to the network, the control API is not. */
async function reply({ status }: PrometheusOptions, method: string, target: string): Promise<HttpReply> {
  const { kind } = route(method, target);
  return kind === 'get_metrics'
    ? metricsReply(await status())
    : problem(404, 'only GET /metrics is served here');
}
