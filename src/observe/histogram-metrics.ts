/** Histograms for Prometheus. The processes count (base/histogram.ts), prom-client only prints: its own histogram can be
 *  observed, not filled, and a scrape knows nothing of what came before it. */
import { Histogram as PromHistogram, type Registry } from 'prom-client';
import { HISTOGRAM_BOUNDS } from '../base/histogram.ts';
import { toSeconds } from '../base/units.ts';
import type { DaemonStatus, ProcessLateness } from '../control/api.ts';

const NAME = 'vipd_wakeup_lateness_seconds';

/** How late each process was woken, measured where the alarm rings. */
export function addLateness(registry: Registry, { lateness }: DaemonStatus): void {
  if (lateness.length === 0) return;
  const help = 'How much later than it had asked for the process was woken';
  const metric = new PromHistogram({ name: NAME, help, labelNames: ['process'], registers: [registry] });
  const values = lateness.flatMap(samplesOf);
  const read = async () => ({ name: NAME, help, type: 'histogram', values, aggregator: 'sum' });
  Object.assign(metric, { get: read, getForPromString: read });
}

/** Buckets hold everything up to their bound, as Prometheus wants them. */
function samplesOf({ process, wakeUps: { counts, sum } }: ProcessLateness) {
  let total = 0;
  const buckets = counts.map((count, i) => {
    total += count;
    const bound = HISTOGRAM_BOUNDS[i];
    const le = bound === undefined ? '+Inf' : String(toSeconds(bound));
    return { metricName: `${NAME}_bucket`, labels: { le, process }, value: total };
  });
  return [
    ...buckets,
    { metricName: `${NAME}_sum`, labels: { process }, value: toSeconds(sum) },
    { metricName: `${NAME}_count`, labels: { process }, value: total },
  ];
}
