/** The simulated segment with its hosts, and the hand that breaks and mends it. */
import type { IpAddress } from '../base/ip.ts';
import { sameValue } from '../base/keyed-diff.ts';
import type { MacAddress } from '../base/mac.ts';
import type { VrrpPart } from '../vrrp/shell/process.ts';
import { CLIENT_PORTS, type Client, newClients } from './clients.ts';
import { type Cluster, changed, partOf } from './cluster.ts';
import { type Fault, isOfHost } from './faults.ts';
import type { Frame } from './frame.ts';
import { Host, type HostObserver, type StartRouter } from './host.ts';
import { beginOn, type Hands, plugIn, settleHost, weatherOf } from './inflict.ts';
import { type Lan, newLan } from './lan.ts';
import { prngFor } from './naming.ts';
import type { World } from './world.ts';

export interface Segment {
  readonly lan: Lan<Frame>;
  readonly hosts: readonly Host[];
  readonly clients: readonly Client[];
  /** the configuration files as they are now */
  readonly cluster: Cluster;
  inflict(fault: Fault): void;
  /** All links, all processes, all frames: the network is whole, and everybody runs with the files as they are. */
  mend(): void;
}

export interface SegmentParts {
  readonly world: World;
  readonly seed: number;
  readonly cluster: Cluster;
  readonly observer: HostObserver;
  readonly start: StartRouter;
  /** what the configuration file of a host says; of the cluster's rings unless given */
  readonly fileIn?: (cluster: Cluster, host: string) => VrrpPart;
}

export function buildSegment({
  world,
  seed,
  cluster: initial,
  observer,
  start,
  fileIn = partOf,
}: SegmentParts): Segment {
  let cluster = initial;
  const lan = newLan<Frame>(world, prngFor(seed, 'lan'));
  const neighbours = new Map<IpAddress, MacAddress>(
    cluster.hosts
      .flatMap(({ links }) => links)
      .flatMap(({ mac, addresses }) => addresses.map((address) => [address, mac] as const)),
  );
  const around = { world, lan, seed, observer, start, neighbours };
  const hosts = cluster.hosts.map((plan) => new Host(plan, fileIn(cluster, plan.name), around));
  for (const host of hosts) plugIn(host);
  const clients = newClients(lan, hosts, cluster.hosts[0]?.links[0].segment ?? 'lan');
  const ports = [...hosts.map(({ plan }) => plan.name), ...CLIENT_PORTS];
  const active = new Set<Fault>();

  const fileOf = (host: Host): VrrpPart => fileIn(cluster, host.plan.name);
  const hands: Hands = {
    boot: (host) => host.boot(fileOf(host)),
    reload: (host) => host.reload(fileOf(host)),
    change: (change) => {
      cluster = changed(cluster, change);
    },
  };

  /** Cables, carriers and what trackers see follow from the faults that go on. */
  function settle(): void {
    lan.weather = weatherOf(active, ports);
    for (const host of hosts) settleHost(host, active);
  }

  function inflict(fault: Fault): void {
    if (isOfHost(fault)) {
      const host = hosts.find(({ plan }) => plan.name === fault.host);
      if (host !== undefined) begin(fault, () => beginOn(host, fault, hands));
    } else begin(fault, () => NOTHING);
  }

  /** The end is planned before the machine is told, so that what sleeps wakes to a world in which the fault is over. */
  function begin(fault: Fault, start: () => () => void): void {
    active.add(fault);
    let end = NOTHING;
    world.later(
      fault.for,
      () => {
        if (!active.delete(fault)) return;
        end();
        settle();
      },
      'a fault ends',
    );
    end = start();
    settle();
  }

  function mend(): void {
    active.clear();
    settle();
    for (const host of hosts) {
      host.clock.run(1);
      plugIn(host);
      hands.boot(host);
      if (!sameValue(fileOf(host), host.config)) hands.reload(host);
    }
  }

  return {
    lan,
    hosts,
    clients,
    inflict,
    mend,
    get cluster() {
      return cluster;
    },
  };
}

const NOTHING = (): void => {};
