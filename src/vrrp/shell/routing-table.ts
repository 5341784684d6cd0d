/** The routes and rules of the configuration in the kernel: reads which of them are there, sets and removes them. Nothing is
 *  opened or read for a configuration that has none. */

import type { Log } from '../../base/log.ts';
import { type SystemError, systemErrorText } from '../../base/system-error.ts';
import { after, type Instant, type InterfaceName, instant, millis, seconds } from '../../base/units.ts';
import { entryText, type RoutingEntry } from '../../config/model/routing.ts';
import { interestIn, placed } from '../../net/core/placing.ts';
import { isPresent, planRouting } from '../../net/core/routing.ts';
import type { LinkState } from '../../ports/net-kernel.ts';
import type {
  RoutingInterest,
  RoutingKernel,
  RoutingOperation,
  RoutingState,
} from '../../ports/routing-kernel.ts';
import type { VrrpConfig } from '../core/events.ts';
import { vrrpShellLog } from '../core/log-events.ts';
import { routingOf } from '../core/routing.ts';
import { staticRouting } from '../core/statics.ts';

export interface RoutingTable {
  /** These matter from now on. */
  want(entries: readonly RoutingEntry[], now: Instant): void;
  /** Something may have changed: a reading is due soon. */
  touch(now: Instant): void;
  /** when the next reading is due; null = none */
  readonly readAt: Instant | null;
  /** `entryText` of the wanted ones that are there; null when that is not known or no news. */
  read(now: Instant): readonly string[] | null;
  /** Brings them in, in few system calls and without a write for what is there. */
  add(entries: readonly RoutingEntry[]): Additions;
  remove(entries: readonly RoutingEntry[]): void;
  close(): void;
}

export interface Additions {
  readonly added: readonly RoutingEntry[];
  readonly refused: readonly { readonly entry: RoutingEntry; readonly detail: string }[];
}

export interface RoutingTablePorts {
  readonly kernel: RoutingKernel;
  readonly links: ReadonlyMap<InterfaceName, LinkState>;
  readonly log: Log;
  /** the kernel gave a sign that something changed */
  readonly onChange: () => void;
}

/** Between two readings: a storm of notifications costs twenty readings a second and no more. */
const READING_GAP = millis(50);
const RETRY_AFTER = seconds(1);

export function routingTable({ kernel, links, log, onChange }: RoutingTablePorts): RoutingTable {
  let wanted: readonly RoutingEntry[] = [];
  let interest: RoutingInterest = { routes: [], rules: [] };
  let unwatch: (() => void) | null = null;
  let readAt: Instant | null = null;
  let lastReadAt: Instant | null = null;
  let told: string | null = null;
  let complained = false;

  const complain = (error: SystemError): void => {
    if (!complained) log(vrrpShellLog.routingUnreadable({ detail: systemErrorText(error) }));
    complained = true;
  };

  /** Watches before it reads, so that nothing falls between. The table of a VRF is known when the VRF is there. */
  function watchFor(entries: readonly RoutingEntry[]): void {
    const next = interestIn(entries, links);
    if (interestText(next) === interestText(interest)) return;
    unwatch?.();
    unwatch = null;
    interest = next;
    if (next.routes.length + next.rules.length === 0) return;
    const watched = kernel.watch(next, onChange);
    if (watched.ok) unwatch = watched.value;
    else complain(watched.error);
  }

  return {
    want(entries, now) {
      wanted = entries;
      told = null;
      watchFor(entries);
      readAt = wanted.length > 0 ? now : null;
    },
    touch(now) {
      if (wanted.length === 0) return;
      const soonest = lastReadAt === null ? now : after(lastReadAt, READING_GAP);
      readAt ??= instant(Math.max(soonest, now));
    },
    get readAt() {
      return readAt;
    },
    read(now) {
      readAt = null;
      lastReadAt = now;
      if (wanted.length === 0) return null;
      watchFor(wanted);
      const actual = kernel.read(interest);
      if (!actual.ok) {
        complain(actual.error);
        readAt = after(now, RETRY_AFTER);
        return null;
      }
      complained = false;
      const present = wanted.filter((entry) => isThere(entry, actual.value)).map(entryText);
      const text = present.join('\n');
      if (text === told) return null;
      told = text;
      return present;
    },
    add(entries) {
      told = null;
      return addEntries(entries);
    },
    remove(entries) {
      told = null;
      removeEntries(entries);
    },
    close: () => unwatch?.(),
  };

  function isThere(entry: RoutingEntry, actual: RoutingState): boolean {
    const wish = placed(entry, links);
    return wish !== null && isPresent(wish, actual);
  }

  /** The kernel is read, not assumed; when it cannot be read, it is asked all the same. */
  function actualFor(entries: readonly RoutingEntry[]): RoutingState {
    const actual = kernel.read(interestIn(entries, links));
    if (!actual.ok) complain(actual.error);
    return actual.ok ? actual.value : { routes: [], rules: [] };
  }

  function addEntries(entries: readonly RoutingEntry[]): Additions {
    const actual = actualFor(entries);
    const added: RoutingEntry[] = [];
    const refused: { entry: RoutingEntry; detail: string }[] = [];
    const todo: { readonly entry: RoutingEntry; readonly operation: RoutingOperation }[] = [];
    for (const entry of entries) {
      const wish = placed(entry, links);
      if (wish === null) refused.push({ entry, detail: 'its interface does not exist' });
      else {
        const operations = planRouting({ hold: [wish], release: [] }, actual);
        todo.push(...operations.map((operation) => ({ entry, operation })));
      }
    }
    const answers = kernel.apply(todo.map(({ operation }) => operation));
    for (const [i, { entry, operation }] of todo.entries()) {
      const error = answers[i] ?? null;
      if (!isAddition(operation)) continue;
      if (error === null) added.push(entry);
      else if (!isThereAlready(operation, error)) refused.push({ entry, detail: systemErrorText(error) });
    }
    return { added, refused };
  }

  /** What went meanwhile, alone or with its link, needs no removal. */
  function removeEntries(entries: readonly RoutingEntry[]): void {
    const release = entries.map((entry) => placed(entry, links)).filter((wish) => wish !== null);
    const operations = planRouting({ hold: [], release }, actualFor(entries));
    for (const error of kernel.apply(operations)) {
      if (error === null || ['ESRCH', 'ENOENT', 'ENODEV'].includes(error.code)) continue;
      log(vrrpShellLog.routingRemoveFailed({ detail: systemErrorText(error) }));
    }
  }
}

const isAddition = ({ kind }: RoutingOperation): boolean => kind === 'add_route' || kind === 'add_rule';

/** Somebody was quicker; with `add` it is another route that stands in the way. */
const isThereAlready = (operation: RoutingOperation, error: SystemError): boolean =>
  error.code === 'EEXIST' && !(operation.kind === 'add_route' && operation.placement === 'add');

const interestText = ({ routes, rules }: RoutingInterest): string =>
  [...routes.map((of) => `${of.family} ${of.table} ${of.protocol}`), ...rules].sort().join();

/** The routes and rules of a configuration. */
export const routingEntries = ({ instances, statics }: VrrpConfig): readonly RoutingEntry[] => [
  ...staticRouting(statics),
  ...instances.flatMap(routingOf),
];
