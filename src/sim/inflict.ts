/** What each fault does to a machine, and what the faults that go on mean for cables and carriers. */
import { PLAIN_TRAITS } from '../base/address-traits.ts';
import { type IpAddress, isIpv4 } from '../base/ip.ts';
import { exhaustive } from '../base/never.ts';
import { ifIndex, micros } from '../base/units.ts';
import { addressesOfHost, type Change, type LinkPlan } from './cluster.ts';
import { type CableFault, type Fault, type HostFault, isOfHost } from './faults.ts';
import type { Host } from './host.ts';
import { addressesOf } from './invariants.ts';
import { ethernet, type SimKernel } from './kernel.ts';
import { FINE, type Weather } from './lan.ts';

/** What the segment can do for a fault. */
export interface Hands {
  boot(host: Host): void;
  reload(host: Host): void;
  change(change: Change): void;
}

const NOTHING = (): void => {};

/** Returns what ends it; cables, carriers and trackers are left to `settleHost` and `weatherOf`. */
export function beginOn(host: Host, fault: HostFault, hands: Hands): () => void {
  const boot = (): void => hands.boot(host);
  switch (fault.kind) {
    case 'link_cut':
    case 'unplugged':
    case 'script_failure':
    case 'file_holds':
      return NOTHING;
    case 'stall':
      host.stall(fault.for);
      return NOTHING;
    case 'suspended':
      return sleep(host, fault);
    case 'drift':
      host.clock.run(fault.rate);
      return () => host.clock.run(1);
    case 'stop':
    case 'stop_and_adopt':
      host.stop({ release: fault.kind === 'stop' });
      return boot;
    case 'crash':
    case 'crash_and_adopt':
    case 'power_cycle':
      die(host, fault.kind);
      return boot;
    case 'address_theft':
      for (const address of virtualAddressesOf(host).slice(0, 1)) host.kernel.removeForeign(address);
      return NOTHING;
    case 'link_replaced':
      host.kernel.removeLink(host.plan.links[0].name);
      return () => plugIn(host);
    case 'reload':
      hands.reload(host);
      return NOTHING;
    case 'change':
      hands.change(fault.change);
      hands.reload(host);
      return NOTHING;
    default:
      return exhaustive(fault);
  }
}

/** A clock that slept goes on from where it was, for the process that sleeps; one that was started since has read it. */
function sleep(host: Host, fault: Extract<HostFault, { kind: 'suspended' }>): () => void {
  const { process, now } = host;
  host.stall(fault.for);
  return () => {
    if (fault.clockSleeps && host.process === process) host.clock.set(now);
  };
}

function die(host: Host, how: 'crash' | 'crash_and_adopt' | 'power_cycle'): void {
  const addresses = virtualAddressesOf(host);
  host.crash();
  if (how === 'power_cycle') host.kernel.forgetAllBut(addressesOfHost(host.plan));
  // what the parent does when its child is dead
  if (how === 'crash') for (const address of addresses) host.kernel.removeForeign(address);
}

const virtualAddressesOf = ({ config }: Host): readonly IpAddress[] =>
  config.vrrpInstances.flatMap(addressesOf);

/** What the faults that go on mean for one machine. */
export function settleHost(host: Host, active: ReadonlySet<Fault>): void {
  const mine = [...active].filter((fault) => isOfHost(fault) && fault.host === host.plan.name);
  const has = (...kinds: readonly Fault['kind'][]): boolean => mine.some(({ kind }) => kinds.includes(kind));
  const [main] = host.plan.links;
  const cut = mine.flatMap((fault) => (fault.kind === 'link_cut' ? [fault.link ?? main.name] : []));
  const names = host.plan.links.map(({ name }) => name);
  host.severed = new Set(
    has('suspended', 'power_cycle') ? names : [...cut, ...(has('unplugged') ? [main.name] : [])],
  );
  for (const name of names) host.kernel.setRunning(name, !cut.includes(name));
  host.tracked.setStatus(has('script_failure') ? 1 : 0, host.worldTime);
  const held = mine.flatMap((fault) => (fault.kind === 'file_holds' ? [fault.value] : []));
  host.tracked.setContent(held.at(-1) ?? 0);
}

/** The worst of all that goes on. */
export function weatherOf(active: ReadonlySet<Fault>, ports: readonly string[]): Weather {
  const cables = [...active].filter((fault): fault is CableFault => !isOfHost(fault));
  if (cables.length === 0) return FINE;
  const worst = (of: (fault: CableFault) => number): number => Math.max(...cables.map(of));
  const cuts = new Map<string, number>();
  for (const fault of cables) {
    if (fault.kind === 'one_way') cuts.set(`${fault.from}>${fault.to}`, fault.loss);
    if (fault.kind === 'partition') for (const pair of parted(fault.island, ports)) cuts.set(pair, 1);
  }
  return {
    loss: worst((fault) => (fault.kind === 'lossy' ? fault.loss : 0)),
    doubling: worst((fault) => (fault.kind === 'doubling' ? fault.doubling : 0)),
    delayMax: micros(worst((fault) => (fault.kind === 'reordering' ? fault.delayMax : 0))),
    cuts,
  };
}

const parted = (island: readonly string[], ports: readonly string[]): readonly string[] =>
  ports
    .filter((port) => island.includes(port))
    .flatMap((a) => ports.filter((b) => !island.includes(b)).flatMap((b) => [`${a}>${b}`, `${b}>${a}`]));

/** Each link that is missing, under a new index, with the host's own addresses on it. */
export function plugIn({ kernel, plan }: Host): void {
  const present = [...kernel.links.values()].map(({ name }) => name);
  for (const link of plan.links) if (!present.includes(link.name)) plugInLink(kernel, link);
}

function plugInLink(kernel: SimKernel, { name, mac, addresses }: LinkPlan): void {
  const index = ifIndex(kernel.nextIndex());
  kernel.addLink(ethernet(name, index, mac));
  for (const address of addresses) {
    kernel.addForeign({
      ifIndex: index,
      address,
      prefixLength: isIpv4(address) ? 24 : 64,
      label: null,
      scope: 0,
      broadcast: null,
      protocol: null,
      secondary: false,
      traits: PLAIN_TRAITS,
      detection: 'over',
    });
  }
}
