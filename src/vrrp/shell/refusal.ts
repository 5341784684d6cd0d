/** Keeps the packet filter equal to what the configuration refuses, also when somebody else empties it: `nft flush ruleset`,
 *  which a restart of the host's own firewall does, takes every table away. */
import type { Log } from '../../base/log.ts';
import { type SystemError, systemErrorText } from '../../base/system-error.ts';
import type { VrrpGlobals } from '../../config/model/global.ts';
import type { VrrpInstance } from '../../config/model/vrrp.ts';
import { planAdmission, planRefusal, type Refusal } from '../../net/core/refusal.ts';
import type { Firewall } from '../../ports/firewall.ts';
import { vrrpShellLog } from '../core/log-events.ts';
import { refusalOf } from '../core/refusal.ts';

export interface Refusals {
  /** Before addresses are added and after they are removed: of the instances that are and those that come. */
  want(instances: readonly VrrpInstance[], globals: VrrpGlobals): void;
  /** Nothing is refused any more. */
  release(): void;
  close(): void;
}

/** Times that what somebody removed is put back until the next reload: whoever goes on is not fought. */
const RESTORES_MAX = 100;

export function newRefusals(firewall: Firewall, log: Log): Refusals {
  /** what the kernel has; null: not known */
  let applied: Refusal | null = null;
  let stopWatching: (() => void) | null = null;
  let complained: string | null = null;
  let restored = 0;

  function fail(error: SystemError, refusal: Refusal): void {
    const detail = systemErrorText(error);
    if (complained !== detail)
      log(vrrpShellLog.refusalFailed({ detail, addresses: refusal.addresses.length }));
    complained = detail;
    applied = null;
  }

  /** A run that was killed with its parent may have left its tables, which refuse what is accepted now. */
  function removeStale({ name }: Refusal): void {
    const stale = firewall
      .present(name)
      .map((family) => ({ kind: 'remove_table', table: { name, family } }) as const);
    if (stale.length > 0) firewall.apply(stale);
  }

  function bring(next: Refusal): void {
    if (applied === null) removeStale(next);
    const orders = planRefusal(applied, next);
    const error = orders.length === 0 ? null : firewall.apply(orders);
    if (error !== null) return fail(error, next);
    applied = next;
    complained = null;
  }

  function restore(): void {
    if (applied === null || restored >= RESTORES_MAX) return;
    restored++;
    const wanted = applied;
    applied = null;
    bring(wanted);
    if (applied !== null) log(vrrpShellLog.refusalRestored({ table: wanted.name }));
  }

  function watch({ name, addresses }: Refusal): void {
    const needed = applied !== null && addresses.length > 0;
    if (needed && stopWatching === null) {
      const watched = firewall.watch(name, restore);
      if (watched.ok) stopWatching = watched.value;
    } else if (!needed) unwatch();
  }

  function unwatch(): void {
    stopWatching?.();
    stopWatching = null;
  }

  return {
    want(instances, globals) {
      const next = refusalOf(instances, globals);
      restored = 0;
      if (applied?.name !== next.name) unwatch();
      bring(next);
      watch(next);
    },
    release() {
      unwatch();
      for (const order of applied === null ? [] : planAdmission(applied)) {
        const error = firewall.apply([order]);
        if (error !== null && error.code !== 'ENOENT')
          log(vrrpShellLog.refusalLeft({ detail: systemErrorText(error) }));
      }
      applied = null;
    },
    close: unwatch,
  };
}
