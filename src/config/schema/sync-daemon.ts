/** The words of `lvs_sync_daemon` (keywords.json, global_defs/lvs_sync_daemon). */
import { type IpAddress, isMulticast, parseIp } from '../../base/ip.ts';
import type { InterfaceName, Port } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Word } from '../syntax/tree.ts';
import type { ValueReader } from './row.ts';
import { parseInteger, parseInterface, parsePort, wordAt } from './values.ts';

/** As written; null = not given. */
export interface SyncDaemonLine {
  readonly interface: InterfaceName;
  readonly instance: { readonly name: string; readonly at: Word } | null;
  /** 0..255 */
  readonly id: number | null;
  /** bytes, 1..65507 */
  readonly maxLength: number | null;
  readonly port: Port | null;
  /** 1..255 */
  readonly ttl: number | null;
  readonly group: IpAddress | null;
}

/** UDP payload of the largest IPv4 packet. */
const LENGTH_MAX = 65_507;

const OPTIONS: ReadonlySet<string> = new Set(['inst', 'id', 'maxlen', 'port', 'ttl', 'group']);

/** `IFACE [INSTANCE [ID]] [inst NAME] [id N] [maxlen N] [port N] [ttl N] [group IP]` */
export const syncDaemon: ValueReader<SyncDaemonLine> = (words, report) => {
  const first = wordAt(words, 0, 'an interface', report);
  const name = first === undefined ? undefined : parseInterface(first, 'lvs_sync_daemon', report);
  if (name === undefined) return undefined;
  const none = { instance: null, id: null, maxLength: null, port: null, ttl: null, group: null };
  let line: SyncDaemonLine = { interface: name, ...none };
  const [instance, id] = words.args.slice(1, 3);
  let at = 1;
  if (instance !== undefined && !OPTIONS.has(instance.text)) {
    line = { ...line, instance: { name: instance.text, at: instance } };
    at = 2;
    if (id !== undefined && !OPTIONS.has(id.text)) {
      line = { ...line, id: parseInteger(id, 0, 255, 'id', report) ?? null };
      report(catalog.sync_id_bare(id, { id: id.text }));
      at = 3;
    }
  }
  for (; at < words.args.length; at += 2) {
    const [option, value] = [words.args[at], words.args[at + 1]];
    if (option !== undefined) line = withOption(line, option, value, report);
  }
  return line;
};

function withOption(
  line: SyncDaemonLine,
  option: Word,
  value: Word | undefined,
  report: Report,
): SyncDaemonLine {
  if (!OPTIONS.has(option.text)) {
    report(catalog.unknown_option(option, { option: option.text, of: 'lvs_sync_daemon' }));
    return line;
  }
  if (value === undefined) {
    report(catalog.missing_argument(option, { keyword: option.text, wanted: 'a value' }));
    return line;
  }
  switch (option.text) {
    case 'inst':
      return line.instance === null ? { ...line, instance: { name: value.text, at: value } } : line;
    case 'id':
      return { ...line, id: parseInteger(value, 0, 255, 'id', report) ?? line.id };
    case 'maxlen':
      return { ...line, maxLength: parseInteger(value, 1, LENGTH_MAX, 'maxlen', report) ?? line.maxLength };
    case 'port':
      return { ...line, port: parsePort(value, 1, 'port', report) ?? line.port };
    case 'ttl':
      return { ...line, ttl: parseInteger(value, 1, 255, 'ttl', report) ?? line.ttl };
    default:
      return { ...line, group: multicastGroup(value, report) ?? line.group };
  }
}

function multicastGroup(word: Word, report: Report): IpAddress | null {
  const address = parseIp(word.text);
  if (address !== null && isMulticast(address)) return address;
  report(catalog.not_multicast(word, { keyword: 'group', word: word.text }));
  return null;
}
