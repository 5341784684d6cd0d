/** Reloads of a master while a client downloads a large file through it: servers and services come, change and go; a broken file comes
 *  last. */

import { askOnce } from '../harness/client.ts';
import { now, pause } from '../harness/clock.ts';
import { daemonUnderTest, startDaemon } from '../harness/daemon.ts';
import { describeTable, saveTable } from '../harness/ipvs-table.ts';
import { captureNetlink, type NetlinkWrites } from '../harness/netlink-capture.ts';
import { type QuickServer, quickConfig } from '../harness/quick-config.ts';
import { playScenarios, type Stage } from '../harness/scenario.ts';
import { FIRST } from '../harness/seed-config.ts';
import { PATIENCE_MS } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';
import { webServer } from '../harness/web-server.ts';

export interface ReloadScenarios {
  readonly reload: {
    /** the kernel's table after each reload */
    readonly added: readonly string[];
    readonly reweighted: readonly string[];
    readonly secondService: readonly string[];
    readonly removed: readonly string[];
    /** writes of the reload that added one server, and of one that changed nothing */
    readonly writesOfAdding: NetlinkWrites;
    readonly writesOfNothing: NetlinkWrites;
    readonly download: { readonly who: string | null; readonly bytes: number; readonly failure?: string };
    readonly vipMoves: number;
    readonly broken: {
      readonly writes: NetlinkWrites;
      readonly table: readonly string[];
      readonly isRunning: boolean;
      readonly complaint: string;
    };
  };
}

playScenarios({ reload: playReload });

async function playReload(stage: Stage): Promise<ReloadScenarios['reload']> {
  const { lvs01, rs01, rs02, watch } = stage;
  for (const host of [rs01, rs02]) await webServer(host, `${host.name}\n`).start();
  const one = (weight: number): QuickServer => ({ address: rs01.address, weight });
  const two: QuickServer = { address: rs02.address, weight: 2 };
  const config = (...services: readonly (readonly QuickServer[])[]) =>
    quickConfig(
      FIRST,
      services.map((servers, index) => ({ port: [80, 8080][index] ?? 0, method: 'DR', servers })),
    );
  const daemon = stage.follow(startDaemon(daemonUnderTest(), lvs01, config([one(1)])));
  await watch.soleHolder(lvs01, PATIENCE_MS);
  const startedAt = now();
  const reload = async (text: string, expected: string) => {
    daemon.reload(text);
    await watch.tableWhere(lvs01, expected, PATIENCE_MS, (table) => describeTable(table).includes(expected));
    return saveTable(lvs01);
  };

  const download = askOnce(stage.client, { kind: 'http', address: VIP, port: 80, path: '/big' }, PATIENCE_MS);
  await watch.tableWhere(
    lvs01,
    'a connection',
    PATIENCE_MS,
    ([service]) => (service?.servers[0]?.active ?? 0) > 0,
  );
  const adding = await captureNetlink(lvs01);
  const added = await reload(config([one(1), two]), '-> 192.168.100.9:80 Route 2');
  const writesOfAdding = await adding.writes();
  const reweighted = await reload(config([one(5), two]), '-> 192.168.100.8:80 Route 5');
  const secondService = await reload(config([one(5), two], [two]), 'TCP 192.168.100.240:8080');
  daemon.reload(config([one(5)]));
  await watch.tableWhere(
    lvs01,
    'one service, one server',
    PATIENCE_MS,
    (table) => table.length === 1 && table[0]?.servers.length === 1,
  );
  const removed = await saveTable(lvs01);

  const writesOfNothing = await writesDuring(stage, () => daemon.reload(config([one(5)])));
  const brokenAt = now();
  const writes = await writesDuring(stage, () =>
    daemon.reload(`${config([one(5)])}\nvirtual_server ${VIP} 81 {\n`),
  );
  const complaint = daemon.lines.filter(
    ({ at, text }) => at >= brokenAt && /missing|unterminated|brace|'}'/i.test(text),
  );
  const broken = {
    writes,
    table: await saveTable(lvs01),
    isRunning: daemon.isRunning(),
    complaint: complaint[0]?.text ?? '',
  };
  const { who, bytes, failure } = await download;
  return {
    added,
    reweighted,
    secondService,
    removed,
    writesOfAdding,
    writesOfNothing,
    download: { who, bytes, ...(failure !== undefined && { failure }) },
    vipMoves: watch.sightings.filter(({ kind, at }) => kind !== 'table_changed' && at > startedAt).length,
    broken,
  };
}

/** What `act` made the daemon write within the time that a reload takes. */
async function writesDuring({ lvs01 }: Stage, act: () => void): Promise<NetlinkWrites> {
  const capture = await captureNetlink(lvs01);
  act();
  await pause(1500);
  return capture.writes();
}
