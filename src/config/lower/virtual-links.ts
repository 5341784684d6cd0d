/** use_vmac, use_vmac_addr, use_ipvlan → the interfaces that an instance has made, and which address lives on which
 *  (behaviour.md section 8.1). */
import { type Family, familyOf, type IpAddress } from '../../base/ip.ts';
import { type MacAddress, macBytes, macFromBytes } from '../../base/mac.ts';
import { type InterfaceName, interfaceName, type Vrid } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { VirtualLink } from '../model/virtual-link.ts';
import type { AddressLine } from '../schema/address-line.ts';
import type { Setting } from '../schema/read-block.ts';
import type { LinkLine } from '../schema/virtual-link.ts';
import type { Statement } from '../syntax/tree.ts';
import { type LowerContext, valueOr } from './context.ts';
import type { InstanceSettings } from './vrrp-instance.ts';
import { parseNumber } from './word-walk.ts';

/** linux/if_link.h */
const MACVLAN_MODE_PRIVATE = 1;
const IPVLAN_MODE_L2 = 0;
const IPVLAN_FLAGS = { bridge: 0, private: 1, vepa: 2 } as const;
const PREFIX_DEFAULT = 'vrrp';
const NAME_MAX = 15; // IFNAMSIZ
/** Variants of a name that are tried. */
const VARIANTS_MAX = 255;

export interface LinkPlan {
  /** complete when every address has been placed */
  readonly links: readonly VirtualLink[];
  /** where adverts leave */
  readonly advertInterface: InterfaceName;
  /** the source of adverts that use_ipvlan names */
  readonly source: IpAddress | null;
  /** the address that the ipvlan itself has */
  readonly ownAddress: AddressLine | null;
  /** where an address lives */
  place(line: AddressLine): InterfaceName;
}

interface Owner {
  readonly name: string;
  readonly vrid: Vrid;
  readonly family: Family;
  readonly interface: InterfaceName;
  readonly unicast: boolean;
  readonly strict: boolean;
}

export function planLinks(settings: InstanceSettings, owner: Owner, context: LowerContext): LinkPlan {
  const links: VirtualLink[] = [];
  const main = mainLink(settings, owner, context);
  if (main !== null) links.push(main);
  const { vmac_xmit_base: xmitBase } = settings;
  if (xmitBase !== undefined && main === null) {
    context.report(catalog.xmit_base_alone(xmitBase.at.keyword, { name: owner.name }));
  }
  const base = owner.unicast || (xmitBase !== undefined && !owner.strict);
  const own = main?.kind === 'ipvlan' ? (settings.use_ipvlan?.value.address ?? null) : null;
  return {
    links,
    advertInterface: main === null || base ? owner.interface : main.name,
    source: own?.address ?? null,
    ownAddress: own,
    place(line) {
      const device = line.interface ?? owner.interface;
      if (main !== null && line.interface === null) return main.name;
      const wanted = line.useVmac || (settings.use_vmac_addr !== undefined && device !== owner.interface);
      if (!wanted) return device;
      const known = links.find(({ parent, kind }) => parent === device && kind === 'macvlan');
      const made = known ?? addressLink(device, owner, context);
      if (known === undefined) links.push(made);
      return made.name;
    },
  };
}

function mainLink(settings: InstanceSettings, owner: Owner, context: LowerContext): VirtualLink | null {
  const { use_vmac: vmac, use_ipvlan: ipvlan } = settings;
  if (vmac !== undefined) return vmacLink(vmac, owner, context);
  if (ipvlan === undefined) return null;
  const { address } = ipvlan.value;
  if (address !== null && familyOf(address.address) === owner.family) {
    return ipvlanLink(ipvlan, owner, context);
  }
  if (address === null && owner.family === 'inet6') return ipvlanLink(ipvlan, owner, context);
  context.report(catalog.ipvlan_address(ipvlan.at.keyword, { name: owner.name }));
  return null;
}

function vmacLink({ value: line, at }: Setting<LinkLine>, owner: Owner, context: LowerContext): VirtualLink {
  return {
    kind: 'macvlan',
    name: nameOf(line, at, owner, context),
    parent: owner.interface,
    family: owner.family,
    mac: line.mac === null || owner.strict ? virtualMac(owner) : chosenMac(line.mac, owner.vrid),
    group: groupOf(line, context),
    mode: MACVLAN_MODE_PRIVATE,
    flags: 0,
  };
}

function ipvlanLink(
  { value: line, at }: Setting<LinkLine>,
  owner: Owner,
  context: LowerContext,
): VirtualLink {
  return {
    kind: 'ipvlan',
    name: nameOf(line, at, owner, context),
    parent: owner.interface,
    family: owner.family,
    mac: null,
    group: groupOf(line, context),
    mode: IPVLAN_MODE_L2,
    flags: IPVLAN_FLAGS[line.mode],
  };
}

/** The VMAC of an address on another interface. */
function addressLink(parent: InterfaceName, owner: Owner, context: LowerContext): VirtualLink {
  const prefix = valueOr(context.defaults.vmac_addr_prefix, prefixOf(context));
  return {
    kind: 'macvlan',
    name: context.nameLink(namesFor(prefix, owner)),
    parent,
    family: owner.family,
    mac: virtualMac(owner),
    group: null,
    mode: MACVLAN_MODE_PRIVATE,
    flags: 0,
  };
}

const prefixOf = ({ defaults }: LowerContext): string => valueOr(defaults.vmac_prefix, PREFIX_DEFAULT);

/** The name that the line gives, unless another instance has it; else the first free one. */
function nameOf(
  { name: wanted }: LinkLine,
  at: Statement,
  owner: Owner,
  context: LowerContext,
): InterfaceName {
  const name = context.nameLink(candidates(wanted, namesFor(prefixOf(context), owner)));
  if (wanted !== null && name !== wanted) {
    const place = at.args.find(({ text }) => text === wanted) ?? at.keyword;
    context.report(catalog.link_name_taken(place, { name: owner.name, link: wanted, instead: name }));
  }
  return name;
}

function* candidates(
  wanted: InterfaceName | null,
  others: Iterable<InterfaceName>,
): Generator<InterfaceName> {
  if (wanted !== null) yield wanted;
  yield* others;
}

/** `vrrp.51`, an IPv6 instance's `vrrp6.51` where that is taken, then `vrrp.51.1` and so on. */
function* namesFor(prefix: string, { vrid, family }: Owner): Generator<InterfaceName> {
  yield interfaceName(`${prefix}.${vrid}`.slice(0, NAME_MAX));
  if (family === 'inet6') yield interfaceName(`${prefix}6.${vrid}`.slice(0, NAME_MAX));
  for (let i = 1; i <= VARIANTS_MAX; i++) yield interfaceName(`${prefix.slice(0, 7)}.${vrid}.${i}`);
}

/** RFC 9568 §7.3: 00-00-5E-00-01-VRID for IPv4, 00-00-5E-00-02-VRID for IPv6. */
function virtualMac({ family, vrid }: Owner): MacAddress | null {
  return macFromBytes(Uint8Array.of(0, 0, 0x5e, 0, family === 'inet' ? 1 : 2, vrid));
}

function chosenMac({ octets, vridLast }: NonNullable<LinkLine['mac']>, vrid: Vrid): MacAddress | null {
  return vridLast ? macFromBytes(Uint8Array.of(...macBytes(octets).subarray(0, 5), vrid)) : octets;
}

function groupOf({ group }: LinkLine, { lines, report }: LowerContext): number | null {
  if (group === null) return null;
  const number = lines.names('group').get(group.text) ?? parseNumber(group.text);
  if (number === null) report(catalog.link_group(group, { group: group.text }));
  return number;
}

/** Hands out names that no other instance has. */
export function linkNames(): (candidates: Iterable<InterfaceName>) => InterfaceName {
  const taken = new Set<InterfaceName>();
  return (candidates) => {
    let last = interfaceName(PREFIX_DEFAULT);
    for (const name of candidates) {
      last = name;
      if (!taken.has(name)) break;
    }
    taken.add(last);
    return last;
  };
}
