/** kill -9 of each of the three processes of the first director, one after the other, while a client is
 *  served. */
import { type Client, startClient } from '../harness/client.ts';
import { now, pause, until } from '../harness/clock.ts';
import { type Daemon, daemonUnderTest, isAlive, type Role } from '../harness/daemon.ts';
import { describeTable, saveTable } from '../harness/ipvs-table.ts';
import { captureNetlink, type NetlinkWrites } from '../harness/netlink-capture.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { bothServers, longestOutage, PATIENCE_MS, removed, returned, startPair } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';
import { type WebServer, webServer } from '../harness/web-server.ts';

/** Times are seconds since the kill. */
interface KillSteps {
  readonly checkersKilled: {
    readonly tableBefore: readonly string[];
    readonly tableAfter: readonly string[];
    /** how often the table changed between the kill and the new process's first checks */
    readonly changes: number;
    readonly writes: NetlinkWrites;
    readonly failures: number;
  };
  /** a real server that dies afterwards is still noticed */
  readonly checkersWork: { readonly removed: number };
  readonly vrrpKilled: {
    /** until the VIP is off the director */
    readonly released: number;
    readonly tableUntouched: boolean;
  };
  readonly vrrpBack: {
    readonly holders: readonly string[];
    readonly overlap: number;
    readonly outage: number;
  };
  readonly parentKilled: { readonly released: number; readonly takeover: number };
  readonly parentGone: {
    readonly processesLeft: number;
    readonly servicesLeft: number;
    readonly overlap: number;
  };
}

export interface KillScenarios {
  readonly kills: KillSteps;
}

playScenarios<KillScenarios>({ kills: playKills });

async function playKills(stage: Stage, note: Note<KillSteps>): Promise<void> {
  const servers = [webServer(stage.rs01, 'one\n'), webServer(stage.rs02, 'two\n')] as const;
  for (const server of servers) await server.start();
  const kind = daemonUnderTest();
  const [daemon] = await startPair(stage, [kind, kind], [bothServers(stage)]);
  const client = startClient(stage.client, { kind: 'http', address: VIP, port: 80, path: '/' });
  await client.answered(PATIENCE_MS);
  await playCheckers(stage, note, daemon, client, servers[1]);
  await playVrrp(stage, note, daemon, client);
  await playParent(stage, note, daemon);
}

async function kill(stage: Stage, daemon: Daemon, role: Role): Promise<number> {
  const pid = await daemon.pidOf(role);
  process.kill(pid, 'SIGKILL');
  stage.say(`killed ${role} ${pid}`);
  return pid;
}

async function playCheckers(
  stage: Stage,
  note: Note<KillSteps>,
  daemon: Daemon,
  client: Client,
  server: WebServer,
): Promise<void> {
  const { lvs01, watch } = stage;
  const tableBefore = await saveTable(lvs01);
  const capture = await captureNetlink(lvs01);
  const killedAt = now();
  const pid = await kill(stage, daemon, 'checkers');
  await daemon.pidOf('checkers', pid);
  await daemon.line(/Activating healthchecker/, PATIENCE_MS, killedAt);
  await pause(4000); // the first checks: what they find is known from before, so they say nothing
  const changes = watch.sightings.filter(
    ({ kind, at, host }) => kind === 'table_changed' && at > killedAt && host === lvs01.name,
  ).length;
  const writes = await capture.writes();
  const failures = client.failures(killedAt).length;
  note('checkersKilled', { tableBefore, tableAfter: await saveTable(lvs01), changes, writes, failures });

  const diedAt = now();
  await server.stop();
  const removedAt = await removed(stage, lvs01, server.host);
  note('checkersWork', { removed: stage.stopwatch.seconds(diedAt, removedAt) });
  await server.start();
  await returned(stage, lvs01, server.host);
}

async function playVrrp(stage: Stage, note: Note<KillSteps>, daemon: Daemon, client: Client): Promise<void> {
  const { lvs01, watch, stopwatch } = stage;
  const tableBefore = describeTable(watch.table(lvs01));
  const killedAt = now();
  const pid = await kill(stage, daemon, 'vrrp');
  const releasedAt = await released(stage);
  await daemon.pidOf('vrrp', pid);
  const heldAt = await watch.soleHolder(lvs01, PATIENCE_MS);
  await client.answered(PATIENCE_MS, heldAt);
  note('vrrpKilled', {
    released: stopwatch.seconds(killedAt, releasedAt),
    tableUntouched: describeTable(watch.table(lvs01)) === tableBefore,
  });
  await pause(4500); // were two masters left, the protocol's own time would show them
  const outage = longestOutage(stage, client, killedAt);
  note('vrrpBack', { holders: watch.holders(), overlap: watch.overlapMax(), outage });
}

async function playParent(stage: Stage, note: Note<KillSteps>, daemon: Daemon): Promise<void> {
  const { lvs01, lvs02, watch, stopwatch } = stage;
  const children = [await daemon.pidOf('vrrp'), await daemon.pidOf('checkers')];
  const killedAt = now();
  await kill(stage, daemon, 'parent');
  const releasedAt = await released(stage);
  const takenAt = await watch.soleHolder(lvs02, PATIENCE_MS);
  note('parentKilled', {
    released: stopwatch.seconds(killedAt, releasedAt),
    takeover: stopwatch.seconds(killedAt, takenAt),
  });
  await until('the end of the children', PATIENCE_MS, () => !children.some(isAlive)).catch(() => {}); // noted below
  await pause(200); // a few looks of the watch
  note('parentGone', {
    processesLeft: children.filter(isAlive).length,
    servicesLeft: watch.table(lvs01).length,
    overlap: watch.overlapMax(),
  });
}

const released = ({ watch, lvs01 }: Stage): Promise<number> =>
  until('the VIP off the first director', PATIENCE_MS, () => !watch.holders().includes(lvs01.name) && now());
