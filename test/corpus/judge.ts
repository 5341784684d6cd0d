/** One file of the corpus beside what keepalived said of it: verdict, agreement, time, lines. */
import type { HostFacts } from '../../src/config/check/host.ts';
import { realFiles } from '../../src/config/load/files.ts';
import { type LoadedConfig, parseConfig } from '../../src/config/parse.ts';

/** What the corpus tells of a file (labels.json); more fields are there and not looked at. */
export interface Label {
  /** what keepalived -t exited with where the file's interfaces exist, and its scripts and users only if the machine has them */
  readonly bare_exit: number;
  /** what it said only there */
  readonly bare_only: readonly string[];
  readonly verdict: string;
  readonly errors: readonly string[];
  readonly env: { readonly ifs?: readonly string[]; readonly paths?: readonly string[] };
}

export interface Judgement {
  readonly id: string;
  readonly label: Label;
  readonly loaded: LoadedConfig;
  readonly agrees: boolean;
  /** of the processor, so that a busy machine makes no file slow */
  readonly milliseconds: number;
  /** see LoadedConfig.linesRead */
  readonly lines: number;
  readonly inTime: boolean;
}

/** 100 ms and 1 ms for each 100 lines that were read. */
const MS_BASE = 100;
const LINES_PER_MS = 100;

/** Exit statuses of a shell's `timeout` and of a killed or crashed process: there vipd has only to survive. */
const NO_VERDICT: ReadonlySet<number> = new Set([124, 139, 143]);

export function judge(id: string, path: string, label: Label, machine: HostFacts): Judgement {
  const before = process.cpuUsage();
  const loaded = parseConfig(path, realFiles, {
    configId: 'director',
    hostName: 'director',
    environment: () => undefined,
    strictIncludes: false,
    randomSeed: 1,
    host: surroundings(label, machine),
  });
  const { user, system } = process.cpuUsage(before);
  const milliseconds = (user + system) / 1000;
  const complains = loaded.exitCode !== 0;
  const agrees = NO_VERDICT.has(label.bare_exit) || complains === (label.bare_exit !== 0);
  const lines = loaded.linesRead;
  return {
    id,
    label,
    loaded,
    agrees,
    milliseconds,
    lines,
    inTime: milliseconds <= MS_BASE + lines / LINES_PER_MS,
  };
}

/** The machine on which keepalived was asked: this one, with the interfaces of the file, and without the programs that were
 *  found to be missing there. */
function surroundings({ env, bare_only: said }: Label, machine: HostFacts): HostFacts {
  const interfaces = new Set(['lo', ...(env.ifs ?? [])]);
  const missing = new Set(said.some((line) => line.includes('not found/accessible')) ? env.paths : []);
  return {
    ...machine,
    hasInterface: (name) => interfaces.has(name),
    hasCommand: (program) => !missing.has(program) && machine.hasCommand(program),
  };
}
