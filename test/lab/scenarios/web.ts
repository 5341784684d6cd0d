/** The seed's web pair through a day: start, loss and return of the first director, of a web server, of a
 *  page's text, and the stop. */
import { createHash } from 'node:crypto';
import { type Client, startClient } from '../harness/client.ts';
import { now, pause } from '../harness/clock.ts';
import { type Daemon, daemonUnderTest, startDaemon } from '../harness/daemon.ts';
import { saveTable, serversOf } from '../harness/ipvs-table.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { FIRST, SECOND, webConfig } from '../harness/seed-config.ts';
import { allReturned, longestOutage, PATIENCE_MS, removed, returned } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';
import { type WebServer, webServer } from '../harness/web-server.ts';

/** Times are seconds. */
interface WebSteps {
  readonly started: {
    readonly tables: readonly (readonly string[])[];
    readonly answeredBy: readonly string[];
  };
  readonly cut: { readonly outage: number; readonly holders: readonly string[] };
  readonly restored: { readonly preempted: number; readonly outage: number };
  readonly webServerDied: {
    readonly removed: number;
    readonly outage: number;
    readonly answeredBy: readonly string[];
  };
  readonly webServerBack: { readonly returned: number };
  readonly pageChanged: {
    readonly removed: number;
    readonly failures: number;
    readonly left: readonly string[];
  };
  readonly pageRestored: { readonly returned: number };
  readonly firstStopped: { readonly outage: number };
  readonly bothStopped: {
    readonly statuses: readonly (number | string)[];
    readonly holders: readonly string[];
    readonly servicesLeft: number;
  };
}

export interface WebScenarios {
  readonly web: WebSteps;
}

const PAGES = { rs01: '<html>one</html>\n', rs02: '<html>two</html>\n' };
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

playScenarios<WebScenarios>({ web: playWeb });

async function playWeb(stage: Stage, note: Note<WebSteps>): Promise<void> {
  const { lvs01, lvs02, rs01, rs02, watch } = stage;
  const servers = { rs01: webServer(rs01, PAGES.rs01), rs02: webServer(rs02, PAGES.rs02) };
  for (const server of Object.values(servers)) await server.start();
  const digests = { rs01: md5(PAGES.rs01), rs02: md5(PAGES.rs02) };
  const kind = daemonUnderTest();
  const first = stage.follow(startDaemon(kind, lvs01, webConfig(FIRST, digests)));
  await first.line(/Entering BACKUP STATE/, PATIENCE_MS); // so that its time is up first
  const second = stage.follow(startDaemon(kind, lvs02, webConfig(SECOND, digests)));
  await watch.soleHolder(lvs01, PATIENCE_MS);
  const client = startClient(stage.client, { kind: 'http', address: VIP, port: 80, path: '/' });
  await client.answered(PATIENCE_MS);
  await watch.tableWhere(lvs02, 'both servers', PATIENCE_MS, (table) => serversOf(table).length === 2);
  const tables = await Promise.all([saveTable(lvs01), saveTable(lvs02)]);
  await pause(1000);
  note('started', { tables, answeredBy: Object.keys(client.shares(0)) });
  await playDirectors(stage, note, client);
  await playWebServer(stage, note, client, servers.rs02);
  await playPage(stage, note, client, servers.rs01);
  await playStop(stage, note, client, [first, second]);
}

async function playDirectors(stage: Stage, note: Note<WebSteps>, client: Client): Promise<void> {
  const { lvs01, lvs02, watch, stopwatch } = stage;
  const cutAt = now();
  await stage.cut(lvs01);
  const takenAt = await watch.soleHolder(lvs02, PATIENCE_MS);
  await client.answered(PATIENCE_MS, takenAt);
  note('cut', { outage: longestOutage(stage, client, cutAt), holders: watch.holders() });

  await stage.restore(lvs01);
  const restoredAt = now();
  const preemptedAt = await watch.soleHolder(lvs01, PATIENCE_MS);
  await client.answered(PATIENCE_MS, preemptedAt);
  await pause(500);
  const preempted = stopwatch.seconds(restoredAt, preemptedAt);
  note('restored', { preempted, outage: longestOutage(stage, client, restoredAt) });
}

async function playWebServer(
  stage: Stage,
  note: Note<WebSteps>,
  client: Client,
  server: WebServer,
): Promise<void> {
  await allReturned(stage, stage.lvs01);
  const diedAt = now();
  await server.stop();
  const removedAt = await removed(stage, stage.lvs01, server.host);
  await client.answered(PATIENCE_MS, removedAt);
  await pause(1000);
  note('webServerDied', {
    removed: stage.stopwatch.seconds(diedAt, removedAt),
    outage: longestOutage(stage, client, diedAt),
    answeredBy: Object.keys(client.shares(removedAt + 500)),
  });

  await server.start();
  const aliveAt = now();
  const returnedAt = await returned(stage, stage.lvs01, server.host);
  note('webServerBack', { returned: stage.stopwatch.seconds(aliveAt, returnedAt) });
}

async function playPage(
  stage: Stage,
  note: Note<WebSteps>,
  client: Client,
  server: WebServer,
): Promise<void> {
  const changedAt = now();
  server.setPage('<html>defaced</html>\n');
  const removedAt = await removed(stage, stage.lvs01, server.host);
  const left = serversOf(stage.watch.table(stage.lvs01)).map(({ address }) => address);
  await client.answered(PATIENCE_MS, removedAt);
  const removedAfter = stage.stopwatch.seconds(changedAt, removedAt);
  note('pageChanged', { removed: removedAfter, failures: client.failures(changedAt).length, left });

  const restoredAt = now();
  server.setPage(PAGES.rs01);
  const returnedAt = await returned(stage, stage.lvs01, server.host);
  note('pageRestored', { returned: stage.stopwatch.seconds(restoredAt, returnedAt) });
}

async function playStop(
  stage: Stage,
  note: Note<WebSteps>,
  client: Client,
  [first, second]: readonly [Daemon, Daemon],
): Promise<void> {
  const { watch, lvs01, lvs02 } = stage;
  const stoppedAt = now();
  const firstEnd = first.stop();
  const takenAt = await watch.soleHolder(lvs02, PATIENCE_MS);
  await client.answered(PATIENCE_MS, takenAt);
  note('firstStopped', { outage: longestOutage(stage, client, stoppedAt) });

  const statuses = [await firstEnd, await second.stop()];
  await pause(200); // a few looks of the watch
  const servicesLeft = watch.table(lvs01).length + watch.table(lvs02).length;
  note('bothStopped', { statuses, holders: watch.holders(), servicesLeft });
}
