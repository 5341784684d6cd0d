/** A stop that leaves everything in place (-I -V), and a start that finds it right: a download runs through both. */

import { askOnce } from '../harness/client.ts';
import { now, pause } from '../harness/clock.ts';
import { daemonUnderTest, startDaemon } from '../harness/daemon.ts';
import { saveTable } from '../harness/ipvs-table.ts';
import { captureNetlink, type NetlinkWrites } from '../harness/netlink-capture.ts';
import { quickConfig } from '../harness/quick-config.ts';
import { playScenarios, type Stage } from '../harness/scenario.ts';
import { FIRST } from '../harness/seed-config.ts';
import { bothServers, PATIENCE_MS } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';
import { webServer } from '../harness/web-server.ts';

export interface AdoptScenarios {
  readonly adopt: {
    readonly tables: {
      readonly before: readonly string[];
      readonly stopped: readonly string[];
      readonly started: readonly string[];
    };
    readonly status: number | string;
    readonly holders: { readonly stopped: readonly string[]; readonly started: readonly string[] };
    /** of the second start */
    readonly writes: NetlinkWrites;
    readonly download: { readonly who: string | null; readonly bytes: number; readonly failure?: string };
  };
}

const LEAVE = ['-I', '-V'];

playScenarios({ adopt: playAdopt });

async function playAdopt(stage: Stage): Promise<AdoptScenarios['adopt']> {
  const { lvs01, rs01, rs02, watch } = stage;
  for (const host of [rs01, rs02]) await webServer(host, `${host.name}\n`).start();
  const kind = daemonUnderTest();
  const config = quickConfig(FIRST, [bothServers(stage)]);
  const daemon = stage.follow(startDaemon(kind, lvs01, config, LEAVE));
  await watch.soleHolder(lvs01, PATIENCE_MS);
  const before = await saveTable(lvs01);
  const download = askOnce(stage.client, { kind: 'http', address: VIP, port: 80, path: '/big' }, PATIENCE_MS);
  await watch.tableWhere(lvs01, 'a connection', PATIENCE_MS, (table) =>
    table.some(({ servers }) => servers.some(({ active }) => active > 0)),
  );

  const status = await daemon.stop();
  await pause(200); // two looks of the watch
  const stopped = { table: await saveTable(lvs01), holders: watch.holders() };

  const capture = await captureNetlink(lvs01);
  const startedAt = now();
  const again = stage.follow(startDaemon(kind, lvs01, config, LEAVE));
  await again.line(/Entering MASTER STATE/, PATIENCE_MS, startedAt);
  await watch.soleHolder(lvs01, PATIENCE_MS);
  await pause(1500); // a round of checks
  const writes = await capture.writes();
  const started = { table: await saveTable(lvs01), holders: watch.holders() };
  const { who, bytes, failure } = await download;
  return {
    tables: { before, stopped: stopped.table, started: started.table },
    status,
    holders: { stopped: stopped.holders, started: started.holders },
    writes,
    download: { who, bytes, ...(failure !== undefined && { failure }) },
  };
}
