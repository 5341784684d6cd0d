/** The addresses of an instance: its family, the virtual ones, the peers (behaviour.md section 3). */
import { type Family, familyOf, type IpAddress, isLinkLocal } from '../../base/ip.ts';
import type { InterfaceName } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { UnicastPeer, VirtualAddress, VrrpDestination } from '../model/vrrp.ts';
import type { AddressLine } from '../schema/address-line.ts';
import type { ListEntry, Setting } from '../schema/read-block.ts';
import type { Span } from '../syntax/source.ts';
import { type LowerContext, valueOr } from './context.ts';
import type { InstanceSettings } from './vrrp-instance.ts';

/** An advert counts its addresses in one octet (RFC 9568 §5.2.5). */
const ADVERTISED_MAX = 255;

/** From the first address, peer or source that is given; IPv4 when there is none. */
export function instanceFamily(settings: InstanceSettings): Family {
  if (settings.native_ipv6 !== undefined) return 'inet6';
  const address =
    settings.virtual_ipaddress?.[0]?.value.address ??
    settings.unicast_peer?.[0]?.value.address ??
    settings.unicast_src_ip?.value ??
    settings.mcast_src_ip?.value;
  return address === undefined ? 'inet' : familyOf(address);
}

export interface InstanceAddresses {
  readonly virtual: readonly VirtualAddress[];
  readonly excluded: readonly VirtualAddress[];
}

export function virtualAddresses(
  settings: InstanceSettings,
  owner: {
    readonly name: string;
    readonly family: Family;
    readonly interface: InterfaceName;
    readonly strict: boolean;
    /** where an address lives */
    readonly place: (line: AddressLine) => InterfaceName;
  },
  { report }: LowerContext,
): InstanceAddresses {
  const seen = new Map<string, Span>();
  const isNew = (entry: ListEntry<AddressLine>): boolean => {
    const key = `${entry.value.address} ${entry.value.interface ?? owner.interface}`;
    const place = entry.at.args[0] ?? entry.at.keyword;
    const first = seen.get(key);
    if (first === undefined) return seen.set(key, place) !== undefined;
    const notes = [{ text: 'first given here', at: first }];
    report(catalog.duplicate_address(place, { address: entry.value.address }, { notes }));
    return false;
  };
  const fits = (entry: ListEntry<AddressLine>): boolean => {
    if (familyOf(entry.value.address) === owner.family) return true;
    const fields = {
      what: 'virtual address',
      address: entry.value.address,
      family: familyName(owner.family),
    };
    report(catalog.wrong_family(entry.at.args[0] ?? null, fields));
    return false;
  };
  const complete = ({ value }: ListEntry<AddressLine>): VirtualAddress =>
    placedAddress(value, owner.place(value));
  const listed = (settings.virtual_ipaddress ?? []).filter((entry) => fits(entry) && isNew(entry));
  const excluded = (settings.virtual_ipaddress_excluded ?? []).filter(isNew);
  reportFirst(listed[0], owner, report);
  const tooMany = listed[ADVERTISED_MAX];
  if (tooMany !== undefined) {
    const fields = { name: owner.name, limit: ADVERTISED_MAX };
    report(catalog.too_many_addresses(tooMany.at.args[0] ?? null, fields));
  }
  return {
    virtual: listed.slice(0, ADVERTISED_MAX).map(complete),
    excluded: [...listed.slice(ADVERTISED_MAX), ...excluded].map(complete),
  };
}

/** A line with the interface that it means. */
export const placedAddress = ({ useVmac: _, ...line }: AddressLine, on: InterfaceName): VirtualAddress => ({
  ...line,
  interface: on,
});

/** RFC 9568 §5.2.9: the first IPv6 address is the link-local one of the virtual router. */
function reportFirst(
  first: ListEntry<AddressLine> | undefined,
  owner: { readonly name: string; readonly family: Family; readonly strict: boolean },
  report: Report,
): void {
  if (first === undefined || owner.family === 'inet' || isLinkLocal(first.value.address)) return;
  const row = owner.strict ? catalog.link_local_first : catalog.link_local_advised;
  report(row(first.at.args[0] ?? null, { name: owner.name, address: first.value.address }));
}

export interface Route {
  readonly source: IpAddress | null;
  readonly destination: VrrpDestination;
}

/** Unicast needs a peer; a source alone falls back to multicast, as keepalived does with a complaint. */
export function advertRoute(
  settings: InstanceSettings,
  name: string,
  family: Family,
  context: LowerContext,
): Route {
  const peers = lowerPeers(settings, family, context);
  const group = family === 'inet' ? context.global.vrrp.mcastGroup4 : context.global.vrrp.mcastGroup6;
  const source =
    ofFamily(settings.unicast_src_ip, 'source address', family, context) ??
    ofFamily(settings.mcast_src_ip, 'source address', family, context);
  const meant = settings.unicast_src_ip !== undefined || settings.unicast_peer !== undefined;
  const faulty = meant && peers.length === 0 && settings.unicast_fault_no_peer !== undefined;
  if (peers.length > 0 || faulty) return { source, destination: unicastRoute(settings, peers, context) };
  if (meant) {
    const at = settings.unicast_src_ip?.at.keyword ?? null;
    context.report(catalog.unicast_without_peers(at, { name }));
  }
  const wanted = ofFamily(settings.mcast_dst_ip, 'destination', family, context);
  return { source, destination: { kind: 'multicast', group: wanted ?? group } };
}

/** A range of TTLs on any peer turns the check of the source on (keywords.json, unicast_peer). */
function unicastRoute(
  settings: InstanceSettings,
  peers: readonly UnicastPeer[],
  { defaults }: LowerContext,
): VrrpDestination {
  const ranged = peers.some(({ minTtl, maxTtl }) => minTtl !== null || maxTtl !== null);
  const wanted = settings.check_unicast_src !== undefined || defaults.vrrp_check_unicast_src !== undefined;
  const checksum = settings.old_unicast_checksum?.value;
  return {
    kind: 'unicast',
    peers,
    ttl: valueOr(settings.unicast_ttl, null),
    checkSource: ranged || wanted,
    checksum: checksum === undefined ? 'detect' : checksum === 'never' ? 'new' : 'old',
  };
}

function lowerPeers(settings: InstanceSettings, family: Family, { report }: LowerContext) {
  const seen = new Map<IpAddress, Span>();
  return (settings.unicast_peer ?? []).flatMap(({ value, at }) => {
    const word = at.args[0] ?? null;
    if (familyOf(value.address) !== family) {
      const fields = { what: 'unicast peer', address: value.address, family: familyName(family) };
      report(catalog.wrong_family(word, fields));
      return [];
    }
    const first = seen.get(value.address);
    if (first !== undefined) {
      const notes = [{ text: 'first given here', at: first }];
      report(catalog.duplicate_peer(word, { address: value.address }, { notes }));
      return [];
    }
    seen.set(value.address, word ?? at.keyword);
    return [value];
  });
}

function ofFamily(
  setting: Setting<IpAddress> | undefined,
  what: string,
  family: Family,
  { report }: LowerContext,
): IpAddress | null {
  const address = valueOr(setting, null);
  if (address === null || familyOf(address) === family) return address;
  report(catalog.wrong_family(setting?.at.args[0] ?? null, { what, address, family: familyName(family) }));
  return null;
}

export const familyName = (family: Family): string => (family === 'inet' ? 'IPv4' : 'IPv6');
