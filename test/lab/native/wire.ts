/** What two routers put on the wire, adverts and announcements of the virtual address, as the switch between them sees them
 *  arrive at its ports, with the time that the kernel noted: a busy machine delays the test's reading of them, not these
 *  times. */
import { type Ms, now } from '../harness/clock.ts';
import type { Host } from '../harness/host.ts';

export type Side = 'higher' | 'lower';

export interface Sent {
  readonly at: Ms;
  readonly by: Side;
  readonly priority: number;
}

/** A gratuitous ARP or an unsolicited neighbour advertisement. */
export interface Announced {
  readonly at: Ms;
  readonly by: Side;
  readonly address: string;
}

export interface Wire {
  /** in the order of their arrival, a list that grows */
  readonly adverts: () => readonly Sent[];
  readonly announcements: () => readonly Announced[];
  /** who told the neighbours that the virtual address is now its own, one after the other, as often as it did */
  readonly announcers: () => readonly Side[];
}

const START_MS_MAX = 10_000;
const FILTER = 'proto 112 or ip6 proto 112 or ah or arp or icmp6';
/** Octets kept of each frame. With all of them the kernel's ring for `any` has room for eight frames, fewer than a burst has. */
const SNAPLEN = '256';
/** The ports of the switch bear the sides' names:
 *  `1795169669.653309 higher M   IP 10.0.0.1 > 224.0.0.18: VRRPv2, Advertisement, vrid 51, prio 150, authtype none, …` */
const ADVERT = /^(\d+\.\d+) (higher|lower) .*VRRPv\d, Advertisement, .*\bprio (\d+),/;

/** Resolves when the capture listens. */
export async function captureWire(between: Host, vip: string): Promise<Wire> {
  const argv = ['tcpdump', '-i', 'any', '-Q', 'in', '-ttlnn', '-s', SNAPLEN, '--immediate-mode', FILTER];
  const program = between.start(argv);
  await program.line(/listening on/, START_MS_MAX);
  // tcpdump tells the time of day, seconds
  const clockOffset: Ms = Date.now() - now();
  const adverts: Sent[] = [];
  const announcements: Announced[] = [];
  program.onLine(({ text }) => {
    adverts.push(...parseAdvert(text, clockOffset));
    announcements.push(...parseAnnouncement(text, clockOffset));
  });
  return {
    adverts: () => adverts,
    announcements: () => announcements,
    announcers: () => announcements.flatMap(({ by, address }) => (address === vip ? [by] : [])),
  };
}

function parseAdvert(text: string, clockOffset: Ms): readonly Sent[] {
  const [, time, by, priority] = ADVERT.exec(text) ?? [];
  if (by !== 'higher' && by !== 'lower') return [];
  return [{ at: Number(time) * 1000 - clockOffset, by, priority: Number(priority) }];
}

/** `… higher M   ARP, Request who-has 10.0.0.240 (ff:ff:ff:ff:ff:ff) tell 10.0.0.240, …` */
const GRATUITOUS_ARP = /^(\d+\.\d+) (higher|lower) .*ARP, Request who-has (\S+) .*tell \3,/;
/** `… higher M   … ICMP6, neighbor advertisement, tgt is fe80::240, …` */
const NEIGHBOUR_ADVERTISEMENT = /^(\d+\.\d+) (higher|lower) .*ICMP6, neighbor advertisement, tgt is ([^,]+),/;

function parseAnnouncement(text: string, clockOffset: Ms): readonly Announced[] {
  const [, time, by, address] = GRATUITOUS_ARP.exec(text) ?? NEIGHBOUR_ADVERTISEMENT.exec(text) ?? [];
  if ((by !== 'higher' && by !== 'lower') || address === undefined) return [];
  return [{ at: Number(time) * 1000 - clockOffset, by, address }];
}

/** A master that steps back may have sent one more advert while its successor's first was on the way. */
const CROSSING = 0.2; // of an interval

/** Without the adverts that crossed with the first of a successor. */
export function withoutCrossings(adverts: readonly Sent[], interval: Ms): readonly Sent[] {
  let master: Sent | null = null;
  let since = 0;
  return adverts.filter((sent) => {
    if (master !== null && sent.by !== master.by && sent.at - since < CROSSING * interval) return false;
    if (sent.by !== master?.by) since = sent.at;
    master = sent;
    return true;
  });
}

/** Who advertised with which priority, each stretch once: `['higher 150', 'higher 0', 'lower 100']`. */
export const stretches = (adverts: readonly Sent[]): readonly string[] =>
  inTurn(adverts.map(({ by, priority }) => `${by} ${priority}`));

/** Each item that differs from the one before it. */
export const inTurn = <T>(items: readonly T[]): readonly T[] =>
  items.filter((item, i) => item !== items[i - 1]);

/** The longest time between two adverts, whoever sent them. A resignation is no sign of life. */
export function longestSilence(adverts: readonly Sent[]): Ms {
  const times = adverts.filter(({ priority }) => priority > 0).map(({ at }) => at);
  return Math.max(0, ...times.slice(1).map((at, i) => at - (times[i] ?? at)));
}
