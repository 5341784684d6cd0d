/** A host's kernel as far as VRRP sees it: links and addresses. Stateful, and it refuses what Linux refuses; its
 *  notifications come later than its answers, as netlink's do. It outlives the process that uses it. */
import { familyOf, type IpAddress } from '../base/ip.ts';
import type { MacAddress } from '../base/mac.ts';
import { ok } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import type { IfIndex, InterfaceName } from '../base/units.ts';
import type { AddressState, LinkState, NetEvent, NetKernel, NetOperation } from '../ports/net-kernel.ts';

export interface SimKernel extends NetKernel {
  readonly links: ReadonlyMap<IfIndex, LinkState>;
  has(address: IpAddress): boolean;
  /** carrier of the link */
  setRunning(name: InterfaceName, running: boolean): void;
  removeLink(name: InterfaceName): void;
  addLink(link: LinkState): void;
  /** an index that no link has or had */
  nextIndex(): number;
  /** as an administrator would, with `ip address` */
  addForeign(address: AddressState): void;
  removeForeign(address: IpAddress): void;
  /** a power cycle: all but the given addresses are gone, nobody is told */
  forgetAllBut(kept: readonly IpAddress[]): void;
  /** the process that listened is gone, and its netlink sockets with it */
  dropSubscribers(): void;
  /** notifications that are still under way */
  readonly pending: number;
  /** changes so far, whoever made them */
  readonly revision: number;
  /** operations that changed something */
  readonly writes: number;
  /** operations that were refused, but for EEXIST, ENODEV and what is gone without the process knowing it: those are races
   *  with others that nobody can avoid */
  readonly refusals: readonly string[];
}

export const ethernet = (name: InterfaceName, index: IfIndex, mac: MacAddress): LinkState => ({
  index,
  name,
  up: true,
  running: true,
  multicast: true,
  noArp: false,
  loopback: false,
  mac,
  mtu: 1500,
  layer: null,
});

interface Notices {
  /** told, and not yet delivered */
  readonly waiting: readonly NetEvent[];
  tell(event: NetEvent): void;
  subscribe(listener: (event: NetEvent) => void): () => void;
  drop(): void;
}

/** Whatever order the deliveries run in, each takes the oldest event: netlink keeps their order. */
function newNotices(notify: (deliver: () => void) => void): Notices {
  let waiting: NetEvent[] = [];
  const listeners = new Set<(event: NetEvent) => void>();
  return {
    get waiting() {
      return waiting;
    },
    tell(event) {
      if (listeners.size === 0) return;
      waiting.push(event);
      notify(() => {
        const oldest = waiting.shift();
        if (oldest !== undefined) for (const listener of listeners) listener(oldest);
      });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    drop() {
      listeners.clear();
      waiting = [];
    },
  };
}

/** A link that goes takes its addresses with it, and tells of them first. */
function linkHands(
  links: Map<IfIndex, LinkState>,
  tell: (event: NetEvent) => void,
  takeAddresses: (index: IfIndex) => void,
): Pick<SimKernel, 'setRunning' | 'removeLink' | 'addLink' | 'nextIndex'> {
  let lastIndex = 1;
  const byName = (name: InterfaceName): LinkState | undefined =>
    [...links.values()].find((link) => link.name === name);
  return {
    setRunning(name, running) {
      const link = byName(name);
      if (link === undefined || link.running === running) return;
      const changed = { ...link, running };
      links.set(link.index, changed);
      tell({ kind: 'link_changed', link: changed });
    },
    removeLink(name) {
      const link = byName(name);
      if (link === undefined) return;
      takeAddresses(link.index);
      links.delete(link.index);
      tell({ kind: 'link_removed', index: link.index, name });
    },
    addLink(link) {
      links.set(link.index, link);
      tell({ kind: 'link_changed', link });
    },
    nextIndex: () => ++lastIndex,
  };
}

/** `notify` carries an event to the subscribers at its own pace. */
export function newKernel(notify: (deliver: () => void) => void): SimKernel {
  const links = new Map<IfIndex, LinkState>();
  let addresses: AddressState[] = [];
  let writes = 0;
  let revision = 0;
  const refusals: string[] = [];
  const notices = newNotices(notify);

  const tell = (event: NetEvent): void => {
    revision++;
    notices.tell(event);
  };
  const sameAs = (a: AddressState) => (b: AddressState) =>
    a.ifIndex === b.ifIndex && a.address === b.address && a.prefixLength === b.prefixLength;

  function insert(address: AddressState): void {
    addresses.push(address);
    tell({ kind: 'address_added', address });
  }
  function erase(address: AddressState): void {
    addresses = addresses.filter((other) => other !== address);
    tell({ kind: 'address_removed', address });
  }
  /** Somebody else removed it, and the process does not know yet. */
  const isGoneUntold = (address: AddressState): boolean =>
    notices.waiting.some((event) => event.kind === 'address_removed' && sameAs(address)(event.address));
  function applyOne({ kind, address }: NetOperation): SystemError | null {
    const error = (code: string): SystemError => {
      const attempted = `${kind} ${address.address}/${address.prefixLength}`;
      if (code !== 'EEXIST' && code !== 'ENODEV' && !isGoneUntold(address))
        refusals.push(`${attempted}: ${code}`);
      return { code, attempted, detail: code };
    };
    const present = addresses.find(sameAs(address));
    if (!links.has(address.ifIndex)) return error('ENODEV');
    if (kind === 'add_address') {
      if (present !== undefined) return error('EEXIST');
      if (address.prefixLength > (familyOf(address.address) === 'inet' ? 32 : 128)) return error('EINVAL');
      insert(address);
    } else {
      if (present === undefined) return error('EADDRNOTAVAIL');
      erase(present);
    }
    writes++;
    return null;
  }

  return {
    links,
    refusals,
    snapshot: () => ok({ links: new Map(links), addresses: [...addresses] }),
    apply: (operations) => operations.map(applyOne),
    subscribe: (listener) => ok(notices.subscribe(listener)),
    dropSubscribers: () => notices.drop(),
    get pending() {
      return notices.waiting.length;
    },
    get revision() {
      return revision;
    },
    get writes() {
      return writes;
    },
    has: (address) => addresses.some((state) => state.address === address),
    ...linkHands(links, tell, (index) => {
      for (const address of addresses.filter(({ ifIndex }) => ifIndex === index)) erase(address);
    }),
    addForeign: insert,
    removeForeign(address) {
      const found = addresses.find((state) => state.address === address);
      if (found !== undefined) erase(found);
    },
    forgetAllBut(kept) {
      revision++;
      addresses = addresses.filter(({ address }) => kept.includes(address));
    },
  };
}
