/** The seed's MySQL pair on real databases: a client logs in through the VIP while one of them stops and returns. */

import { startClient } from '../harness/client.ts';
import { now, pause } from '../harness/clock.ts';
import { daemonUnderTest, startDaemon } from '../harness/daemon.ts';
import { ACCOUNT, installDatabases } from '../harness/database.ts';
import { saveTable } from '../harness/ipvs-table.ts';
import { playScenarios, type Stage } from '../harness/scenario.ts';
import { FIRST, mysqlConfig, SECOND } from '../harness/seed-config.ts';
import { PATIENCE_MS, removed, returned } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';

export interface MysqlScenarios {
  readonly mysql: {
    readonly table: readonly string[];
    /** what the real client prints */
    readonly databases: string;
    readonly answered: readonly string[];
    readonly stopped: {
      readonly removed: number;
      readonly answeredAfter: readonly string[];
      readonly failedAfter: number;
    };
    readonly back: { readonly returned: number };
  };
}

playScenarios({ mysql: playMysql });

async function playMysql(stage: Stage): Promise<MysqlScenarios['mysql']> {
  const { lvs01, lvs02, rs01, rs02, watch } = stage;
  const databases = await installDatabases([rs01, rs02]);
  for (const database of databases) await database.start();
  const kind = daemonUnderTest();
  const first = stage.follow(startDaemon(kind, lvs01, mysqlConfig(FIRST)));
  await first.line(/Entering BACKUP STATE/, PATIENCE_MS); // so that its time is up first
  stage.follow(startDaemon(kind, lvs02, mysqlConfig(SECOND)));
  await watch.soleHolder(lvs01, PATIENCE_MS);
  const table = await saveTable(lvs01);
  const shown = await stage.client.run([
    ...['mariadb', '--no-defaults', '-h', VIP, `-u${ACCOUNT.user}`, `-p${ACCOUNT.password}`],
    ...['-N', '-e', 'SHOW DATABASES'],
  ]);
  const request = { kind: 'mysql', address: VIP, port: 3306, ...ACCOUNT } as const;
  const client = startClient(stage.client, request, { intervalMs: 50 });
  await client.answered(PATIENCE_MS, now(), rs01.name);
  await client.answered(PATIENCE_MS, now(), rs02.name);
  const answered = Object.keys(client.shares(0)).sort();

  // its first check has no retries: the second is the rule
  await first.line(new RegExp(`${rs02.address}.*3306 success`), PATIENCE_MS);
  const stoppedAt = now();
  await databases[1]?.stop();
  const removedAt = await removed(stage, lvs01, rs02);
  await pause(1500);
  // requests under way at the removal may still fail; those sent half a second later may not
  const after = client.answers.filter(({ sentAt }) => sentAt > removedAt + 500);
  const stopped = {
    removed: stage.stopwatch.seconds(stoppedAt, removedAt),
    answeredAfter: [...new Set(after.flatMap(({ who }) => (who === null ? [] : [who])))],
    failedAfter: after.filter(({ who }) => who === null).length,
  };

  await databases[1]?.start();
  const aliveAt = now();
  const returnedAt = await returned(stage, lvs01, rs02);
  await client.answered(PATIENCE_MS, returnedAt, rs02.name);
  return {
    table,
    databases: shown,
    answered,
    stopped,
    back: { returned: stage.stopwatch.seconds(aliveAt, returnedAt) },
  };
}
