/** lvs_sync_daemon: a download through a director that dies goes on through the other one, since that has heard of the
 *  connection; and who runs which of the kernel's threads when. */
import { askOnce } from '../harness/client.ts';
import { pause, until } from '../harness/clock.ts';
import { startDaemon } from '../harness/daemon.ts';
import type { Host } from '../harness/host.ts';
import { quickConfig } from '../harness/quick-config.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { FIRST, SECOND } from '../harness/seed-config.ts';
import { bothServers, PATIENCE_MS } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';
import { BIG_FILE, webServer } from '../harness/web-server.ts';

export interface Download {
  readonly bytes: number;
  readonly whole: number;
  readonly failure: string | null;
}

/** `ipvsadm -L --daemon` of both directors. */
export interface Roles {
  readonly lvs01: readonly string[];
  readonly lvs02: readonly string[];
}

interface SyncSteps {
  readonly start: Roles;
  readonly download: Download;
  readonly takeover: Roles;
  readonly takenBack: Roles;
  readonly reloaded: Roles;
  readonly dropped: Roles;
  readonly stopped: Roles;
  /** without an instance: on lvs01 alone */
  readonly alone: readonly string[];
}

export interface SyncScenarios {
  readonly sync: SyncSteps;
  /** the same death without a sync daemon */
  readonly without: { readonly download: Download };
}

playScenarios<SyncScenarios>({ sync: playSync, without: playWithout });

const sync = (words: string): string => `global_defs {\n    lvs_sync_daemon ${words}\n}\n`;
const FOLLOWING = sync('eth0 inst VI_1 maxlen 1400 port 9000 ttl 2 group 224.0.0.90');

async function playSync(stage: Stage, note: Note<SyncSteps>): Promise<void> {
  const { lvs01, lvs02 } = stage;
  const services = [bothServers(stage)];
  const [ours, theirs] = await startPair(stage, FOLLOWING);
  note('start', await rolesOf(stage, ['master'], ['backup']));
  note('download', await downloadThroughDeath(stage, true));
  note('takeover', await rolesOf(stage, null, ['master']));
  await stage.restore(lvs01);
  await stage.watch.soleHolder(lvs01, PATIENCE_MS);
  note('takenBack', await rolesOf(stage, ['master'], ['backup']));

  ours.reload(sync('eth0 inst VI_1 id 77') + quickConfig(FIRST, services));
  theirs.reload(sync('eth0 inst VI_1 id 77') + quickConfig(SECOND, services));
  await until('both daemons have the new id', PATIENCE_MS, async () => {
    const roles = [...(await daemonsOf(lvs01)), ...(await daemonsOf(lvs02))];
    return roles.length === 2 && roles.every((line) => line.includes('syncid=77'));
  });
  note('reloaded', await rolesOf(stage, ['master'], ['backup']));
  ours.reload(quickConfig(FIRST, services));
  note('dropped', await rolesOf(stage, [], ['backup']));
  await ours.stop();
  await theirs.stop();
  note('stopped', await rolesOf(stage, [], []));

  const alone = stage.follow(startDaemon('vipd', lvs01, sync('eth0') + quickConfig(FIRST, services)));
  note('alone', await withRoles(lvs01, ['master', 'backup']));
  await alone.stop();
}

async function playWithout(stage: Stage, note: Note<SyncScenarios['without']>): Promise<void> {
  await startPair(stage, '');
  note('download', await downloadThroughDeath(stage, false));
}

async function startPair(stage: Stage, global: string) {
  const { lvs01, lvs02, rs01, rs02 } = stage;
  for (const host of [rs01, rs02]) await webServer(host, `${host.name}\n`).start();
  const services = [bothServers(stage)];
  const ours = stage.follow(startDaemon('vipd', lvs01, global + quickConfig(FIRST, services)));
  await ours.line(/Entering BACKUP STATE/, PATIENCE_MS);
  const theirs = stage.follow(startDaemon('vipd', lvs02, global + quickConfig(SECOND, services)));
  await stage.watch.soleHolder(lvs01, PATIENCE_MS);
  return [ours, theirs] as const;
}

/** A download of ten seconds; the director that carries it is cut off in its middle. */
async function downloadThroughDeath(stage: Stage, isTold: boolean): Promise<Download> {
  const { client, lvs01, lvs02 } = stage;
  const request = { kind: 'http', address: VIP, port: 80, path: '/big' } as const;
  const answer = askOnce(client, request, PATIENCE_MS);
  await until('the connection on lvs01', PATIENCE_MS, () => established(lvs01));
  if (isTold) await until('the connection told to lvs02', PATIENCE_MS, () => established(lvs02));
  else await pause(2000); // as long as the other play waits at least
  await stage.cut(lvs01);
  const { bytes, failure = null } = await answer;
  return { bytes, whole: BIG_FILE.bytes, failure };
}

const established = async (host: Host): Promise<boolean> =>
  (await host.run(['ipvsadm', '-Lnc'])).includes('ESTABLISHED');

const daemonsOf = async (host: Host): Promise<readonly string[]> =>
  (await host.run(['ipvsadm', '-L', '--daemon'])).split('\n').filter((line) => line !== '');

async function withRoles(host: Host, roles: readonly string[]): Promise<readonly string[]> {
  return until(`${roles.join(' and ') || 'no'} sync daemon on ${host.name}`, PATIENCE_MS, async () => {
    const lines = await daemonsOf(host);
    const isRight = lines.length === roles.length && roles.every((role, i) => lines[i]?.startsWith(role));
    return isRight && lines;
  });
}

/** Waits for these roles; null: not looked at. */
async function rolesOf(
  { lvs01, lvs02 }: Stage,
  first: readonly string[] | null,
  second: readonly string[],
): Promise<Roles> {
  return {
    lvs01: first === null ? [] : await withRoles(lvs01, first),
    lvs02: await withRoles(lvs02, second),
  };
}
