/** The simulated segment with its hosts, and the hand that breaks and mends it. */
import { PLAIN_TRAITS } from '../base/address-traits.ts';
import { brand } from '../base/brand.ts';
import { type IpAddress, isIpv4 } from '../base/ip.ts';
import type { MacAddress } from '../base/mac.ts';
import { exhaustive, invariant } from '../base/never.ts';
import type { Prng } from '../base/prng.ts';
import { ifIndex, type Micros, millis } from '../base/units.ts';
import type { startVrrp } from '../vrrp/shell/process.ts';
import type { Fault } from './faults.ts';
import { type Frame, Host, type HostObserver } from './host.ts';
import { addressesOf } from './invariants.ts';
import { ethernet } from './kernel.ts';
import { type Lan, newLan, PERFECT } from './lan.ts';
import type { Topology } from './topology.ts';
import type { World } from './world.ts';

export interface Segment {
  readonly lan: Lan<Frame>;
  readonly hosts: readonly Host[];
  inflict(fault: Fault): void;
  /** All links, all processes, all frames: the network is whole. */
  mend(): void;
}

export interface SegmentParts {
  readonly world: World;
  readonly random: Prng;
  readonly topology: Topology;
  readonly observer: HostObserver;
  readonly start: typeof startVrrp;
}

export function buildSegment({ world, random, topology, observer, start }: SegmentParts): Segment {
  const lan = newLan<Frame>(world, random.split());
  const hosts = topology.hosts.map((plan) => {
    const host = new Host(plan, { world, lan, random: random.split(), observer, start });
    plugIn(host);
    return host;
  });
  const at = (index: number): Host => {
    const host = hosts[index];
    invariant(host !== undefined, () => `host ${index} of ${hosts.length}`);
    return host;
  };
  const names = hosts.map(({ plan }) => plan.name);
  const later = (delay: Micros, task: () => void): void => world.later(delay, task);

  function between(pairs: readonly string[], duration: Micros): void {
    for (const pair of pairs) lan.deaf.add(pair);
    later(duration, () => {
      for (const pair of pairs) lan.deaf.delete(pair);
    });
  }

  function partition(boundary: number, duration: Micros): void {
    const [left, right] = [names.slice(0, boundary), names.slice(boundary)];
    between(
      left.flatMap((a) => right.flatMap((b) => [`${a}>${b}`, `${b}>${a}`])),
      duration,
    );
  }

  function inflict(fault: Fault): void {
    switch (fault.kind) {
      case 'partition':
        return partition(fault.boundary, fault.for);
      case 'one_way':
        return between([`${at(fault.host).plan.name}>${at(fault.other).plan.name}`], fault.for);
      case 'lossy':
        lan.habits = {
          loss: fault.loss,
          doubling: fault.doubling,
          delayMin: PERFECT.delayMin,
          delayMax: millis(100),
          reorders: true,
        };
        return later(fault.for, () => {
          lan.habits = PERFECT;
        });
      default:
        return inflictOn(at(fault.host), fault, later);
    }
  }

  function mend(): void {
    lan.habits = PERFECT;
    lan.deaf.clear();
    for (const host of hosts) {
      host.connected = true;
      host.kernel.setRunning(host.plan.interface, true);
      host.tracked.setStatus(0, host.worldTime);
      host.boot();
    }
  }

  return { lan, hosts, inflict, mend };
}

type HostFault = Exclude<Fault, { kind: 'partition' | 'one_way' | 'lossy' }>;

function inflictOn(host: Host, fault: HostFault, later: (delay: Micros, task: () => void) => void): void {
  const { kernel, plan } = host;
  const bootLater = (): void => later(fault.for, () => host.boot());
  switch (fault.kind) {
    case 'link_cut':
      host.connected = false;
      kernel.setRunning(plan.interface, false);
      return later(fault.for, () => {
        host.connected = true;
        kernel.setRunning(plan.interface, true);
      });
    case 'unplugged':
      host.connected = false;
      return later(fault.for, () => {
        host.connected = true;
      });
    case 'stall':
      return host.stall(fault.for);
    case 'crash':
      host.crash();
      for (const address of virtualAddressesOf(host)) kernel.removeForeign(address);
      return bootLater();
    case 'crash_and_adopt':
      host.crash();
      return bootLater();
    case 'power_cycle':
      host.crash();
      kernel.forgetAllBut(plan.addresses);
      return bootLater();
    case 'stop':
      host.stop({ release: true });
      return bootLater();
    case 'stop_and_adopt':
      host.stop({ release: false });
      return bootLater();
    case 'address_theft':
      for (const address of virtualAddressesOf(host).slice(0, 1)) kernel.removeForeign(address);
      return;
    case 'link_replaced':
      kernel.removeLink(plan.interface);
      return later(fault.for, () => plugIn(host));
    case 'script_failure':
      host.tracked.setStatus(1, host.worldTime);
      return later(fault.for, () => host.tracked.setStatus(0, host.worldTime));
    case 'reload':
      return host.reload(plan.config);
    default:
      return exhaustive(fault);
  }
}

/** A link under a new index, with the host's own addresses on it. */
function plugIn({ kernel, plan }: Host): void {
  if ([...kernel.links.values()].some(({ name }) => name === plan.interface)) return;
  const index = ifIndex(kernel.nextIndex());
  kernel.addLink(ethernet(plan.interface, index, brand<MacAddress>('02:00:00:00:00:01')));
  for (const address of plan.addresses) {
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

const virtualAddressesOf = ({ plan }: Host): readonly IpAddress[] =>
  plan.config.vrrpInstances.flatMap(addressesOf);
