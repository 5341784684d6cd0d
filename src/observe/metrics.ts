/** The metric table as Prometheus text, through prom-client. Each scrape fills a registry of its own from
 *  one status: nothing is kept between scrapes, so a removed instance leaves no stale series. */
import { Counter, Gauge, Registry } from 'prom-client';
import type { DaemonStatus } from '../control/api.ts';
import { addLateness } from './histogram-metrics.ts';
import { METRICS, type Metric } from './metric-table.ts';

export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

export function renderMetrics(status: DaemonStatus): Promise<string> {
  const registry = new Registry();
  for (const metric of METRICS) fill(registry, metric, status);
  addLateness(registry, status);
  return registry.metrics();
}

function fill(registry: Registry, metric: Metric, status: DaemonStatus): void {
  const { name, help, type } = metric;
  const samples = metric.read(status);
  // a metric without labels starts at 0, and 0 is not "unknown"
  if (samples.length === 0) return;
  const configuration = { name, help, labelNames: [...metric.labels], registers: [registry] };
  if (type === 'counter') {
    const counter = new Counter(configuration);
    for (const { labels, value } of samples) counter.inc(labels, value);
    return;
  }
  const gauge = new Gauge(configuration);
  for (const { labels, value } of samples) gauge.set(labels, value);
}
