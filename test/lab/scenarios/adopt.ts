/** A stop that leaves everything in place (-I -V), and a start that finds it right: a download runs
 *  through both. */
import { askOnce } from '../harness/client.ts';
import { now, pause } from '../harness/clock.ts';
import { daemonUnderTest, startDaemon } from '../harness/daemon.ts';
import { readTable, saveTable, serversOf } from '../harness/ipvs-table.ts';
import { captureNetlink, type NetlinkWrites } from '../harness/netlink-capture.ts';
import { quickConfig } from '../harness/quick-config.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { FIRST } from '../harness/seed-config.ts';
import { bothServers, PATIENCE_MS } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';
import { webServer } from '../harness/web-server.ts';

interface AdoptSteps {
  readonly before: { readonly table: readonly string[] };
  readonly stopped: {
    readonly table: readonly string[];
    readonly holders: readonly string[];
    readonly status: number | string;
  };
  readonly started: {
    readonly table: readonly string[];
    readonly holders: readonly string[];
    /** from the second start to a round of checks after it became master */
    readonly writes: NetlinkWrites;
  };
  readonly downloaded: { readonly who: string | null; readonly bytes: number };
}

interface CrashSteps {
  /** names of the services: vipd's two, and one of somebody else's */
  readonly before: { readonly services: readonly string[] };
  /** all three processes were killed: the table stands */
  readonly crashed: { readonly services: readonly string[] };
  /** after a start with a file that has only the first service */
  readonly started: { readonly services: readonly string[] };
}

export interface AdoptScenarios {
  readonly adopt: AdoptSteps;
  readonly crash: CrashSteps;
}

const LEAVE = ['-I', '-V'];

playScenarios<AdoptScenarios>({ adopt: playAdopt, crash: playCrash });

async function playAdopt(stage: Stage, note: Note<AdoptSteps>): Promise<void> {
  const { lvs01, rs01, rs02, watch } = stage;
  for (const host of [rs01, rs02]) await webServer(host, `${host.name}\n`).start();
  const kind = daemonUnderTest();
  const config = quickConfig(FIRST, [bothServers(stage)]);
  const daemon = stage.follow(startDaemon(kind, lvs01, config, LEAVE));
  await watch.soleHolder(lvs01, PATIENCE_MS);
  note('before', { table: await saveTable(lvs01) });
  const download = askOnce(stage.client, { kind: 'http', address: VIP, port: 80, path: '/big' }, PATIENCE_MS);
  await watch.tableWhere(lvs01, 'a connection', PATIENCE_MS, (table) =>
    serversOf(table).some(({ active }) => active > 0),
  );

  const status = await daemon.stop();
  await pause(200); // a few looks of the watch
  note('stopped', { table: await saveTable(lvs01), holders: watch.holders(), status });

  const capture = await captureNetlink(lvs01);
  const startedAt = now();
  const again = stage.follow(startDaemon(kind, lvs01, config, LEAVE));
  await again.line(/Entering MASTER STATE/, PATIENCE_MS, startedAt);
  await watch.soleHolder(lvs01, PATIENCE_MS);
  await again.line(/Activating healthchecker/, PATIENCE_MS, startedAt);
  await pause(4000); // the first checks: what they find is known from before, so they say nothing
  const writes = await capture.writes();
  note('started', { table: await saveTable(lvs01), holders: watch.holders(), writes });

  const { who, bytes } = await download;
  note('downloaded', { who, bytes });
}

/** Between a crash and the next start the file was edited. */
async function playCrash(stage: Stage, note: Note<CrashSteps>): Promise<void> {
  const { lvs01, watch } = stage;
  const kind = daemonUnderTest();
  const services = () => readTable(lvs01).map(({ name }) => name);
  await lvs01.run(['ipvsadm', '-A', '-t', '192.168.100.99:25', '-s', 'rr']);
  const both = [bothServers(stage, 'DR', 80), bothServers(stage, 'DR', 443)];
  const daemon = stage.follow(startDaemon(kind, lvs01, quickConfig(FIRST, both), LEAVE));
  await watch.tableWhere(lvs01, 'three services', PATIENCE_MS, (table) => table.length === 3);
  note('before', { services: services() });

  const pids = [await daemon.pidOf('parent'), await daemon.pidOf('vrrp'), await daemon.pidOf('checkers')];
  // children first: a parent that goes takes them along in its own way
  for (const pid of pids.reverse()) process.kill(pid, 'SIGKILL');
  await daemon.ended;
  note('crashed', { services: services() });

  stage.follow(startDaemon(kind, lvs01, quickConfig(FIRST, both.slice(0, 1)), LEAVE));
  await watch.tableWhere(lvs01, 'two services', PATIENCE_MS, (table) => table.length === 2);
  note('started', { services: services() });
}
