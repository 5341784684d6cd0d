/** Keywords of the interfaces that are made for an instance. */
import type { MacAddress } from '../../base/mac.ts';
import { parseMac } from '../../base/mac.ts';
import type { InterfaceName } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Arguments, Word } from '../syntax/tree.ts';
import { type AddressLine, readAddressLine } from './address-line.ts';
import { line, type ValueReader } from './row.ts';
import { flag, parseInterface } from './values.ts';

export interface LinkLine {
  readonly name: InterfaceName | null;
  /** six octets, or five and the VRID as the sixth */
  readonly mac: { readonly octets: MacAddress; readonly vridLast: boolean } | null;
  readonly group: Word | null;
  /** of use_ipvlan */
  readonly address: AddressLine | null;
  readonly mode: 'bridge' | 'private' | 'vepa';
}

const NOTHING: LinkLine = { name: null, mac: null, group: null, address: null, mode: 'bridge' };
/** RFC 9568 §7.3, both families: these are for the VRID that they name */
const RFC_MAC = /^00:00:5e:00:0[12]:/;
const FIVE_OCTETS = /^[0-9a-f]{2}(:[0-9a-f]{2}){4}:?$/i;

/** `[IFNAME | name IFNAME] [MAC] [netlink_notify_msg] [group GROUP]` */
const vmacLine: ValueReader<LinkLine> = (words, report) => readLink(words, report, macWord);
/** `[IFNAME | name IFNAME] [IP[/LEN]] [bridge|private|vepa] [group GROUP]` */
const ipvlanLine: ValueReader<LinkLine> = (words, report) => readLink(words, report, ipvlanWord);

type OwnWord = (word: Word, words: Arguments, report: Report) => Partial<LinkLine> | null;

function readLink(words: Arguments, report: Report, own: OwnWord): LinkLine {
  let link = NOTHING;
  for (let i = 0; i < words.args.length; i++) {
    const word = words.args[i];
    if (word === undefined) break;
    const behind = words.args[i + 1];
    const special = own(word, words, report);
    if (special !== null) link = { ...link, ...special };
    else if (word.text === 'group' && behind !== undefined) {
      link = { ...link, group: behind };
      i++;
    } else if (word.text === 'name' && behind !== undefined) {
      link = withName(link, behind, words, report);
      i++;
    } else link = withName(link, word, words, report);
  }
  return link;
}

function withName(link: LinkLine, word: Word, words: Arguments, report: Report): LinkLine {
  if (link.name !== null) {
    report(catalog.link_name_twice(word, { word: word.text }));
    return link;
  }
  return { ...link, name: parseInterface(word, words.keyword.text, report) ?? null };
}

/** A multicast address and those of the RFC are refused; the RFC's own is used then. */
function macWord(word: Word, _words: Arguments, report: Report): Partial<LinkLine> | null {
  if (word.text === 'netlink_notify_msg') return {};
  const five = FIVE_OCTETS.test(word.text);
  const octets = parseMac(five ? `${word.text.replace(/:$/, '')}:00` : word.text);
  if (octets === null) return null;
  const isMulticast = (Number.parseInt(octets.slice(0, 2), 16) & 1) === 1;
  if (!isMulticast && !RFC_MAC.test(octets)) return { mac: { octets, vridLast: five } };
  report(catalog.bad_vmac(word, { mac: word.text }));
  return {};
}

function ipvlanWord(word: Word, words: Arguments, report: Report): Partial<LinkLine> | null {
  if (word.text === 'bridge' || word.text === 'private' || word.text === 'vepa') return { mode: word.text };
  if (!/^[0-9a-fA-F.:]+[.:][0-9a-fA-F.:]*(\/\d+)?$/.test(word.text)) return null;
  return { address: readAddressLine({ ...words, args: [word] }, report) ?? null };
}

export const virtualLinkRows = {
  use_vmac: line(vmacLine, 'put the addresses on a private-mode macvlan with the VRRP MAC'),
  use_vmac_addr: line(flag, 'also create VMACs for addresses on other interfaces', { tier: 3 }),
  vmac_xmit_base: line(flag, 'send adverts from the parent interface although the addresses use the VMAC'),
  use_ipvlan: line(ipvlanLine, 'put the addresses on an ipvlan', { tier: 3, repeat: 'first' }),
};
