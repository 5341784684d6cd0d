/** Counts processes by looking through /proc: soon after the kernel's process connector tells that something changed, and
 *  now and then, more often where there is no connector (containers, namespaces, some kernels). A look at a thousand
 *  processes takes some milliseconds. */
import { readdirSync, readFileSync } from 'node:fs';
import { err, ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import { after, millis, seconds } from '../../base/units.ts';
import type { TrackProcess } from '../../config/model/vrrp.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ProcessCounts, ProcessTable } from '../../ports/process-table.ts';
import { matches, type ProcessFact } from '../core/match.ts';
import { watchProcessEvents } from './process-events.ts';

/** How long a change may stay unnoticed without the connector, and how long with it if an event was lost. */
const LOOK_EVERY = millis(500);
const LOOK_EVERY_BESIDE_EVENTS = seconds(10);
/** From an event to the look, which serves all events until then. */
const LOOK_AFTER_EVENT = millis(100);
/** A machine with more processes than this is not counted to the end. */
const PROCESSES_MAX = 65_536;

/** `root` and `watchEvents` are replaced in tests. */
export function createProcessTable(
  clock: Clock,
  root = '/proc',
  watchEvents = watchProcessEvents,
): ProcessTable {
  return {
    watch(wanted, changed) {
      if (wanted.length === 0) return () => {};
      let eventful = false;
      const look = (): void => {
        eventful = false;
        changed(count(wanted, root));
        alarm.set(after(clock.now(), events.ok ? LOOK_EVERY_BESIDE_EVENTS : LOOK_EVERY));
      };
      const alarm = clock.alarm(look);
      const events = watchEvents(() => {
        if (!eventful) alarm.set(after(clock.now(), LOOK_AFTER_EVENT));
        eventful = true;
      });
      look();
      return () => {
        alarm.set(null);
        if (events.ok) events.value();
      };
    },
  };
}

function count(wanted: readonly TrackProcess[], root: string): Result<ProcessCounts, SystemError> {
  const names = processIds(root);
  if (!names.ok) return names;
  const needsArguments = wanted.some(({ fullCommand }) => fullCommand);
  const counts = new Map(wanted.map(({ name }) => [name, 0]));
  for (const id of names.value) {
    const fact = factOf(`${root}/${id}`, needsArguments);
    if (fact === null) continue;
    for (const one of wanted) if (matches(one, fact)) counts.set(one.name, (counts.get(one.name) ?? 0) + 1);
  }
  return ok(counts);
}

function processIds(root: string): Result<readonly string[], SystemError> {
  try {
    return ok(
      readdirSync(root)
        .filter((name) => /^\d+$/.test(name))
        .slice(0, PROCESSES_MAX),
    );
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'EIO';
    return err({ code, attempted: `list ${root}`, detail: 'no list of processes' });
  }
}

/** Null when the process has just ended, or is a zombie: it has ended, only its parent does not know. */
function factOf(path: string, withArguments: boolean): ProcessFact | null {
  try {
    const stat = readFileSync(`${path}/stat`, 'latin1');
    const end = stat.lastIndexOf(')');
    const state = stat[end + 2];
    if (state === 'Z' || state === 'X') return null;
    const name = stat.slice(stat.indexOf('(') + 1, end);
    const line = withArguments ? readFileSync(`${path}/cmdline`, 'latin1') : '';
    return { name, argv: line.replace(/\0$/, '').split('\0') };
  } catch {
    return null;
  }
}
