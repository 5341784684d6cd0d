/** The VRRP process on ports that a test moves by hand: a clock, sockets with a queue, the simulated kernel. */
import { PLAIN_TRAITS } from '../../../src/base/address-traits.ts';
import { brand } from '../../../src/base/brand.ts';
import type { IpAddress } from '../../../src/base/ip.ts';
import type { MacAddress } from '../../../src/base/mac.ts';
import { prng } from '../../../src/base/prng.ts';
import { err, ok } from '../../../src/base/result.ts';
import type { SystemError } from '../../../src/base/system-error.ts';
import { after, type Instant, ifIndex, instant, priority, seconds, vrid } from '../../../src/base/units.ts';
import type { AddressState, NetOperation } from '../../../src/ports/net-kernel.ts';
import type { VrrpPacket, VrrpSocketOptions } from '../../../src/ports/packets.ts';
import type { RoutingOperation } from '../../../src/ports/routing-kernel.ts';
import { newFirewall, type SimFirewall } from '../../../src/sim/firewall.ts';
import { ethernet, newKernel, type SimKernel } from '../../../src/sim/kernel.ts';
import { newLinks, type SimLinks } from '../../../src/sim/links.ts';
import { newRouting, type SimRouting } from '../../../src/sim/routing.ts';
import { address, ETH0 } from '../../../src/sim/topology.ts';
import { newTracked } from '../../../src/sim/tracked.ts';
import {
  startVrrp,
  type VrrpPart,
  type VrrpPorts,
  type VrrpProcess,
} from '../../../src/vrrp/shell/process.ts';
import { encodeAdvert } from '../../../src/vrrp/wire/advert.ts';

export const OWN = address('192.168.100.101');
export const PEER = address('192.168.100.102');
const GROUP = address('224.0.0.18');

export const onEth0 = (own: IpAddress, changes: Partial<AddressState> = {}): AddressState => ({
  ifIndex: ifIndex(2),
  address: own,
  prefixLength: 32,
  label: null,
  scope: 0,
  broadcast: null,
  protocol: null,
  secondary: false,
  traits: PLAIN_TRAITS,
  detection: 'over',
  ...changes,
});

interface FakeSocket {
  readonly options: VrrpSocketOptions;
  readonly waiting: VrrpPacket[];
  /** destinations of what was sent */
  readonly sent: IpAddress[];
  open: boolean;
}

export interface Bench {
  readonly kernel: SimKernel;
  readonly routing: SimRouting;
  readonly links: SimLinks;
  readonly firewall: SimFirewall;
  /** what a driver answers to a poll of its link */
  carrier: VrrpPorts['carrier']['ask'];
  /** the kernel's settings by path */
  readonly settings: Map<string, string>;
  readonly sockets: readonly FakeSocket[];
  /** priorities of the adverts that were sent, and what else happened, in order */
  readonly done: readonly string[];
  readonly logs: readonly string[];
  now: Instant;
  /** why sockets cannot be opened; null = they can */
  socketError: SystemError | null;
  /** why addresses cannot be added; null = they can */
  addError: SystemError | null;
  start(config: VrrpPart, options?: { readonly releaseVips: boolean }): VrrpProcess;
  /** Time passes; the alarm rings when it is due, at its own time. */
  pass(duration: number): void;
  /** Time passes, and nothing runs before its end. */
  stall(duration: number): void;
  /** An advert waits in the sockets; `readable` also wakes the process. */
  arrive(advert: {
    readonly priority: number;
    readonly at?: Instant;
    readonly vrid?: number;
    readonly destination?: IpAddress;
  }): void;
  readable(): void;
  /** Delivers the kernel's notifications that wait. */
  notify(): void;
}

export function newBench(): Bench {
  const notifications: (() => void)[] = [];
  const kernel = newKernel((deliver) => notifications.push(deliver));
  kernel.addLink(ethernet(ETH0, ifIndex(kernel.nextIndex()), brand<MacAddress>('02:00:00:00:00:01')));
  kernel.addForeign(onEth0(OWN, { prefixLength: 24 }));
  const links = newLinks(kernel);
  const routing = newRouting((deliver) => notifications.push(deliver));
  const sockets: FakeSocket[] = [];
  const firewall = newFirewall();
  const settings = new Map<string, string>();
  const done: string[] = [];
  const logs: string[] = [];
  const alarms: { at: Instant | null; readonly ring: () => void }[] = [];
  const nextAlarm = (end: Instant) =>
    alarms.filter(({ at }) => at !== null && at <= end).sort((a, b) => (a.at ?? 0) - (b.at ?? 0))[0];
  let wake = (): void => {};

  const bench: Bench = {
    kernel,
    links,
    routing,
    firewall,
    carrier: (name) => err({ code: 'EOPNOTSUPP', attempted: `ask ${name}`, detail: 'no way' }),
    settings,
    sockets,
    done,
    logs,
    now: instant(1_000_000_000),
    socketError: null,
    addError: null,
    start: (config, options = { releaseVips: true }) => startVrrp(ports, config, options),
    pass(duration) {
      const end = after(bench.now, seconds(duration));
      for (let due = nextAlarm(end); due !== undefined; due = nextAlarm(end)) {
        bench.now = instant(Math.max(bench.now, due.at ?? 0));
        due.at = null;
        due.ring();
        bench.notify();
      }
      bench.now = end;
    },
    stall(duration) {
      bench.now = after(bench.now, seconds(duration));
      const due = nextAlarm(bench.now);
      if (due === undefined) return;
      due.at = null;
      due.ring();
    },
    arrive(advert) {
      const packet = packetOf({
        sent: advert.priority,
        receivedAt: advert.at ?? bench.now,
        id: advert.vrid ?? 51,
        destination: advert.destination ?? GROUP,
      });
      for (const socket of sockets) if (socket.open) socket.waiting.push(packet);
    },
    readable: () => wake(),
    notify() {
      for (let next = notifications.shift(); next !== undefined; next = notifications.shift()) next();
    },
  };

  const nothing = newTracked(prng(1), () => {});
  const ports: VrrpPorts = {
    programs: nothing.programs,
    files: nothing.files,
    processes: nothing.processes,
    clock: {
      now: () => bench.now,
      wall: () => 0,
      alarm: (onRing) => {
        const alarm: (typeof alarms)[number] = { at: null, ring: onRing };
        alarms.push(alarm);
        return {
          set: (at) => {
            alarm.at = at;
          },
        };
      },
    },
    packets: {
      openVrrp(options, onReadable) {
        if (bench.socketError !== null) return err(bench.socketError);
        wake = onReadable;
        const socket: FakeSocket = { options, waiting: [], sent: [], open: true };
        sockets.push(socket);
        return ok({
          send: ({ payload, destination }) => {
            socket.sent.push(destination);
            done.push(`advert ${payload[2]} vrid ${payload[1]}${socket.open ? '' : ' on a closed socket'}`);
            return ok(undefined);
          },
          drain: (limit) => socket.waiting.splice(0, limit),
          dropped: 0,
          close: () => {
            socket.open = false;
          },
        });
      },
      openAnnouncer: ({ ifIndex: index }) =>
        ok({
          announce: (told) => {
            done.push(`announce ${told} on ${index}`);
            return ok(undefined);
          },
          close: () => {},
        }),
    },
    net: {
      ...kernel,
      apply: (operations) => operations.map((operation) => applyOne(operation)),
    },
    links: {
      ...links,
      setUp: (index, up) => {
        done.push(`${kernel.links.get(index)?.name ?? index} ${up ? 'on' : 'off'}`);
        return links.setUp(index, up);
      },
    },
    routing: {
      ...routing,
      apply: (operations) =>
        operations.map((operation) => {
          const [error = null] = routing.apply([operation]);
          done.push(`${operation.kind} ${textOf(operation)} ${error?.code ?? 'done'}`);
          return error;
        }),
    },
    carrier: { ask: (name, method) => bench.carrier(name, method) },
    firewall,
    sysctl: {
      read: (path) => settings.get(path) ?? null,
      write: (path, value) => {
        settings.set(path, value);
        return ok(undefined);
      },
    },
    log: ({ text, level }) => {
      if (level !== 'debug') logs.push(text);
    },
  };

  function applyOne(operation: NetOperation): SystemError | null {
    const adding = operation.kind === 'add_address';
    const [error = null] = adding && bench.addError !== null ? [bench.addError] : kernel.apply([operation]);
    done.push(`${adding ? 'add' : 'remove'} ${operation.address.address} ${error?.code ?? 'done'}`);
    return error;
  }
  return bench;
}

const textOf = (operation: RoutingOperation): string =>
  'route' in operation ? operation.route.destination.address : String(operation.rule.priority);

function packetOf({
  sent,
  receivedAt,
  id,
  destination,
}: {
  readonly sent: number;
  readonly receivedAt: Instant;
  readonly id: number;
  readonly destination: IpAddress;
}): VrrpPacket {
  const payload = encodeAdvert(
    {
      version: 2,
      type: 1,
      vrid: vrid(id),
      priority: priority(sent),
      interval: seconds(1),
      authentication: { type: 0, octets: '0000000000000000' },
      addresses: [address('192.168.100.240')],
    },
    { source: PEER, destination },
  );
  return { source: PEER, destination, id: 1, ttl: 255, announcedLength: payload.length, payload, receivedAt };
}
