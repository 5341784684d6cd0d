/** The seed's MySQL pair on real databases: a client logs in through the VIP while one of them stops and
 *  returns. */
import { startClient } from '../harness/client.ts';
import { now, pause } from '../harness/clock.ts';
import { daemonUnderTest, startDaemon } from '../harness/daemon.ts';
import { ACCOUNT, installDatabases } from '../harness/database.ts';
import { saveTable } from '../harness/ipvs-table.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { FIRST, mysqlConfig, SECOND } from '../harness/seed-config.ts';
import { PATIENCE_MS, removed, returned } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';

/** Times are seconds. */
interface MysqlSteps {
  readonly started: { readonly table: readonly string[] };
  /** what the real client prints */
  readonly loggedIn: { readonly databases: readonly string[] };
  readonly answered: { readonly by: readonly string[] };
  readonly stopped: { readonly removed: number };
  readonly without: { readonly answeredBy: readonly string[]; readonly failures: number };
  readonly back: { readonly returned: number };
}

export interface MysqlScenarios {
  readonly mysql: MysqlSteps;
}

playScenarios<MysqlScenarios>({ mysql: playMysql });

async function playMysql(stage: Stage, note: Note<MysqlSteps>): Promise<void> {
  const { lvs01, lvs02, rs01, rs02, watch, stopwatch } = stage;
  const databases = await installDatabases([rs01, rs02]);
  for (const database of databases) await database.start();
  const kind = daemonUnderTest();
  const first = stage.follow(startDaemon(kind, lvs01, mysqlConfig(FIRST)));
  await first.line(/Entering BACKUP STATE/, PATIENCE_MS); // so that its time is up first
  stage.follow(startDaemon(kind, lvs02, mysqlConfig(SECOND)));
  await watch.soleHolder(lvs01, PATIENCE_MS);
  note('started', { table: await saveTable(lvs01) });

  const login = ['-h', VIP, `-u${ACCOUNT.user}`, `-p${ACCOUNT.password}`];
  const shown = await stage.client.run(['mariadb', '--no-defaults', ...login, '-N', '-e', 'SHOW DATABASES']);
  note('loggedIn', { databases: shown.trim().split('\n') });

  const request = { kind: 'mysql', address: VIP, port: 3306, ...ACCOUNT } as const;
  const client = startClient(stage.client, request, { intervalMs: 50 });
  await client.answered(PATIENCE_MS, now(), rs01.name);
  await client.answered(PATIENCE_MS, now(), rs02.name);
  note('answered', { by: Object.keys(client.shares(0)).sort() });

  // its first check has no retries: the second is the rule
  await first.line(new RegExp(`${rs02.address}.*3306 success`), PATIENCE_MS);
  const stoppedAt = now();
  await databases[1]?.stop();
  const removedAt = await removed(stage, lvs01, rs02);
  note('stopped', { removed: stopwatch.seconds(stoppedAt, removedAt) });

  await pause(1500);
  const settledAt = removedAt + 500; // what was under way at the removal may still have failed
  note('without', {
    answeredBy: Object.keys(client.shares(settledAt)),
    failures: client.failures(settledAt).length,
  });

  await databases[1]?.start();
  const aliveAt = now();
  const returnedAt = await returned(stage, lvs01, rs02);
  await client.answered(PATIENCE_MS, returnedAt, rs02.name);
  note('back', { returned: stopwatch.seconds(aliveAt, returnedAt) });
}
