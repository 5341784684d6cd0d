/** A director whose kernel has no ip_vs and does not load it by itself: first without modprobe, then with it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { programOf } from '../harness/daemon.ts';
import type { Host } from '../harness/host.ts';
import type { Program } from '../harness/program.ts';
import { quickConfig } from '../harness/quick-config.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { FIRST } from '../harness/seed-config.ts';
import { bothServers, PATIENCE_MS } from '../harness/steps.ts';

interface Steps {
  readonly missing: { readonly status: number | string; readonly lines: readonly string[] };
  readonly loadable: {
    readonly loadedBefore: boolean;
    readonly loaded: boolean;
    readonly status: number | string;
  };
}

export interface WithoutIpVsScenarios {
  readonly withoutIpVs: Steps;
}

playScenarios<WithoutIpVsScenarios>({ withoutIpVs: playWithoutIpVs });

const CONFIG = '/run/lab/daemon.conf';
/** What the kernel runs when somebody asks for a family or a scheduler that it does not have. */
const KERNEL_LOADER = '/proc/sys/kernel/modprobe';

async function playWithoutIpVs(stage: Stage, note: Note<Steps>): Promise<void> {
  const { lvs01 } = stage;
  stage.watch.close(); // it reads the IPVS table
  lvs01.write(CONFIG, quickConfig(FIRST, [bothServers(stage)]));
  await unload(lvs01);
  writeFileSync(KERNEL_LOADER, '/bin/false');

  const refused = startCheckers(lvs01, '/nowhere');
  note('missing', { status: await endOf(refused), lines: refused.lines.map(({ text }) => text) });

  await layModules(lvs01);
  const loadedBefore = isLoaded();
  const started = startCheckers(lvs01, process.env['PATH'] ?? '');
  await started.line(/Startup complete/, PATIENCE_MS);
  const loaded = isLoaded();
  note('loadable', { loadedBefore, loaded, status: await started.stop() });
}

/** The checkers half alone; `path` is where it may look for modprobe. */
const startCheckers = (host: Host, path: string): Program =>
  host.start(['env', `PATH=${path}`, process.execPath, programOf('vipd'), '-n', '-l', '-C', '-f', CONFIG]);

/** A daemon that does not end is ended, and its signal is what the test sees. */
async function endOf(program: Program): Promise<number | string> {
  const timer = setTimeout(() => program.signal('SIGKILL'), PATIENCE_MS);
  const status = await program.ended;
  clearTimeout(timer);
  return status;
}

/** ip_vs last: its schedulers use it. */
async function unload(host: Host): Promise<void> {
  const schedulers = modules().filter((name) => name.startsWith('ip_vs_'));
  for (const name of [...schedulers, 'ip_vs']) await host.run(['rmmod', name]);
}

/** Where the guest's modprobe is told to look (uml-init.sh); a lab host has a /run of its own. */
async function layModules(host: Host): Promise<void> {
  await host.run(['mkdir', '-p', '/run/uml/lib']);
  await host.run(['ln', '-s', '/usr/lib/uml/modules', '/run/uml/lib/modules']);
}

const isLoaded = (): boolean => modules().includes('ip_vs');

const modules = (): readonly string[] =>
  readFileSync('/proc/modules', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '');
