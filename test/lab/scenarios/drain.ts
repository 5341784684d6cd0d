/** Drains beside real connections: by order, by a reload, over a kill -9 of the checkers, with persistence; and a start that
 *  knows who was down. */
import { type Ms, now, pause, until } from '../harness/clock.ts';
import { type Daemon, daemonUnderTest, startDaemon, vipctl } from '../harness/daemon.ts';
import type { Host } from '../harness/host.ts';
import { serversOf, weightOf } from '../harness/ipvs-table.ts';
import type { Program } from '../harness/program.ts';
import { quickConfig } from '../harness/quick-config.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { FIRST } from '../harness/seed-config.ts';
import { bothServers, PATIENCE_MS, removed, returned } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';
import { webServer } from '../harness/web-server.ts';

/** Weights of rs01 in the order in which the table showed them; null = not in it. */
type Weights = readonly (number | null)[];

interface Drain {
  readonly weights: Weights;
  /** who answered new requests while rs01 was being drained */
  readonly servedBy: readonly string[];
  /** what an old connection to rs01 still got after the drain had begun */
  readonly oldConnection: string;
  /** rs01 stayed while its connection was open */
  readonly waited: boolean;
}

export interface DrainScenarios {
  readonly order: { readonly drain: Drain; readonly status: string; readonly back: Weights };
  readonly reload: { readonly plan: string; readonly drain: Drain; readonly killed: Weights };
  readonly persistence: { readonly waited: { readonly template: boolean; readonly seconds: number } };
  readonly restart: {
    readonly stopped: { readonly shown: boolean; readonly before: number };
    readonly killed: { readonly shown: boolean };
  };
}

const GLOBALS = 'global_defs {\n    lvs_timeouts tcpfin 2\n    drain_timeout 60\n}\n';
const SERVICE = `${VIP}:80`;
const RS01 = '192.168.100.8:80';

playScenarios<DrainScenarios>({
  order: playOrder,
  reload: playReload,
  persistence: playPersistence,
  restart: playRestart,
});

async function startPool(stage: Stage, config: string): Promise<Daemon> {
  for (const host of [stage.rs01, stage.rs02]) await webServer(host, `${host.name}\n`).start();
  const daemon = stage.follow(startDaemon(daemonUnderTest(), stage.lvs01, config));
  await stage.watch.soleHolder(stage.lvs01, PATIENCE_MS);
  return daemon;
}

async function playOrder(stage: Stage, note: Note<DrainScenarios['order']>): Promise<void> {
  await startPool(stage, GLOBALS + quickConfig(FIRST, [bothServers(stage)]));
  const old = await openConnection(stage);
  const from = now();
  await vipctl(stage.lvs01, 'drain', SERVICE, RS01);
  const drain = await watchDrain(stage, old, from);
  const { lines } = await vipctl(stage.lvs01, 'status');
  note('status', lines.find((line) => line.includes('vipctl undrain')) ?? '');
  note('drain', drain);
  const back = now();
  await vipctl(stage.lvs01, 'undrain', SERVICE, RS01);
  await returned(stage, stage.lvs01, stage.rs01);
  note('back', weightsSince(stage, back));
}

async function playReload(stage: Stage, note: Note<DrainScenarios['reload']>): Promise<void> {
  const { lvs01, rs02 } = stage;
  const daemon = await startPool(stage, GLOBALS + quickConfig(FIRST, [bothServers(stage)]));
  const old = await openConnection(stage);
  const from = now();
  const without = { ...bothServers(stage), servers: [{ address: rs02.address, weight: 2 }] };
  const config = GLOBALS + quickConfig(FIRST, [without]);
  lvs01.write('/run/lab/daemon.conf', config);
  note('plan', (await vipctl(lvs01, 'plan')).lines.join('\n'));
  daemon.reload(config);
  await daemon.line(/Draining service/, PATIENCE_MS, from);
  await pause(1_500); // the memory is written
  const killedAt = now();
  const pid = await daemon.pidOf('checkers');
  process.kill(pid, 'SIGKILL');
  await daemon.pidOf('checkers', pid);
  await daemon.line(/connection to .* success|Initializing ipvs/, PATIENCE_MS, killedAt);
  await pause(1_500);
  note('killed', weightsSince(stage, killedAt));
  note('drain', await watchDrain(stage, old, from));
}

/** The connection ends at once, the client's template lasts longer: it is a session that may still come back. */
async function playPersistence(stage: Stage, note: Note<DrainScenarios['persistence']>): Promise<void> {
  const only = { ...bothServers(stage), servers: [{ address: stage.rs01.address, weight: 1 }] };
  const config = (GLOBALS + quickConfig(FIRST, [only])).replace(
    'lb_algo wrr',
    'lb_algo wrr\n    persistence_timeout 25',
  );
  await startPool(stage, config);
  await askThrough(stage);
  await pause(4_000); // behind tcpfin
  const from = now();
  await vipctl(stage.lvs01, 'drain', SERVICE, RS01);
  await pause(3_000);
  const template = weightOf(stage.watch.table(stage.lvs01), stage.rs01.address) === 0;
  const goneAt = await removed(stage, stage.lvs01, stage.rs01);
  note('waited', { template, seconds: stage.stopwatch.seconds(from, goneAt) });
}

async function playRestart(stage: Stage, note: Note<DrainScenarios['restart']>): Promise<void> {
  const { lvs01, rs01, rs02, watch } = stage;
  const config = GLOBALS + quickConfig(FIRST, [bothServers(stage)]);
  await webServer(rs02, 'two\n').start();
  const first = stage.follow(startDaemon(daemonUnderTest(), lvs01, config));
  await watch.soleHolder(lvs01, PATIENCE_MS);
  await removed(stage, lvs01, rs01);
  await pause(1_500);
  await first.stop();
  const stoppedAt = now();
  const second = stage.follow(startDaemon(daemonUnderTest(), lvs01, config));
  await returned(stage, lvs01, rs02);
  await pause(3_000);
  note('stopped', { shown: wasShown(stage, stoppedAt), before: serversOf(watch.table(lvs01)).length });
  const killedAt = now();
  const pid = await second.pidOf('checkers');
  process.kill(pid, 'SIGKILL');
  await second.pidOf('checkers', pid);
  await pause(4_000);
  note('killed', { shown: wasShown(stage, killedAt) });
}

const wasShown = (stage: Stage, from: Ms): boolean =>
  weightsSince(stage, from).some((weight) => weight !== null);

const weightsSince = ({ watch, lvs01, rs01 }: Stage, from: Ms): Weights => {
  const seen = watch.sightings.flatMap((sighting) =>
    sighting.kind === 'table_changed' && sighting.host === lvs01.name && sighting.at > from
      ? [weightOf(sighting.table, rs01.address) ?? null]
      : [],
  );
  return seen.filter((weight, i) => weight !== seen[i - 1]);
};

/** A connection of the client to rs01 that stays open until it is told to speak. */
async function openConnection(stage: Stage): Promise<Program> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const program = stage.client.start(['bash', '-c', SPEAKER, 'sh', VIP]);
    await program.line(/connected/, PATIENCE_MS);
    await pause(200);
    const active = serversOf(stage.watch.table(stage.lvs01)).find(({ address }) => address === RS01)?.active;
    const isThere = await until('the connection in the table', 3_000, async () => {
      const text = await stage.lvs01.run(['ipvsadm', '-Lnc']);
      return text.includes(RS01) ? 'rs01' : text.includes('ESTABLISHED') ? 'other' : false;
    });
    stage.say(`connected to ${isThere} (${active} active)`);
    if (isThere === 'rs01') return program;
    await program.stop('SIGKILL');
    await stage.lvs01.run(['true']);
  }
  throw new Error('no connection to rs01');
}

/** On a signal it asks for the page over the connection that it has had all the time. */
const SPEAKER =
  'exec 3<>/dev/tcp/$1/80; trap \'printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3; cat <&3; exec 3>&-; exit\' USR1; ' +
  'echo connected; while :; do sleep 0.2; done';

const askThrough = ({ client }: Stage): Promise<string> =>
  client.run([
    'bash',
    '-c',
    'exec 3<>/dev/tcp/$1/80; printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3; cat <&3',
    'sh',
    VIP,
  ]);

async function watchDrain(stage: Stage, old: Program, from: Ms): Promise<Drain> {
  const { lvs01, rs01, watch } = stage;
  await watch.tableWhere(
    lvs01,
    'rs01 is drained',
    PATIENCE_MS,
    (table) => weightOf(table, rs01.address) === 0,
  );
  const answers: string[] = [];
  for (let i = 0; i < 6; i++) answers.push(lastLine(await askThrough(stage)));
  await pause(4_000);
  const waited = weightOf(watch.table(lvs01), rs01.address) === 0;
  await signalSpeaker(stage.client);
  await old.ended;
  await removed(stage, lvs01, rs01);
  return {
    weights: weightsSince(stage, from),
    servedBy: [...new Set(answers)],
    oldConnection: old.lines.at(-1)?.text ?? '',
    waited,
  };
}

/** The program runs behind nsenter: its own bash is found by what it does. */
const FIND_SPEAKERS = [
  'cd /proc; for pid in [0-9]*; do',
  "tr '\\0' ' ' <$pid/cmdline 2>/dev/null | grep -q '^bash -c exec 3<>.*trap' && kill -USR1 $pid",
  'done; true',
].join('\n');

const signalSpeaker = (host: Host): Promise<string> => host.run(['sh', '-c', FIND_SPEAKERS]);

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
