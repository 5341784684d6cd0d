/** Log lines of the control room. */
import { catalogue, row } from '../base/log.ts';

export const controlLog = catalogue({
  listening: row(
    'control_listening',
    'info',
    (f: { where: string }) => `Control socket listening on ${f.where}`,
  ),
  metricsListening: row(
    'metrics_listening',
    'info',
    (f: { where: string }) => `Prometheus endpoint listening on ${f.where}`,
  ),
  staleSocketRemoved: row(
    'control_stale_socket',
    'notice',
    (f: { path: string }) => `Removed ${f.path}, left behind by a daemon that is gone`,
  ),
  requestFailed: row(
    'control_request_failed',
    'warning',
    (f: { where: string; reason: string }) => `Request on ${f.where} failed: ${f.reason}`,
  ),
});
