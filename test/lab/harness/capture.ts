/** What tcpdump sees on a host's interface, as text lines, and what it says of adverts and gratuitous ARP. */
import type { Ms } from './clock.ts';
import type { Host } from './host.ts';
import type { Line } from './program.ts';

export interface Advert {
  readonly at: Ms;
  readonly source: string;
  readonly vrid: number;
  readonly priority: number;
}

export interface Capture {
  readonly lines: readonly Line[];
  readonly adverts: (from?: Ms) => readonly Advert[];
  /** times of the gratuitous ARPs for `address` */
  readonly announcements: (address: string, from?: Ms) => readonly Ms[];
  readonly stop: () => Promise<void>;
}

const START_MS_MAX = 10_000;
/** `IP 192.168.100.101 > 224.0.0.18: VRRPv2, Advertisement, vrid 51, prio 100, authtype simple, intvl 1s,
 *  length 20` */
const ADVERT = /IP (\S+) > 224\.0\.0\.18: VRRPv\d, Advertisement, vrid (\d+), prio (\d+)/;

/** Starts capturing VRRP and ARP; resolves when the capture listens. */
export async function captureVrrpAndArp(host: Host): Promise<Capture> {
  const filter = ['-i', 'eth0', '-lnn', '--immediate-mode', 'proto 112 or arp'];
  const program = host.start(['tcpdump', ...filter]);
  await program.line(/listening on/, START_MS_MAX);
  return {
    lines: program.lines,
    adverts: (from = 0) => program.lines.filter(({ at }) => at >= from).flatMap(parseAdvert),
    announcements: (address, from = 0) =>
      program.lines.filter(({ at, text }) => at >= from && isGratuitous(text, address)).map(({ at }) => at),
    stop: async () => void (await program.stop('SIGINT')),
  };
}

function parseAdvert({ at, text }: Line): readonly Advert[] {
  const [, source, vrid, priority] = ADVERT.exec(text) ?? [];
  return source === undefined ? [] : [{ at, source, vrid: Number(vrid), priority: Number(priority) }];
}

/** `ARP, Request who-has 192.168.100.240 (ff:ff:ff:ff:ff:ff) tell 192.168.100.240, length 28` */
const isGratuitous = (text: string, address: string): boolean =>
  text.includes('ARP, Request who-has') && text.includes(` ${address} `) && text.includes(`tell ${address},`);
