/** One Ethernet segment: a switch that learns where MAC addresses live and forgets them, and the weather on its cables. In
 *  good weather a frame takes as long as its pair of ports always takes; in bad weather it is late, lost, doubled or
 *  overtaken. */
import type { MacAddress } from '../base/mac.ts';
import type { Prng } from '../base/prng.ts';
import { after, elapsed, type Instant, instant, type Micros, micros, seconds } from '../base/units.ts';
import type { Ethernet } from './frame.ts';
import { nameSeed } from './naming.ts';
import type { World } from './world.ts';

export interface Weather {
  /** probability that a frame is lost, per receiver */
  readonly loss: number;
  /** probability that a frame arrives twice */
  readonly doubling: number;
  /** a frame takes up to this much longer than usual, and may overtake another one of its pair */
  readonly delayMax: Micros;
  /** `from>to` pairs of ports: what is lost on the way from one to the other, 0..1 */
  readonly cuts: ReadonlyMap<string, number>;
}

export const FINE: Weather = { loss: 0, doubling: 0, delayMax: micros(0), cuts: new Map() };

/** As long as a switch remembers a MAC address that is silent: the usual five minutes of IEEE 802.1D §7.9.2. */
const AGEING = seconds(300);
/** Shortest way through the switch, and how much longer the longest one is. */
const DELAY = micros(50);
const DELAY_SPREAD = 250;

interface Place {
  readonly port: string;
  readonly forgetAt: Instant;
}

export interface Lan<Frame extends Ethernet> {
  weather: Weather;
  /** what the switch has learned, by segment and MAC address */
  readonly table: ReadonlyMap<string, Place>;
  attach(port: string, segment: string, receive: (frame: Frame) => void): void;
  send(port: string, frame: Frame): void;
  /** Time went by in which those that were silent since `heard` stayed silent, and the others did not. */
  age(duration: Micros, heard: Instant): void;
  /** The ports that a frame to this MAC address leaves by. */
  portsOf(segment: string, mac: MacAddress): readonly string[];
}

export function newLan<Frame extends Ethernet>(world: World, random: Prng): Lan<Frame> {
  const ports = new Map<string, { readonly segment: string; readonly receive: (frame: Frame) => void }>();
  const table = new Map<string, Place>();
  /** when the last frame of each pair arrives */
  const arrivals = new Map<string, Instant>();

  function portsOf(segment: string, mac: MacAddress | null): readonly string[] {
    const place = mac === null ? undefined : table.get(`${segment} ${mac}`);
    if (place !== undefined && place.forgetAt > world.now) return [place.port];
    return [...ports.keys()].filter((port) => ports.get(port)?.segment === segment);
  }

  function carry(pair: string, receive: (frame: Frame) => void, frame: Frame): void {
    const { weather } = lan;
    const { loss, doubling, delayMax } = weather;
    // what is drawn for a frame depends on the weather alone, so that in fine weather nothing is
    const copies = loss > 0 && random.chance(loss) ? 0 : doubling > 0 && random.chance(doubling) ? 2 : 1;
    const usual = after(world.now, micros(DELAY + (nameSeed(pair) % DELAY_SPREAD)));
    for (let i = 0; i < copies; i++) {
      const late = delayMax > 0 ? micros(random.between(0, delayMax)) : micros(0);
      const before = arrivals.get(pair) ?? usual;
      const at = late > 0 || before < usual ? after(usual, late) : before;
      arrivals.set(pair, at);
      // a cut takes what is on its way, too
      const arrive = (): void => {
        const cut = lan.weather.cuts.get(pair) ?? 0;
        if (cut === 0 || (cut < 1 && !random.chance(cut))) receive(frame);
      };
      world.later(elapsed(world.now, at), arrive, FRAME_UNDER_WAY);
    }
  }

  const lan: Lan<Frame> = {
    weather: FINE,
    table,
    portsOf,
    age(duration, heard) {
      for (const [mac, { port, forgetAt }] of table) {
        if (forgetAt - AGEING < heard) table.set(mac, { port, forgetAt: instant(forgetAt - duration) });
      }
    },
    attach: (port, segment, receive) => {
      ports.set(port, { segment, receive });
    },
    send(port, frame) {
      const segment = ports.get(port)?.segment ?? port;
      table.set(`${segment} ${frame.from}`, { port, forgetAt: after(world.now, AGEING) });
      for (const target of portsOf(segment, frame.to)) {
        const receive = ports.get(target)?.receive;
        if (target !== port && receive !== undefined) carry(`${port}>${target}`, receive, frame);
      }
    },
  };
  return lan;
}

export const FRAME_UNDER_WAY = 'a frame arrives';
