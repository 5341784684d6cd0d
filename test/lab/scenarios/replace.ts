/** keepalived runs a seed's configuration on both directors; it is stopped on one after the other, and the
 *  daemon under test is started with the same flags and the same file. */
import { createHash } from 'node:crypto';
import type { Request } from '../harness/answers.ts';
import { startClient } from '../harness/client.ts';
import { now, pause } from '../harness/clock.ts';
import { daemonUnderTest, startDaemon } from '../harness/daemon.ts';
import { ACCOUNT, installDatabases } from '../harness/database.ts';
import { saveTable, serversOf } from '../harness/ipvs-table.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { type Director, FIRST, mysqlConfig, SECOND, webConfig } from '../harness/seed-config.ts';
import { longestOutage, PATIENCE_MS } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';
import { webServer } from '../harness/web-server.ts';

interface ReplaceSteps {
  /** the first director's table under keepalived */
  readonly before: { readonly table: readonly string[] };
  readonly after: {
    readonly table: readonly string[];
    readonly holders: readonly string[];
    /** the client's longest while both directors changed hands, seconds */
    readonly outage: number;
    /** requests answered in the last second */
    readonly answered: number;
  };
}

export interface ReplaceScenarios {
  readonly web: ReplaceSteps;
  readonly mysql: ReplaceSteps;
}

const PAGE = '<html>one</html>\n';
const DIGEST = createHash('md5').update(PAGE).digest('hex');

playScenarios<ReplaceScenarios>({ web: playWeb, mysql: playMysql });

async function playWeb(stage: Stage, note: Note<ReplaceSteps>): Promise<void> {
  for (const host of [stage.rs01, stage.rs02]) await webServer(host, PAGE).start();
  const config = (director: Director) => webConfig(director, { rs01: DIGEST, rs02: DIGEST });
  await playReplacement(stage, note, config, { kind: 'http', address: VIP, port: 80, path: '/' });
}

async function playMysql(stage: Stage, note: Note<ReplaceSteps>): Promise<void> {
  for (const server of await installDatabases([stage.rs01, stage.rs02])) await server.start();
  await playReplacement(stage, note, mysqlConfig, { kind: 'mysql', address: VIP, port: 3306, ...ACCOUNT });
}

async function playReplacement(
  stage: Stage,
  note: Note<ReplaceSteps>,
  config: (director: Director) => string,
  request: Request,
): Promise<void> {
  const { lvs01, lvs02, watch } = stage;
  const first = stage.follow(startDaemon('keepalived', lvs01, config(FIRST)));
  await first.line(/Entering BACKUP STATE/, PATIENCE_MS); // so that its time is up first
  const second = stage.follow(startDaemon('keepalived', lvs02, config(SECOND)));
  await watch.soleHolder(lvs01, PATIENCE_MS);
  note('before', { table: await saveTable(lvs01) });
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
  await watch.tableWhere(lvs02, 'two servers', PATIENCE_MS, (table) => serversOf(table).length === 2);
  await pause(4500); // 3 × advert_int and more: a successor that did not hear the other would be a second master now
  note('after', {
    table: await saveTable(lvs01),
    holders: watch.holders(),
    outage: longestOutage(stage, client, startedAt),
    answered: client.since(now() - 1000).filter(({ who }) => who !== null).length,
  });
}
