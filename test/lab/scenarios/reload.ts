/** Reloads of a master while a client downloads a large file through it: servers and services come, change
 *  and go; a broken file comes last. */
import { askOnce } from '../harness/client.ts';
import { now, pause } from '../harness/clock.ts';
import { daemonUnderTest, editConfig, startDaemon, type ToolRun, vipctl } from '../harness/daemon.ts';
import { describeTable, saveTable, serversOf } from '../harness/ipvs-table.ts';
import { captureNetlink, type NetlinkWrites } from '../harness/netlink-capture.ts';
import { type QuickServer, quickConfig } from '../harness/quick-config.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { FIRST } from '../harness/seed-config.ts';
import { PATIENCE_MS } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';
import { webServer } from '../harness/web-server.ts';

interface ReloadSteps {
  /** the kernel's table after each reload */
  readonly added: { readonly table: readonly string[]; readonly writes: NetlinkWrites };
  readonly reweighted: { readonly table: readonly string[] };
  readonly secondService: { readonly table: readonly string[] };
  readonly removed: { readonly table: readonly string[] };
  /** `vipctl plan` with the file that removes, before and after its reload */
  readonly planned: { readonly before: ToolRun; readonly after: ToolRun };
  readonly unchanged: { readonly writes: NetlinkWrites };
  readonly broken: {
    readonly writes: NetlinkWrites;
    readonly table: readonly string[];
    readonly isRunning: boolean;
    /** the lines that name what is wrong */
    readonly complaints: readonly string[];
  };
  readonly downloaded: { readonly who: string | null; readonly bytes: number; readonly vipMoves: number };
}

export interface ReloadScenarios {
  readonly reload: ReloadSteps;
}

playScenarios<ReloadScenarios>({ reload: playReload });

async function playReload(stage: Stage, note: Note<ReloadSteps>): Promise<void> {
  const { lvs01, rs01, rs02, watch } = stage;
  for (const host of [rs01, rs02]) await webServer(host, `${host.name}\n`).start();
  const one = (weight: number): QuickServer => ({ address: rs01.address, weight });
  const two: QuickServer = { address: rs02.address, weight: 2 };
  const daemon = stage.follow(startDaemon(daemonUnderTest(), lvs01, configOf([one(1)])));
  await watch.soleHolder(lvs01, PATIENCE_MS);
  const startedAt = now();
  const reload = async (text: string, expected: string) => {
    daemon.reload(text);
    const isThere = (description: string) => description.includes(expected);
    await watch.tableWhere(lvs01, expected, PATIENCE_MS, (table) => isThere(describeTable(table)));
    return saveTable(lvs01);
  };

  const download = askOnce(stage.client, { kind: 'http', address: VIP, port: 80, path: '/big' }, PATIENCE_MS);
  await watch.tableWhere(lvs01, 'a connection', PATIENCE_MS, (table) =>
    serversOf(table).some(({ active }) => active > 0),
  );
  const adding = await captureNetlink(lvs01);
  const added = await reload(configOf([one(1), two]), '-> 192.168.100.9:80 Route 2');
  note('added', { table: added, writes: await adding.writes() });
  note('reweighted', { table: await reload(configOf([one(5), two]), '-> 192.168.100.8:80 Route 5') });
  note('secondService', { table: await reload(configOf([one(5), two], [two]), 'TCP 192.168.100.240:8080') });
  editConfig(lvs01, configOf([one(5)]));
  const before = await vipctl(lvs01, 'plan');
  daemon.reload(configOf([one(5)]));
  await watch.tableWhere(
    lvs01,
    'one server',
    PATIENCE_MS,
    (table) => table.length === 1 && serversOf(table).length === 1,
  );
  note('removed', { table: await saveTable(lvs01) });
  note('planned', { before, after: await vipctl(lvs01, 'plan') });

  note('unchanged', { writes: await writesDuring(stage, () => daemon.reload(configOf([one(5)]))) });
  const brokenAt = now();
  const broken = `${configOf([one(5)])}\nvirtual_server ${VIP} 81 {\n`;
  const writes = await writesDuring(stage, () => daemon.reload(broken));
  const complaints = daemon.lines
    .filter(({ at, text }) => at >= brokenAt && /missing|unterminated|never closed|brace|'}'/i.test(text))
    .map(({ text }) => text);
  note('broken', { writes, table: await saveTable(lvs01), isRunning: daemon.isRunning(), complaints });

  const { who, bytes } = await download;
  const moves = watch.sightings.filter(({ kind, at }) => kind !== 'table_changed' && at > startedAt);
  note('downloaded', { who, bytes, vipMoves: moves.length });
}

/** One service per list of servers: ports 80 and 8080. */
const configOf = (...services: readonly (readonly QuickServer[])[]): string =>
  quickConfig(
    FIRST,
    services.map((servers, index) => ({ port: index === 0 ? 80 : 8080, method: 'DR', servers })),
  );

/** What `act` made the daemon write within the time that a reload takes. */
async function writesDuring({ lvs01 }: Stage, act: () => void): Promise<NetlinkWrites> {
  const capture = await captureNetlink(lvs01);
  act();
  await pause(1500);
  return capture.writes();
}
