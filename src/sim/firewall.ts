/** The packet filter of a simulated host: tables of refused addresses, as strict about what is not there as the kernel. */
import type { Family } from '../base/ip.ts';
import { ok } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import type { Firewall, FirewallOrder } from '../ports/firewall.ts';

export interface SimFirewall extends Firewall {
  /** refused addresses by family and name of their table: `inet vipd` */
  readonly tables: ReadonlyMap<string, ReadonlySet<string>>;
  /** transactions that changed something */
  readonly writes: number;
  /** the answer to every order while it is set: a kernel without nf_tables */
  error: SystemError | null;
  /** what `nft flush ruleset` does */
  flush(): void;
}

export function newFirewall(): SimFirewall {
  let tables = new Map<string, Set<string>>();
  let writes = 0;
  const listeners = new Map<() => void, string>();
  const missing: SystemError = { code: 'ENOENT', attempted: 'change a table', detail: 'no such table' };

  function carryOut(order: FirewallOrder, draft: Map<string, Set<string>>): SystemError | null {
    const key = `${order.table.family} ${order.table.name}`;
    if (order.kind === 'replace_table') {
      draft.set(key, new Set(order.addresses.map(({ address }) => address)));
      return null;
    }
    if (order.kind === 'remove_table') return draft.delete(key) ? null : missing;
    const table = draft.get(key);
    if (table === undefined) return missing;
    for (const { address } of order.addresses) {
      if (order.kind === 'refuse') table.add(address);
      else if (!table.delete(address)) return missing;
    }
    return null;
  }

  const firewall: SimFirewall = {
    error: null,
    get tables() {
      return tables;
    },
    get writes() {
      return writes;
    },
    apply(orders) {
      if (firewall.error !== null) return firewall.error;
      const draft = new Map([...tables].map(([key, addresses]) => [key, new Set(addresses)]));
      for (const order of orders) {
        const error = carryOut(order, draft);
        if (error !== null) return error;
      }
      tables = draft;
      writes++;
      return null;
    },
    present: (name) =>
      (['inet', 'inet6'] satisfies Family[]).filter((family) => tables.has(`${family} ${name}`)),
    watch(name, onRemoved) {
      listeners.set(onRemoved, name);
      return ok(() => void listeners.delete(onRemoved));
    },
    flush() {
      const gone = [...tables.keys()].map((key) => key.slice(key.indexOf(' ') + 1));
      tables = new Map();
      for (const [listener, name] of [...listeners]) if (gone.includes(name)) listener();
    },
  };
  return firewall;
}
