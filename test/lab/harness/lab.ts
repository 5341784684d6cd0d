/** The opened lab: its hosts, the watch over its directors, and its stopwatch. */
import { openStopwatch, type Stopwatch } from './stopwatch.ts';
import { openTopology, type Topology, VIP } from './topology.ts';
import { type Watch, watchDirectors } from './watch.ts';

export interface Lab extends Topology {
  readonly watch: Watch;
  readonly stopwatch: Stopwatch;
}

/** Whoever opens it closes it; a signal that ends this process closes it too. */
export async function openLab(): Promise<Lab> {
  const topology = await openTopology();
  const stopwatch = openStopwatch();
  const watch = watchDirectors([topology.lvs01, topology.lvs02], VIP, stopwatch);
  const close = () => {
    stopwatch.close();
    watch.close();
    topology.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      close();
      process.exit(130);
    });
  }
  return { ...topology, watch, stopwatch, close };
}
