/** Looks at the directors' kernels 20 times a second and turns what differs into events: which of them
 *  holds the VIP, what its IPVS table holds. It reads /proc alone, so it costs the one CPU of the lab
 *  almost nothing. */
import { hasAddress } from './address.ts';
import { type Ms, now, until } from './clock.ts';
import type { Host } from './host.ts';
import { describeTable, readTable, type Table } from './ipvs-table.ts';
import type { Stopwatch } from './stopwatch.ts';

export type Sighting =
  | { readonly kind: 'vip_appeared' | 'vip_vanished'; readonly at: Ms; readonly host: string }
  | { readonly kind: 'table_changed'; readonly at: Ms; readonly host: string; readonly table: Table };

export interface Watch {
  readonly sightings: readonly Sighting[];
  readonly on: (listener: (sighting: Sighting) => void) => void;
  /** names of the directors that hold the VIP now */
  readonly holders: () => readonly string[];
  readonly table: (host: Host) => Table;
  /** resolves when `host`, and it alone, holds the VIP; with the time of the change */
  readonly soleHolder: (host: Host, withinMs: Ms) => Promise<Ms>;
  readonly tableWhere: (
    host: Host,
    what: string,
    withinMs: Ms,
    test: (table: Table) => boolean,
  ) => Promise<Ms>;
  /** the longest stretch in which more than one director held the VIP, seconds */
  readonly overlapMax: () => number;
  readonly close: () => void;
}

const SAMPLE_INTERVAL_MS = 50;

interface Sample {
  vip: boolean;
  table: Table;
  description: string;
  /** when vip, table took their present value */
  vipSince: Ms;
  tableSince: Ms;
}

export function watchDirectors(directors: readonly Host[], vip: string, stopwatch: Stopwatch): Watch {
  const samples = new Map(directors.map((host) => [host.name, emptySample()]));
  const sightings: Sighting[] = [];
  const listeners: ((sighting: Sighting) => void)[] = [];
  const sampleOf = ({ name }: Host): Sample => samples.get(name) ?? emptySample();
  const holders = () => [...samples].filter(([, sample]) => sample.vip).map(([name]) => name);
  let overlapMax = 0;
  let singleAt = now();

  const look = () => {
    for (const host of directors) {
      for (const sighting of compare(host, sampleOf(host), vip)) {
        sightings.push(sighting);
        for (const listener of listeners) listener(sighting);
      }
    }
    if (holders().length < 2) singleAt = now();
    else overlapMax = Math.max(overlapMax, stopwatch.seconds(singleAt, now()));
  };
  const timer = setInterval(look, SAMPLE_INTERVAL_MS);

  return {
    sightings,
    on: (listener) => void listeners.push(listener),
    holders,
    table: (host) => sampleOf(host).table,
    soleHolder: (host, withinMs) =>
      until(`the VIP on ${host.name} alone`, withinMs, () =>
        holders().join() === host.name ? sampleOf(host).vipSince : undefined,
      ),
    tableWhere: (host, what, withinMs, test) =>
      until(`the IPVS table of ${host.name}: ${what}`, withinMs, () =>
        test(sampleOf(host).table) ? sampleOf(host).tableSince : undefined,
      ),
    overlapMax: () => overlapMax,
    close: () => clearInterval(timer),
  };
}

const emptySample = (): Sample => ({ vip: false, table: [], description: '', vipSince: 0, tableSince: 0 });

/** Updates `sample` in place; what changed is returned. */
function compare(host: Host, sample: Sample, vip: string): readonly Sighting[] {
  const at = now();
  const found: Sighting[] = [];
  const hasVip = hasAddress(host, vip);
  if (hasVip !== sample.vip) {
    sample.vip = hasVip;
    sample.vipSince = at;
    found.push({ kind: hasVip ? 'vip_appeared' : 'vip_vanished', at, host: host.name });
  }
  sample.table = readTable(host);
  const description = describeTable(sample.table);
  if (description !== sample.description) {
    sample.description = description;
    sample.tableSince = at;
    found.push({ kind: 'table_changed', at, host: host.name, table: sample.table });
  }
  return found;
}
