/** Network namespaces (network_namespaces(7)). A namespace belongs to a thread, and Node has several: a process enters one as
 *  a whole only by being replaced by itself, from the thread that has entered. For a single socket that thread may visit. */
import { closeSync, openSync, statSync } from 'node:fs';
import { err, ok, type Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import { loadAddon } from './addon.ts';
import { fromAnswer } from './errno.ts';
import { enterNetworkNamespace } from './process-knobs.ts';

/** Where iproute2 keeps those that have a name; the machine's own is that of process 1. */
export const namespacePath = (name: string | null): string =>
  name === null ? '/proc/1/ns/net' : `/run/netns/${name}`;
const OWN = '/proc/thread-self/ns/net';
/** Node marks them, like all it was started with, to be closed in other programs. */
const STANDARD = [0, 1, 2];

/** Whether this thread is in that namespace. */
export function isInNamespace(path: string): boolean {
  try {
    const [here, there] = [statSync(OWN), statSync(path)];
    return here.ino === there.ino && here.dev === there.dev;
  } catch {
    return false; // not to be seen, so not this one
  }
}

/** Runs `action` in the namespace, and comes back. What it opens stays there. Synchronous: nothing else runs meanwhile. */
export function insideNamespace<T>(
  path: string,
  action: () => Result<T, SystemError>,
): Result<T, SystemError> {
  const home = open(OWN);
  if (!home.ok) return home;
  try {
    const entered = enter(path);
    if (!entered.ok) return entered;
    const answer = action();
    const back = enterNetworkNamespace(home.value);
    return back.ok ? answer : back;
  } finally {
    closeSync(home.value);
  }
}

/** Starts this program anew in the namespace: same process, same arguments. Returns only why that is not possible. */
export function restartInNamespace(path: string): SystemError {
  const entered = enter(path);
  if (!entered.ok) return entered.error;
  for (const descriptor of STANDARD) loadAddon().keepOpen(descriptor);
  keepChannel();
  const argv = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const replaced = fromAnswer(loadAddon().replaceProgram(process.execPath, argv), () => 'start anew');
  return replaced.ok
    ? { code: 'EIO', attempted: 'start anew', detail: 'the program went on' }
    : replaced.error;
}

/** The one who started this process in the background waits for a word over the channel that Node inherits by its
 *  environment, and takes out of it. */
function keepChannel(): void {
  const { channel } = process as { readonly channel?: { readonly fd?: number } | null };
  const descriptor = channel?.fd;
  if (descriptor === undefined || descriptor < 0) return;
  loadAddon().keepOpen(descriptor);
  process.env['NODE_CHANNEL_FD'] = String(descriptor);
}

function enter(path: string): Result<void, SystemError> {
  const namespace = open(path);
  if (!namespace.ok) return namespace;
  const entered = enterNetworkNamespace(namespace.value);
  closeSync(namespace.value);
  return entered;
}

function open(path: string): Result<number, SystemError> {
  try {
    return ok(openSync(path, 'r'));
  } catch (error) {
    const { code = 'EIO', message } = error as NodeJS.ErrnoException;
    return err({ code, attempted: `open network namespace ${path}`, detail: message });
  }
}
