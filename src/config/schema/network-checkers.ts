/** Keywords of SMTP_CHECK, UDP_CHECK, DNS_CHECK and PING_CHECK. */
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { closest } from '../diagnostics/suggest.ts';
import { DNS_TYPES, type DnsType } from '../model/network-checkers.ts';
import type { Arguments } from '../syntax/tree.ts';
import { commonRows, targetRows } from './checker-common.ts';
import { block, line, type ValueReader } from './row.ts';
import { integer, noHead, oneWord, text, wordAt } from './values.ts';

/** What fits in a UDP datagram over IPv4 (RFC 768, RFC 791). */
const PAYLOAD_BYTES_MAX = 65_507;
const LENGTH_MAX = 65_535;
/** RFC 1035 section 2.3.4; a name of 253 characters is one of 255 bytes in a message. */
const LABEL_MAX = 63;
const NAME_MAX = 253;

/** Hex digits with blanks anywhere, in lower case. `digit` is one of them as a pattern. */
function hexBytes(words: Arguments, digit: string, report: Report): string | undefined {
  const [first] = words.args;
  const digits = words.args.map((word) => word.text.replace(/\s/g, '')).join('');
  const isHex = new RegExp(`^(${digit}{2})+$`, 'i').test(digits);
  if (isHex && digits.length <= 2 * PAYLOAD_BYTES_MAX) return digits.toLowerCase();
  report(catalog.bad_hex(first ?? words.keyword, { keyword: words.keyword.text }));
  return undefined;
}

const payload: ValueReader<string> = (words, report) =>
  wordAt(words, 0, 'hex digits', report) === undefined ? undefined : hexBytes(words, '[0-9a-f]', report);

/** Standing alone it asks for any datagram. */
const replyPattern: ValueReader<string | null> = (words, report) =>
  words.args.length === 0 ? null : hexBytes(words, '[0-9a-fx]', report);

export const udpCheckRows = {
  ...commonRows,
  ...targetRows,
  payload: line(payload, 'datagram to send, in hex'),
  require_reply: line(replyPattern, 'a datagram must come back; in hex how it begins, X = any digit'),
  min_reply_length: line(integer(0, LENGTH_MAX), 'shortest reply, where its beginning is given', { tier: 3 }),
  max_reply_length: line(integer(0, LENGTH_MAX), 'longest reply, 255 unless given', { tier: 3 }),
};

const dnsType = oneWord('a record type', (word, _, report): DnsType | undefined => {
  const upper = word.text.toUpperCase();
  const found = DNS_TYPES.find((type) => type === upper);
  if (found !== undefined) return found;
  const near = closest(upper, DNS_TYPES);
  const help = near === null ? `one of: ${DNS_TYPES.join(' ')}` : `did you mean '${near}'?`;
  report(catalog.not_one_of(word, { keyword: 'type', word: word.text }, { help }));
  return undefined;
});

/** Without the dot at its end; the root is empty. */
const dnsName = oneWord('a domain name', (word, _, report) => {
  const name = word.text.replace(/\.$/, '');
  if (name === '') return '';
  const labels = name.split('.');
  const fits = labels.every((label) => label !== '' && utf8Length(label) <= LABEL_MAX);
  if (fits && utf8Length(name) <= NAME_MAX) return name;
  report(catalog.bad_domain_name(word, { word: word.text }));
  return undefined;
});

/** Every character beyond ASCII takes two bytes or more, each surrogate half of a pair two of the pair's four. */
const utf8Length = (text: string): number => {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    length += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
  }
  return length;
};

export const dnsCheckRows = {
  ...commonRows,
  ...targetRows,
  type: line(dnsType, 'record type of the question, SOA unless given'),
  name: line(dnsName, 'name of the question, the root unless given', { repeat: 'first' }),
};

const hostRows = { ...commonRows, ...targetRows };

export const smtpCheckRows = {
  ...commonRows,
  ...targetRows,
  helo_name: line(text('a name'), 'what to say in HELO'),
  host: block(noHead, hostRows, 'another address to check as well; an SMTP_CHECK of its own says the same'),
};

export const pingCheckRows = { ...commonRows, ...targetRows };
