/** What DR and TUN ask of a real server: the virtual address where packets for it are accepted, and silence about it
 *  where neighbours ask. Each requirement tells whether it is met, why it matters, and what would meet it.
 *
 *      dr   arp_ignore, arp_announce, rp_filter not strict, VIP/32 on lo
 *      tun  arp_ignore, arp_announce, tunl0 up and not strict, VIP/32 on tunl0
 *      nat  the VIP nowhere on this machine
 *
 *  IPv6 has no ARP: an address on lo or a tunnel is not announced to neighbours anyway. */
import { addressBits, familyOf, type IpAddress } from '../../base/ip.ts';
import { exhaustive } from '../../base/never.ts';
import { effective, type Facts, type Mode, type Setting } from './facts.ts';

/** A change of the machine that can be taken back. */
export type Step =
  | { readonly kind: 'load_module'; readonly module: string; readonly device: string }
  | { readonly kind: 'switch_on'; readonly device: string }
  | { readonly kind: 'set'; readonly name: string; readonly value: number; readonly before: number }
  | {
      readonly kind: 'add_address';
      readonly device: string;
      readonly address: IpAddress;
      readonly prefixLength: number;
    };

export interface Requirement {
  readonly what: string;
  readonly met: boolean;
  /** what is wrong and what follows from it; empty when it is met */
  readonly problem: string;
  /** null: met, or nothing that a tool should change unasked */
  readonly remedy: Step | null;
}

export interface Wish {
  readonly vip: IpAddress;
  readonly mode: Mode;
}

/** In the order in which they have to be met: silence first, then the address. */
export function requirements({ vip, mode }: Wish, facts: Facts): readonly Requirement[] {
  const ipv4 = familyOf(vip) === 'inet';
  const silence = ipv4 ? silenceAbout(facts) : [];
  switch (mode) {
    case 'nat':
      return [elsewhere(vip, [], facts)];
    case 'dr':
      return [
        ...silence,
        ...(ipv4 ? [looseOnInterfaces(facts)] : []),
        elsewhere(vip, ['lo'], facts),
        placed(vip, ['lo'], facts),
      ];
    case 'tun': {
      const tunnel = ipv4 ? TUNNEL_4 : TUNNEL_6;
      const places = [tunnel.device, 'lo'];
      return [
        ...silence,
        ...tunnelReady(tunnel, facts),
        ...(ipv4 ? [looseOnTunnel(tunnel.device, facts)] : []),
        elsewhere(vip, places, facts),
        placed(vip, places, facts),
      ];
    }
    default:
      return exhaustive(mode);
  }
}

interface Tunnel {
  readonly device: string;
  readonly module: string;
}
/** The devices that these modules bring and that take packets from any peer. */
const TUNNEL_4: Tunnel = { device: 'tunl0', module: 'ipip' };
const TUNNEL_6: Tunnel = { device: 'ip6tnl0', module: 'ip6_tunnel' };

const met = (what: string): Requirement => ({ what, met: true, problem: '', remedy: null });
const unmet = (what: string, problem: string, remedy: Step | null): Requirement => ({
  what,
  met: false,
  problem,
  remedy,
});

/** The interfaces on which neighbours ask. */
const neighbourly = ({ devices }: Facts): readonly string[] =>
  devices.filter(({ loopback, name }) => !loopback && name !== TUNNEL_4.device).map(({ name }) => name);

const setting = (facts: Facts, name: string, value: number): Step => ({
  kind: 'set',
  name,
  value,
  before: facts.settings.get(name) ?? 0,
});

/** Neither answers about addresses of lo (arp_ignore 1 and more) nor names them as a sender (arp_announce 2). */
function silenceAbout(facts: Facts): readonly Requirement[] {
  const rule = (name: Setting, least: number, follows: string): Requirement => {
    const what = `${name} is ${least} or more on every interface`;
    const loud = neighbourly(facts).filter((device) => effective(facts, device, name) < least);
    if (
      (facts.settings.get(`all/${name}`) ?? 0) >= least ||
      (loud.length === 0 && neighbourly(facts).length > 0)
    ) {
      return met(what);
    }
    const where = loud.length === 0 ? 'all' : loud.join(', ');
    return unmet(what, `not on ${where}: ${follows}`, setting(facts, `all/${name}`, least));
  };
  return [
    rule(
      'arp_ignore',
      1,
      'this machine answers ARP for the virtual address and takes its traffic from the director',
    ),
    rule(
      'arp_announce',
      2,
      'ARP requests of this machine name the virtual address as their sender, and neighbours learn it',
    ),
  ];
}

const STRICT = 1;

/** Under DR a packet may come in by another interface than its answer leaves by. */
function looseOnInterfaces(facts: Facts): Requirement {
  const what = 'rp_filter is not strict on any interface';
  const strict = neighbourly(facts).filter((device) => effective(facts, device, 'rp_filter') === STRICT);
  if (strict.length === 0) return met(what);
  const problem = `strict on ${strict.join(', ')}: packets are dropped where the way back to a client is another interface`;
  return unmet(what, problem, setting(facts, 'all/rp_filter', 2));
}

function tunnelReady({ device, module }: Tunnel, { devices }: Facts): readonly Requirement[] {
  const what = `${device} is there and up`;
  const held = devices.find(({ name }) => name === device);
  const follows = 'packets from the director are not unpacked';
  if (held === undefined) {
    return [
      unmet(`${device} is there`, `no such interface: ${follows}`, { kind: 'load_module', module, device }),
      unmet(what, `not there yet`, { kind: 'switch_on', device }),
    ];
  }
  return [held.up ? met(what) : unmet(what, `down: ${follows}`, { kind: 'switch_on', device })];
}

/** What comes out of the tunnel has a client's address, whose way back is never the tunnel. */
function looseOnTunnel(device: string, facts: Facts): Requirement {
  const what = `rp_filter is not strict on ${device}`;
  const name = `${device}/rp_filter`;
  // a tunnel that is yet to come gets the default, which may be strict
  if (facts.settings.has(name) && effective(facts, device, 'rp_filter') !== STRICT) return met(what);
  const problem =
    'strict: every packet out of the tunnel is dropped, since its way back is another interface';
  return unmet(what, problem, setting(facts, name, 2));
}

/** `places`: where it may be; elsewhere neighbours would be told about it. */
function elsewhere(vip: IpAddress, places: readonly string[], { addresses }: Facts): Requirement {
  const what = `${vip} is on no ${places.length === 0 ? 'interface' : 'other interface'}`;
  const wrong = addresses.filter((held) => held.address === vip && !places.includes(held.device));
  if (wrong.length === 0) return met(what);
  const where = wrong.map((held) => `${held.device} (/${held.prefixLength})`).join(', ');
  const follows =
    places.length === 0
      ? 'answers of this machine do not go back through the director'
      : 'this machine answers for it there; remove it by hand';
  return unmet(what, `it is on ${where}: ${follows}`, null);
}

/** On one of the places, the first by choice. */
function placed(vip: IpAddress, places: readonly string[], { addresses }: Facts): Requirement {
  const prefixLength = addressBits(familyOf(vip));
  const what = `${vip}/${prefixLength} is on ${places.join(' or ')}`;
  const held = addresses.filter((one) => one.address === vip && places.includes(one.device));
  if (held.some((one) => one.prefixLength === prefixLength)) return met(what);
  const wrong = held[0];
  if (wrong !== undefined) {
    const problem = `on ${wrong.device} it has /${wrong.prefixLength}, and the whole network counts as being there`;
    return unmet(what, `${problem}; remove it by hand`, null);
  }
  const [device = 'lo'] = places;
  const problem = 'it is not: packets for it are dropped or sent on';
  return unmet(what, problem, { kind: 'add_address', device, address: vip, prefixLength });
}
