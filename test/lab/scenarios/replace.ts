/** keepalived runs a seed's configuration on both directors; it is stopped on one after the other, and the daemon under test is started
 *  with the same flags and the same file. */
import { createHash } from 'node:crypto';
import type { Request } from '../harness/answers.ts';
import { startClient } from '../harness/client.ts';
import { now, pause } from '../harness/clock.ts';
import { daemonUnderTest, startDaemon } from '../harness/daemon.ts';
import { ACCOUNT, installDatabases } from '../harness/database.ts';
import { saveTable } from '../harness/ipvs-table.ts';
import { playScenarios, type Stage } from '../harness/scenario.ts';
import { type Director, FIRST, mysqlConfig, SECOND, webConfig } from '../harness/seed-config.ts';
import { longestOutage, PATIENCE_MS } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';
import { webServer } from '../harness/web-server.ts';

export interface Replacement {
  /** the first director's table under keepalived, and under its successor */
  readonly tables: { readonly before: readonly string[]; readonly after: readonly string[] };
  readonly holders: readonly string[];
  /** the client's longest outage while both directors changed hands, seconds */
  readonly outage: number;
  readonly answeredAtEnd: boolean;
}

export interface ReplaceScenarios {
  readonly web: Replacement;
  readonly mysql: Replacement;
}

const PAGE = '<html>one</html>\n';
const DIGEST = createHash('md5').update(PAGE).digest('hex');

playScenarios({ web: playWeb, mysql: playMysql });

async function playWeb(stage: Stage): Promise<Replacement> {
  for (const host of [stage.rs01, stage.rs02]) await webServer(host, PAGE).start();
  const config = (director: Director) => webConfig(director, { rs01: DIGEST, rs02: DIGEST });
  return playReplacement(stage, config, { kind: 'http', address: VIP, port: 80, path: '/' });
}

async function playMysql(stage: Stage): Promise<Replacement> {
  for (const server of await installDatabases([stage.rs01, stage.rs02])) await server.start();
  return playReplacement(stage, mysqlConfig, { kind: 'mysql', address: VIP, port: 3306, ...ACCOUNT });
}

async function playReplacement(
  stage: Stage,
  config: (director: Director) => string,
  request: Request,
): Promise<Replacement> {
  const { lvs01, lvs02, watch } = stage;
  const first = stage.follow(startDaemon('keepalived', lvs01, config(FIRST)));
  await first.line(/Entering BACKUP STATE/, PATIENCE_MS); // so that its time is up first
  const second = stage.follow(startDaemon('keepalived', lvs02, config(SECOND)));
  await watch.soleHolder(lvs01, PATIENCE_MS);
  const before = await saveTable(lvs01);
  const client = startClient(stage.client, request, { intervalMs: 50 });
  await client.answered(PATIENCE_MS);
  const startedAt = now();

  const successor = daemonUnderTest();
  await first.stop();
  await watch.soleHolder(lvs02, PATIENCE_MS);
  stage.follow(startDaemon(successor, lvs01, config(FIRST)));
  await watch.soleHolder(lvs01, PATIENCE_MS);
  await second.stop();
  stage.follow(startDaemon(successor, lvs02, config(SECOND)));
  await watch.tableWhere(lvs02, 'two servers', PATIENCE_MS, ([service]) => service?.servers.length === 2);
  await pause(4500); // 3 × advert_int and more: a successor that did not hear the other would be a second master now
  return {
    tables: { before, after: await saveTable(lvs01) },
    holders: watch.holders(),
    outage: longestOutage(stage, client, startedAt),
    answeredAtEnd: client.since(now() - 1000).some(({ who }) => who !== null),
  };
}
