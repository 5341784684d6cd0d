/** A stop that leaves everything in place (-I -V), and a start that finds it right: a download runs
 *  through both. */
import { askOnce } from '../harness/client.ts';
import { now, pause } from '../harness/clock.ts';
import { daemonUnderTest, startDaemon } from '../harness/daemon.ts';
import { saveTable, serversOf } from '../harness/ipvs-table.ts';
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

export interface AdoptScenarios {
  readonly adopt: AdoptSteps;
}

const LEAVE = ['-I', '-V'];

playScenarios<AdoptScenarios>({ adopt: playAdopt });

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
  await again.line(/connection to .* success/, PATIENCE_MS, startedAt);
  await pause(1500); // a round of checks
  const writes = await capture.writes();
  note('started', { table: await saveTable(lvs01), holders: watch.holders(), writes });

  const { who, bytes } = await download;
  note('downloaded', { who, bytes });
}
