/** Finds and loads the compiled addon, and says what it offers. The only file that names the .node file. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

export interface NativeMessage {
  readonly data: Uint8Array;
  readonly from: Uint8Array;
  readonly control: readonly ControlMessage[];
  readonly truncated: boolean;
}

/** One ancillary message of sendmsg(2)/recvmsg(2): `level` and `type` from constants.ts. */
export interface ControlMessage {
  readonly level: number;
  readonly type: number;
  readonly data: Uint8Array;
}

/** Numbers are 0 or a count, or a negative errno. native/src/datagram_socket.h is the other side. */
export interface NativeSocket {
  open(domain: number, type: number, protocol: number): number;
  setOption(level: number, name: number, value: number | Uint8Array): number;
  getOption(level: number, name: number, size: number): Uint8Array | number;
  bind(address: Uint8Array): number;
  connect(address: Uint8Array): number;
  localAddress(): Uint8Array | number;
  send(parts: readonly Uint8Array[], to: Uint8Array | null, control: readonly ControlMessage[]): number;
  receive(limit: number): { readonly messages: readonly NativeMessage[]; readonly error: number };
  watch(onReadable: () => void): number;
  close(): void;
  release(): number;
  descriptor(): number;
}

/** native/src/process_knobs.cc is the other side; negative numbers are errnos here too. */
export interface Addon {
  readonly DatagramSocket: new () => NativeSocket;
  clockMicros(clock: number): number;
  setParentDeathSignal(signal: number): number;
  enterNetworkNamespace(descriptor: number): number;
  keepOpen(descriptor: number): number;
  replaceProgram(path: string, argv: readonly string[]): number;
  setScheduler(policy: number, priority: number): number;
  getScheduler(): number;
  getSchedulerPriority(): number;
  setAffinity(thread: number, cpus: readonly number[]): number;
  setResourceLimit(resource: number, soft: number, hard: number): number;
  lockMemory(flags: number): number;
  unlockMemory(): number;
  lockFile(descriptor: number): number;
  isFileLocked(descriptor: number): number;
  interfaceIndex(name: string): number;
  linkCarrier(name: string, method: number): number;
  interfaceName(index: number): string | number;
  errorText(errno: number): string;
}

const RELEASE = join('native', 'build', 'Release');
const ADDON = join(RELEASE, 'vipd.node');
const LAUNCHER = join(RELEASE, 'vipd-launch');
/** How far above its own file the loader looks: dist/ and src/native/ are both nearer than this. */
const LEVELS_MAX = 6;

/** The addon; Node keeps it, so a second call costs a look-up. Throws when it was not built, since nothing of
 *  vipd works without it; programs ask `addonProblem` first and print its sentence. */
export function loadAddon(): Addon {
  const path = addonPath();
  if (path === null) throw new Error(`the native addon (${ADDON}) is not built: run \`npm run build\``);
  return createRequire(path)(path) as Addon;
}

/** Why the addon cannot be used, as a sentence with the remedy; null when it can. */
export function addonProblem(): string | null {
  try {
    loadAddon();
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return reason.includes('npm run build')
      ? reason
      : `the native addon does not load (${reason}): run \`npm run build\` with Node ${process.version}`;
  }
}

/** The program that starts other programs (native/src/launch.c), built together with the addon. */
export const launcherPath = (): string => builtPath(LAUNCHER) ?? LAUNCHER;

const addonPath = (): string | null => builtPath(ADDON);

function builtPath(file: string): string | null {
  // __dirname is there in the CommonJS bundles and under vitest; other loaders have the script's own folder
  // to go by.
  let folder = resolve(typeof __dirname === 'string' ? __dirname : dirname(process.argv[1] ?? '.'));
  for (let level = 0; level < LEVELS_MAX; level++) {
    const candidate = join(folder, file);
    if (existsSync(candidate)) return candidate;
    folder = dirname(folder);
  }
  return null;
}
