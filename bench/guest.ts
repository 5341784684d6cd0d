/** The part that needs an IPVS kernel: runs inside User Mode Linux, vipd and the real tools turn by turn, and
 *  writes its figures as JSON into the file named by its argument. One CPU, and system calls cost many times
 *  what they cost elsewhere, so only ratios of one run mean anything. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { CHILD_NODE_FLAGS } from '../src/daemon/children.ts';
import { now, pause } from '../test/lab/harness/clock.ts';
import { type CheckKind, checkConfig, here, measureChecks, startWebServer } from './check-load.ts';
import {
  checkersPid,
  DAEMONS,
  type DaemonName,
  type Observer,
  observeKernel,
  programOf,
  startCheckersHalf,
} from './daemons.ts';
import type { Comparison, GuestFigures } from './figures.ts';
import { HUGE_SERVERS, measureHugeTable } from './huge-table.ts';
import { largeConfig, largeSave } from './large-config.ts';
import { residentMegabytes } from './process-usage.ts';
import { measureRemoval } from './removal.ts';
import { captureWrites } from './write-capture.ts';

/** odd, so that a median is one of the turns */
const REPETITIONS = 5;
const CONFIG = '/run/bench-large.conf';

const say = (text: string): void => void process.stdout.write(`bench: ${text}\n`);

function measureNodeStart(): readonly number[] {
  const times = Array.from({ length: REPETITIONS }, () => timed(['node', '-e', '0']));
  say(`start of an empty Node: ${inWords(times)} ms`);
  return times;
}

/** `measure` for vipd and for the other, turn by turn, so that a noisy minute hits both. */
async function compare(what: string, measure: (name: DaemonName) => Promise<number>): Promise<Comparison> {
  const times: Record<DaemonName, number[]> = { vipd: [], keepalived: [] };
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    for (const name of DAEMONS) times[name].push(await measure(name));
  }
  say(`${what}: vipd ${inWords(times.vipd)} · keepalived ${inWords(times.keepalived)} ms`);
  return { vipd: times.vipd, other: times.keepalived };
}

const inWords = (times: readonly number[]): string => times.map((time) => time.toFixed(0)).join(' ');

function timed(argv: readonly string[], input = ''): number {
  const [file = '', ...args] = argv;
  const started = now();
  execFileSync(file, args, { input, stdio: ['pipe', 'ignore', 'ignore'] });
  return now() - started;
}

async function measureApply(kernel: Observer) {
  const cold: number[] = [];
  const warm: number[] = [];
  const ipvsadm: number[] = [];
  const empty: number[] = [];
  const save = largeSave();
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    const printed = execFileSync('node', [...CHILD_NODE_FLAGS.checkers, join(__dirname, 'apply-once.cjs')], {
      encoding: 'utf8',
    });
    const [first = Number.NaN, ...later] = JSON.parse(printed) as number[];
    cold.push(first);
    warm.push(Math.min(...later));
    empty.push(timed(['ipvsadm', '-R']));
    ipvsadm.push(timed(['ipvsadm', '-R'], save));
    kernel.empty();
  }
  say(`apply: vipd ${inWords(cold)} (warm ${inWords(warm)}) · ipvsadm -R ${inWords(ipvsadm)} ms`);
  return { apply: { vipd: cold, other: ipvsadm }, applyWarm: warm, ipvsadmStart: empty };
}

/** From the start of the process until the last real server is in the kernel's table. */
const measureStart = (kernel: Observer): Promise<Comparison> =>
  compare('whole start', async (name) => {
    const started = now();
    const daemon = startCheckersHalf(name, CONFIG, ['-I']);
    const took = await kernel.complete(started);
    await daemon.stop();
    kernel.empty();
    return took;
  });

/** -I leaves the table at stop, so the next start finds it as it has to be. */
async function countRestartWrites(kernel: Observer): Promise<GuestFigures['restartWrites']> {
  const writes: Record<DaemonName, number> = { vipd: 0, keepalived: 0 };
  for (const name of DAEMONS) {
    const started = now();
    const before = startCheckersHalf(name, CONFIG, ['-I']);
    await kernel.complete(started);
    await before.stop();
    const capture = await captureWrites();
    const daemon = startCheckersHalf(name, CONFIG, ['-I']);
    await capture.quiet();
    writes[name] = await capture.stop();
    await daemon.stop();
    await kernel.complete(now());
    kernel.empty();
  }
  say(`writes of a restart on the right table: vipd ${writes.vipd}, keepalived ${writes.keepalived}`);
  return { vipd: writes.vipd, other: writes.keepalived };
}

const measureConfigTest = (): Promise<Comparison> =>
  compare('-t of 36,000 lines', async (name) => timed([programOf(name), '-t', '-f', CONFIG]));

async function measureLoad(kind: CheckKind): Promise<GuestFigures['tcpChecks']> {
  const web = await startWebServer(here);
  const [vipd, other] = [await measureChecks('vipd', kind), await measureChecks('keepalived', kind)];
  for (const [name, load] of [
    ['vipd', vipd],
    ['keepalived', other],
  ] as const) {
    const { perSecond, cpuMillisPerCheck, residentMegabytes } = load;
    const cost = `${cpuMillisPerCheck.toFixed(3)} ms CPU each, ${residentMegabytes.toFixed(0)} MB`;
    say(`${kind} checks: ${name} ${perSecond.toFixed(0)}/s, ${cost}`);
  }
  await web.stop();
  return { vipd, other };
}

async function measureHuge(): Promise<Partial<GuestFigures>> {
  const [vipd, other] = [await measureHugeTable('vipd'), await measureHugeTable('keepalived')];
  say(`${HUGE_SERVERS} servers: vipd ${JSON.stringify(vipd)} · keepalived ${JSON.stringify(other)}`);
  return { hugeTable: { vipd, other } };
}

async function measureRemovals(): Promise<Partial<GuestFigures>> {
  const [vipd, other] = [await measureRemoval('vipd'), await measureRemoval('keepalived')];
  say(`from a closed port to the removal: vipd ${inWords(vipd)} · keepalived ${inWords(other)} ms`);
  return { removal: { vipd, other } };
}

/** Every server has been checked once, and some time has passed for V8 to give memory back. */
async function measureMemory(): Promise<Partial<GuestFigures>> {
  const web = await startWebServer(here);
  const megabytes: Record<DaemonName, number> = { vipd: 0, keepalived: 0 };
  for (const name of DAEMONS) {
    writeFileSync(CHECKED_CONFIG, manyChecked());
    const daemon = startCheckersHalf(name, CHECKED_CONFIG);
    const pid = await checkersPid();
    await pause(CHECKED_MS);
    megabytes[name] = residentMegabytes(pid);
    await daemon.stop();
  }
  await web.stop();
  say(`RSS with 10,000 checked servers: vipd ${megabytes.vipd} · keepalived ${megabytes.keepalived} MB`);
  return { residentMegabytes: { vipd: megabytes.vipd, other: megabytes.keepalived } };
}

const CHECKED_CONFIG = '/run/bench-checked.conf';
const CHECKED_MS = 60_000;
const manyChecked = (): string => checkConfig('tcp', 30, 1_000);

/** What can be measured, by the name that `npm run bench -- NAME` takes; in the order of a whole run. */
const MEASURES: Readonly<Record<string, (kernel: Observer) => Promise<Partial<GuestFigures>>>> = {
  node: async () => ({ nodeStart: measureNodeStart() }),
  apply: measureApply,
  start: async (kernel) => ({ start: await measureStart(kernel) }),
  restart: async (kernel) => ({ restartWrites: await countRestartWrites(kernel) }),
  'config-test': async () => ({ configTest: await measureConfigTest() }),
  tcp: async () => ({ tcpChecks: await measureLoad('tcp') }),
  huge: measureHuge,
  removal: measureRemovals,
  memory: measureMemory,
  http: async () => ({ httpChecks: await measureLoad('http') }),
};

/** Some of them, or all when none is named. */
async function main(resultFile: string, wanted: readonly string[]): Promise<void> {
  const names = wanted.length === 0 ? Object.keys(MEASURES) : wanted;
  const unknown = names.filter((name) => MEASURES[name] === undefined);
  if (unknown.length > 0) throw new Error(`no figure ${unknown}; there are ${Object.keys(MEASURES)}`);
  writeFileSync(CONFIG, largeConfig());
  const kernel = observeKernel();
  let figures: Partial<GuestFigures> = { kernel: release() };
  for (const name of names) figures = { ...figures, ...(await MEASURES[name]?.(kernel)) };
  writeFileSync(resultFile, JSON.stringify(figures));
}

void main(process.argv[2] ?? '/dev/stdout', process.argv.slice(3)).then(() => process.exit());
