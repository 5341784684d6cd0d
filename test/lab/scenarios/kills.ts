/** kill -9 of each of the three processes of the first director, one after the other, while a client is served. */

import { startClient } from '../harness/client.ts';
import { now, pause, until } from '../harness/clock.ts';
import { daemonUnderTest, isAlive } from '../harness/daemon.ts';
import { describeTable, saveTable } from '../harness/ipvs-table.ts';
import { captureNetlink, type NetlinkWrites } from '../harness/netlink-capture.ts';
import { playScenarios, type Stage } from '../harness/scenario.ts';
import { bothServers, longestOutage, PATIENCE_MS, startPair } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';
import { webServer } from '../harness/web-server.ts';

export interface KillScenarios {
  readonly kills: {
    readonly checkers: {
      readonly tableBefore: readonly string[];
      readonly tableAfter: readonly string[];
      /** distinct tables that the kernel held between the kill and the new process's first checks */
      readonly tablesSeen: number;
      readonly writes: NetlinkWrites;
      readonly failures: number;
      /** a real server that dies is still noticed, so the new process works */
      readonly noticesDeath: boolean;
    };
    readonly vrrp: {
      /** from the kill to the VIP off the director, seconds */
      readonly released: number;
      readonly holdersAtEnd: readonly string[];
      readonly overlap: number;
      readonly tableUntouched: boolean;
      readonly outage: number;
    };
    readonly parent: {
      /** from the kill to the VIP off the director */
      readonly released: number;
      readonly takeover: number;
      readonly processesLeft: readonly string[];
      readonly servicesLeft: number;
      readonly overlap: number;
    };
  };
}

playScenarios({ kills: playKills });

async function playKills(stage: Stage): Promise<KillScenarios['kills']> {
  const { lvs01, lvs02, rs01, rs02, watch } = stage;
  const servers = [webServer(rs01, 'one\n'), webServer(rs02, 'two\n')];
  for (const server of servers) await server.start();
  const kind = daemonUnderTest();
  const [daemon] = await startPair(stage, [kind, kind], [bothServers(stage)]);
  const client = startClient(stage.client, { kind: 'http', address: VIP, port: 80, path: '/' });
  await client.answered(PATIENCE_MS);
  const kill = async (role: 'parent' | 'vrrp' | 'checkers') => {
    const pid = await daemon.pidOf(role);
    process.kill(pid, 'SIGKILL');
    stage.say(`-- killed ${role} ${pid}`);
    return pid;
  };

  const playCheckers = async () => {
    const tableBefore = await saveTable(lvs01);
    const capture = await captureNetlink(lvs01);
    const killedAt = now();
    await daemon.pidOf('checkers', await kill('checkers'));
    await pause(3000); // the new process's start, and its first checks
    const writes = await capture.writes();
    const tableAfter = await saveTable(lvs01);
    const tables = watch.sightings.filter(
      ({ kind, at, host }) => kind === 'table_changed' && at > killedAt && host === lvs01.name,
    );
    const failures = client.failures(killedAt).length;
    await servers[1]?.stop();
    const out = (table: Parameters<typeof describeTable>[0]) => !describeTable(table).includes(rs02.address);
    const noticesDeath = await watch.tableWhere(lvs01, 'rs02 is out', PATIENCE_MS, out).then(() => true);
    await servers[1]?.start();
    await watch.tableWhere(lvs01, 'rs02 is in', PATIENCE_MS, (table) => !out(table));
    return { tableBefore, tableAfter, tablesSeen: tables.length, writes, failures, noticesDeath };
  };

  const playVrrp = async () => {
    const tableBefore = describeTable(watch.table(lvs01));
    const killedAt = now();
    const pid = await kill('vrrp');
    const releasedAt = await until(
      'the VIP off the director',
      PATIENCE_MS,
      () => !watch.holders().includes(lvs01.name) && now(),
    );
    await daemon.pidOf('vrrp', pid);
    const heldAt = await watch.soleHolder(lvs01, PATIENCE_MS);
    await client.answered(PATIENCE_MS, heldAt);
    await pause(4500); // were two masters left, the protocol's own time would show them
    return {
      released: stage.stopwatch.seconds(killedAt, releasedAt),
      holdersAtEnd: watch.holders(),
      overlap: watch.overlapMax(),
      tableUntouched: describeTable(watch.table(lvs01)) === tableBefore,
      outage: longestOutage(stage, client, killedAt),
    };
  };

  const playParent = async () => {
    const children = [await daemon.pidOf('vrrp'), await daemon.pidOf('checkers')];
    const killedAt = now();
    await kill('parent');
    const releasedAt = await until(
      'the VIP off the director',
      PATIENCE_MS,
      () => !watch.holders().includes(lvs01.name) && now(),
    );
    const takenAt = await watch.soleHolder(lvs02, PATIENCE_MS);
    await until('the end of the children', PATIENCE_MS, () => !children.some(isAlive)).catch(() => {});
    await pause(200); // two looks of the watch
    return {
      released: stage.stopwatch.seconds(killedAt, releasedAt),
      takeover: stage.stopwatch.seconds(killedAt, takenAt),
      processesLeft: children.filter(isAlive).map((pid) => `${pid}`),
      servicesLeft: watch.table(lvs01).length,
      overlap: watch.overlapMax(),
    };
  };

  return { checkers: await playCheckers(), vrrp: await playVrrp(), parent: await playParent() };
}
