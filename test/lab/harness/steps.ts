/** What several plays do or ask: the numbers they report, and how they bring a pair of directors up. */

import type { Client } from './client.ts';
import { type Ms, now } from './clock.ts';
import { type Daemon, type DaemonKind, startDaemon } from './daemon.ts';
import type { Host } from './host.ts';
import { type Table, weightOf } from './ipvs-table.ts';
import type { Lab } from './lab.ts';
import { type QuickService, quickConfig } from './quick-config.ts';
import { FIRST, SECOND } from './seed-config.ts';

/** How long a play waits for what must come: well above every promise, so that a late answer is told from
 *  none. */
export const PATIENCE_MS: Ms = 30_000;

/** The client's longest outage since `from`, in seconds as the lab lived them; 0 when there was none. */
export const longestOutage = ({ stopwatch }: Lab, client: Client, from: Ms): number =>
  Math.max(0, ...client.outages(from).map((outage) => stopwatch.seconds(outage.from, outage.to)));

/** Resolves with the time at which the real server left the director's table. */
export const removed = ({ watch }: Lab, director: Host, server: Host): Promise<Ms> =>
  watch.tableWhere(
    director,
    `${server.name} is out`,
    PATIENCE_MS,
    (table) => weightOf(table, server.address) === undefined,
  );

export const returned = ({ watch }: Lab, director: Host, server: Host): Promise<Ms> =>
  watch.tableWhere(
    director,
    `${server.name} is in`,
    PATIENCE_MS,
    (table) => weightOf(table, server.address) !== undefined,
  );

/** A director that was cut off may have lost its servers: resolves when all are back in its table. */
export async function allReturned(lab: Lab, director: Host): Promise<void> {
  for (const server of [lab.rs01, lab.rs02]) await returned(lab, director, server);
}

/** Both directors with the same services, `kinds` on lvs01 and lvs02; resolves when lvs01 holds the VIP. */
export async function startPair(
  lab: Lab & { readonly follow: (daemon: Daemon) => Daemon },
  kinds: readonly [DaemonKind, DaemonKind],
  services: readonly QuickService[],
): Promise<readonly [Daemon, Daemon]> {
  const first = lab.follow(startDaemon(kinds[0], lab.lvs01, quickConfig(FIRST, services)));
  await first.line(/Entering BACKUP STATE/, PATIENCE_MS); // so that its time is up first
  const second = lab.follow(startDaemon(kinds[1], lab.lvs02, quickConfig(SECOND, services)));
  await lab.watch.soleHolder(lab.lvs01, PATIENCE_MS);
  return [first, second];
}

/** Both real servers behind port 80, the first with weight 1, the second with 2. */
export const bothServers = (
  { rs01, rs02 }: Lab,
  method: QuickService['method'] = 'DR',
  port = 80,
): QuickService => ({
  port,
  method,
  servers: [
    { address: rs01.address, weight: 1 },
    { address: rs02.address, weight: 2 },
  ],
});

/** Seconds from the end of the deed, which may take its time in the lab, to the change of the table. */
export interface InAndOut {
  readonly removed: number;
  readonly returned: number;
}

/** Whatever `out` does takes the host out of the service on lvs01, `back` brings it back. */
export async function inAndOut(
  { watch, lvs01, stopwatch }: Lab,
  name: string,
  host: Host,
  out: () => unknown,
  back: () => unknown,
): Promise<InAndOut> {
  const isIn = (table: Table) => weightIn(table, name, host) !== null;
  // an earlier deed may have taken it out too
  await watch.tableWhere(lvs01, `${host.name} in ${name}`, PATIENCE_MS, isIn);
  await out();
  const outAt = now();
  const removedAt = await watch.tableWhere(
    lvs01,
    `${host.name} out of ${name}`,
    PATIENCE_MS,
    (table) => !isIn(table),
  );
  await back();
  const backAt = now();
  const returnedAt = await watch.tableWhere(lvs01, `${host.name} back in ${name}`, PATIENCE_MS, isIn);
  const since = (from: Ms, to: Ms): number => (to <= from ? 0 : stopwatch.seconds(from, to));
  return { removed: since(outAt, removedAt), returned: since(backAt, returnedAt) };
}

export const serversOf = (table: Table, name: string) =>
  table.find((service) => service.name === name)?.servers ?? [];

/** null = it is not in the table */
export const weightIn = (table: Table, name: string, host: Host): number | null =>
  serversOf(table, name).find(({ address }) => address.startsWith(`${host.address}:`))?.weight ?? null;
