/** A host's routes and rules as far as VRRP sees them. Stateful, and it refuses what Linux refuses. */
import { ok } from '../base/result.ts';
import { applyRouting, EMPTY_ROUTING } from '../net/core/routing-model.ts';
import type { RoutingKernel, RoutingOperation, RoutingState } from '../ports/routing-kernel.ts';

export interface SimRouting extends RoutingKernel {
  readonly state: RoutingState;
  /** operations that changed something */
  readonly writes: number;
  /** as an administrator would, with `ip route` and `ip rule`; refusals are ignored */
  change(operation: RoutingOperation): void;
  /** the process that listened is gone */
  dropWatchers(): void;
}

/** `notify` carries a sign to the watchers at its own pace. */
export function newRouting(notify: (deliver: () => void) => void): SimRouting {
  let state = EMPTY_ROUTING;
  let writes = 0;
  const watchers = new Set<() => void>();
  const changed = (next: RoutingState): void => {
    state = next;
    for (const watcher of watchers) notify(() => watchers.has(watcher) && watcher());
  };
  return {
    get state() {
      return state;
    },
    get writes() {
      return writes;
    },
    read: ({ routes, rules }) =>
      ok({
        routes: state.routes.filter((route) =>
          routes.some(
            (of) => of.family === route.family && of.table === route.table && of.protocol === route.protocol,
          ),
        ),
        rules: state.rules.filter((rule) => rules.includes(rule.family)),
      }),
    apply: (operations) =>
      operations.map((operation) => {
        const next = applyRouting(state, operation);
        if (!next.ok) return { code: next.error, attempted: operation.kind, detail: next.error };
        writes++;
        changed(next.value);
        return null;
      }),
    watch(_interest, onChange) {
      const watcher = (): void => onChange();
      watchers.add(watcher);
      return ok(() => void watchers.delete(watcher));
    },
    change(operation) {
      const next = applyRouting(state, operation);
      if (next.ok) changed(next.value);
    },
    dropWatchers: () => watchers.clear(),
  };
}
