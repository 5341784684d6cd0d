/** The MySQL configuration's acts: it comes into force by a reload while the VIP stays, a database stops
 *  and returns, and the directors stop in good order. */

import { type Client, startClient } from '../test/lab/harness/client.ts';
import { now, pause } from '../test/lab/harness/clock.ts';
import { ACCOUNT, type Database, installDatabases } from '../test/lab/harness/database.ts';
import { FIRST, mysqlConfig, PROMISES, SECOND } from '../test/lab/harness/seed-config.ts';
import { PATIENCE_MS, removed, returned } from '../test/lab/harness/steps.ts';
import { VIP } from '../test/lab/harness/topology.ts';
import { tellClient } from './narrator.ts';
import { type Act, measure, measureOutage, type RunningStage, SHOW_MS, type Stage } from './stage.ts';
import type { Finding } from './summary.ts';

/** Each request logs in and asks a query. */
const INTERVAL_MS = 50;

export async function startDatabases({ lab, timeline }: Stage): Promise<readonly Database[]> {
  timeline.say('rs01', 'installs and starts MariaDB');
  timeline.say('rs02', 'installs and starts MariaDB');
  const databases = await installDatabases([lab.rs01, lab.rs02]);
  await Promise.all(databases.map((server) => server.start()));
  return databases;
}

export async function reloadForMysql(stage: RunningStage): Promise<readonly Finding[]> {
  const { lab, timeline, first, second } = stage;
  timeline.title('both directors read the MySQL configuration (SIGHUP)');
  const reloadedAt = now();
  first.reload(mysqlConfig(FIRST));
  second.reload(mysqlConfig(SECOND));
  const isMysql = (name: string) => name === `TCP ${VIP}:3306`;
  const changedAt = await lab.watch.tableWhere(
    lab.lvs01,
    'the MySQL service alone',
    PATIENCE_MS,
    (table) =>
      table.length === 1 && table.every(({ name, servers }) => isMysql(name) && servers.length === 2),
  );
  const moves = lab.watch.sightings.filter(({ kind, at }) => kind !== 'table_changed' && at > reloadedAt);
  return [
    {
      what: 'reload: until the IPVS table is the new one, the VIP in its place',
      ...measure(stage, reloadedAt, changedAt),
      promised: null,
      ...(moves.length > 0 && { failure: 'the VIP moved' }),
    },
  ];
}

export function startMysqlClient({ lab, timeline }: Stage): {
  readonly client: Client;
  readonly stop: () => Promise<void>;
} {
  timeline.say(
    'client',
    `logs in at ${VIP}:3306 as ${ACCOUNT.user} every ${INTERVAL_MS} ms and asks SELECT @@hostname`,
  );
  const request = { kind: 'mysql', address: VIP, port: 3306, ...ACCOUNT } as const;
  const client = startClient(lab.client, request, { intervalMs: INTERVAL_MS });
  const hush = tellClient(timeline, client);
  return {
    client,
    async stop() {
      hush();
      await client.stop();
    },
  };
}

export const loseDatabase =
  (databases: readonly Database[]): Act =>
  async (stage, client) => {
    const server = databases[1];
    if (server === undefined) throw new Error('there is no second database');
    const { host } = server;
    // its first check has no retries: the second is the rule
    await stage.first.line(new RegExp(`${host.address}.*3306 success`), PATIENCE_MS);
    stage.timeline.title(`MariaDB stops on ${host.name}`);
    const stoppedAt = now();
    await server.stop();
    const removedAt = await removed(stage.lab, stage.lab.lvs01, host);
    await client.answered(PATIENCE_MS, removedAt);
    await pause(SHOW_MS);
    const failures = client.failures(removedAt + 500).length;

    stage.timeline.title(`MariaDB runs again on ${host.name}`);
    await server.start();
    const aliveAt = now();
    const returnedAt = await returned(stage.lab, stage.lab.lvs01, host);
    await client.answered(PATIENCE_MS, returnedAt, host.name);
    await pause(SHOW_MS);
    return [
      {
        what: `database stopped on ${host.name}: until it is removed`,
        ...measure(stage, stoppedAt, removedAt),
        promised: PROMISES.tcpRemoval,
        ...(failures > 0 && { failure: `${failures} requests failed after it was removed` }),
      },
      {
        what: `database back on ${host.name}: until it is in the table`,
        ...measure(stage, aliveAt, returnedAt),
        promised: PROMISES.tcpReturn,
      },
    ];
  };

export const stopDirectors: Act = async (stage, client) => {
  const { lab, timeline, first, second } = stage;
  timeline.title('lvs01 is stopped in good order (SIGTERM)');
  const stoppedAt = now();
  const firstStatus = first.stop();
  const heldAt = await lab.watch.soleHolder(lab.lvs02, PATIENCE_MS);
  await client.answered(PATIENCE_MS, heldAt);
  const status = await firstStatus;
  await pause(SHOW_MS);
  const outage = measureOutage(stage, client, stoppedAt);

  timeline.title('lvs02 is stopped in good order (SIGTERM)');
  const secondStatus = await second.stop();
  await pause(SHOW_MS / 2);
  const left = [lab.lvs01, lab.lvs02].flatMap((host) => lab.watch.table(host));
  const clean = lab.watch.holders().length === 0 && left.length === 0 && status === 0 && secondStatus === 0;
  return [
    {
      what: 'lvs01 stopped: outage seen by the client (priority 0)',
      ...outage,
      promised: PROMISES.takeoverAfterStop,
      ...(!clean && {
        failure: `left behind: VIP on [${lab.watch.holders()}], ${left.length} services, exit ${status} ${secondStatus}`,
      }),
    },
  ];
};
