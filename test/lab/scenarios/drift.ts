/** Somebody works in vipd's services with ipvsadm. */
import { now } from '../harness/clock.ts';
import { daemonUnderTest, startDaemon } from '../harness/daemon.ts';
import { saveTable } from '../harness/ipvs-table.ts';
import { quickConfig } from '../harness/quick-config.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { FIRST } from '../harness/seed-config.ts';
import { bothServers, PATIENCE_MS } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';
import { webServer } from '../harness/web-server.ts';

interface Change {
  /** `ipvsadm -Sn` before the change, and when the daemon has told of it */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly told: string;
}

export interface DriftScenarios {
  readonly repair: { readonly [Name in ChangeName]: Change };
  readonly warn: { readonly weight: Change };
}

const SERVICE = `${VIP}:80`;
const CHANGES = {
  weight: ['-e', '-t', SERVICE, '-r', '192.168.100.8:80', '-g', '-w', '77'],
  server: ['-d', '-t', SERVICE, '-r', '192.168.100.9:80'],
  service: ['-D', '-t', SERVICE],
  scheduler: ['-E', '-t', SERVICE, '-s', 'sed'],
  stranger: ['-a', '-t', SERVICE, '-r', '192.168.100.77:80', '-g', '-w', '1'],
} as const;
type ChangeName = keyof typeof CHANGES;

playScenarios<DriftScenarios>({
  repair: async (stage, note: Note<DriftScenarios['repair']>) => {
    const change = await startOne(stage, '');
    for (const name of Object.keys(CHANGES) as ChangeName[]) {
      note(name, await change(name, /somebody else .* repaired by/));
    }
  },
  warn: async (stage, note: Note<DriftScenarios['warn']>) => {
    const change = await startOne(stage, 'global_defs {\n    lvs_drift warn\n}\n');
    note('weight', await change('weight', /lvs_drift warn: not changing/));
  },
});

async function startOne(stage: Stage, globals: string) {
  const { lvs01, rs01, rs02, watch } = stage;
  for (const host of [rs01, rs02]) await webServer(host, `${host.name}\n`).start();
  const config = globals + quickConfig(FIRST, [bothServers(stage)]);
  const daemon = stage.follow(startDaemon(daemonUnderTest(), lvs01, config));
  await watch.soleHolder(lvs01, PATIENCE_MS);
  return async (name: ChangeName, line: RegExp): Promise<Change> => {
    const before = await saveTable(lvs01);
    const from = now();
    await lvs01.run(['ipvsadm', ...CHANGES[name]]);
    const { text } = await daemon.line(line, PATIENCE_MS, from);
    return { before, after: await saveTable(lvs01), told: text };
  };
}
