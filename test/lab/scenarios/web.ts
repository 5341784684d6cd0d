/** The seed's web pair through a day: start, loss and return of the first director, of a web server, of a page's text, and the stop. */
import { createHash } from 'node:crypto';
import { type Client, startClient } from '../harness/client.ts';
import { now, pause } from '../harness/clock.ts';
import { daemonUnderTest, startDaemon } from '../harness/daemon.ts';
import { saveTable, serversOf } from '../harness/ipvs-table.ts';
import { playScenarios, type Stage } from '../harness/scenario.ts';
import { FIRST, SECOND, webConfig } from '../harness/seed-config.ts';
import { longestOutage, PATIENCE_MS, removed, returned } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';
import { type WebServer, webServer } from '../harness/web-server.ts';

export interface WebScenarios {
  readonly web: {
    readonly start: {
      readonly tables: readonly (readonly string[])[];
      readonly answered: Readonly<Record<string, number>>;
    };
    readonly cut: { readonly outage: number; readonly holders: readonly string[] };
    readonly restored: { readonly preempted: number; readonly outage: number };
    readonly webServerDied: {
      readonly removed: number;
      readonly outage: number;
      readonly answeredAfter: readonly string[];
    };
    readonly webServerBack: { readonly returned: number };
    readonly pageChanged: {
      readonly removed: number;
      readonly failures: number;
      readonly left: readonly string[];
    };
    readonly pageRestored: { readonly returned: number };
    readonly stopped: {
      readonly statuses: readonly (number | string)[];
      readonly holders: readonly string[];
      readonly servicesLeft: number;
      readonly outage: number;
    };
  };
}

const PAGES = { rs01: '<html>one</html>\n', rs02: '<html>two</html>\n' };
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

playScenarios({ web: playWeb });

async function playWeb(stage: Stage): Promise<WebScenarios['web']> {
  const { lvs01, lvs02, rs01, rs02, watch } = stage;
  const servers: readonly [WebServer, WebServer] = [webServer(rs01, PAGES.rs01), webServer(rs02, PAGES.rs02)];
  for (const server of servers) await server.start();
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
  return {
    start: { tables, answered: client.shares(0) },
    ...(await playDirectors(stage, client)),
    ...(await playWebServer(stage, client, servers[1])),
    ...(await playPage(stage, client, servers[0])),
    stopped: await playStop(stage, client, [first, second]),
  };
}

async function playDirectors(
  stage: Stage,
  client: Client,
): Promise<Pick<WebScenarios['web'], 'cut' | 'restored'>> {
  const { lvs01, lvs02, watch } = stage;
  const cutAt = now();
  await stage.cut(lvs01);
  const takenAt = await watch.soleHolder(lvs02, PATIENCE_MS);
  await client.answered(PATIENCE_MS, takenAt);
  const cut = { outage: longestOutage(stage, client, cutAt), holders: watch.holders() };

  await stage.restore(lvs01);
  const restoredAt = now();
  const preemptedAt = await watch.soleHolder(lvs01, PATIENCE_MS);
  await client.answered(PATIENCE_MS, preemptedAt);
  await pause(500);
  return {
    cut,
    restored: {
      preempted: stage.stopwatch.seconds(restoredAt, preemptedAt),
      outage: longestOutage(stage, client, restoredAt),
    },
  };
}

async function playWebServer(
  stage: Stage,
  client: Client,
  server: WebServer,
): Promise<Pick<WebScenarios['web'], 'webServerDied' | 'webServerBack'>> {
  const diedAt = now();
  await server.stop();
  const removedAt = await removed(stage, stage.lvs01, server.host);
  await client.answered(PATIENCE_MS, removedAt);
  await pause(1000);
  const webServerDied = {
    removed: stage.stopwatch.seconds(diedAt, removedAt),
    outage: longestOutage(stage, client, diedAt),
    answeredAfter: Object.keys(client.shares(removedAt + 500)),
  };
  await server.start();
  const aliveAt = now();
  return {
    webServerDied,
    webServerBack: {
      returned: stage.stopwatch.seconds(aliveAt, await returned(stage, stage.lvs01, server.host)),
    },
  };
}

async function playPage(
  stage: Stage,
  client: Client,
  server: WebServer,
): Promise<Pick<WebScenarios['web'], 'pageChanged' | 'pageRestored'>> {
  const changedAt = now();
  server.setPage('<html>defaced</html>\n');
  const removedAt = await removed(stage, stage.lvs01, server.host);
  const left = serversOf(stage.watch.table(stage.lvs01)).map(({ address }) => address);
  await client.answered(PATIENCE_MS, removedAt);
  const pageChanged = {
    removed: stage.stopwatch.seconds(changedAt, removedAt),
    failures: client.failures(changedAt).length,
    left,
  };
  const restoredAt = now();
  server.setPage(PAGES.rs01);
  return {
    pageChanged,
    pageRestored: {
      returned: stage.stopwatch.seconds(restoredAt, await returned(stage, stage.lvs01, server.host)),
    },
  };
}

async function playStop(
  stage: Stage,
  client: Client,
  [first, second]: readonly [ReturnType<typeof startDaemon>, ReturnType<typeof startDaemon>],
): Promise<WebScenarios['web']['stopped']> {
  const { watch, lvs01, lvs02 } = stage;
  const stoppedAt = now();
  const firstEnd = first.stop();
  const takenAt = await watch.soleHolder(lvs02, PATIENCE_MS);
  await client.answered(PATIENCE_MS, takenAt);
  const outage = longestOutage(stage, client, stoppedAt);
  const statuses = [await firstEnd, await second.stop()];
  await pause(200); // two looks of the watch
  const servicesLeft = watch.table(lvs01).length + watch.table(lvs02).length;
  return { statuses, holders: watch.holders(), servicesLeft, outage };
}
