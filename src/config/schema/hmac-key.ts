/** The `key` line of auth_hmac: `ID SECRET`, the secret as text, `hex:DIGITS` or `file:PATH`. */
import { catalog } from '../diagnostics/catalog.ts';
import type { HmacKey, HmacSecret } from '../model/vrrp.ts';
import type { ValueReader } from './row.ts';
import { parseInteger, wordAt } from './values.ts';

/** HMAC-SHA256 gains nothing from a longer key than its block, and little from one shorter than its digest. */
const OCTETS_LEAST = 32;
const OCTETS_MOST = 64;

export const hmacKey: ValueReader<HmacKey> = (words, report) => {
  const [first, second] = [wordAt(words, 0, 'an id', report), words.args[1]];
  if (first === undefined) return undefined;
  const id = parseInteger(first, 1, 255, 'key', report);
  if (second === undefined)
    report(catalog.missing_argument(words.keyword, { keyword: 'key', wanted: 'a secret' }));
  if (id === undefined || second === undefined) return undefined;
  if (second.text.startsWith('file:'))
    return { id, secret: { kind: 'file', path: second.text.slice('file:'.length) } };
  const secret = secretOf(second.text);
  // the word itself is not repeated: diagnostics end up in logs
  if (secret === null) report(catalog.bad_key(words.keyword, { id }));
  return secret === null ? undefined : { id, secret };
};

/** Also what a key file holds, without the line's end. Null: not 32 to 64 octets, or not hexadecimal. */
export function secretOf(text: string): HmacSecret | null {
  const digits = text.startsWith('hex:') ? text.slice('hex:'.length).toLowerCase() : hexOf(text);
  const octets = digits.length / 2;
  const sound = /^([0-9a-f]{2})+$/.test(digits) && octets >= OCTETS_LEAST && octets <= OCTETS_MOST;
  return sound ? { kind: 'octets', hex: digits } : null;
}

const hexOf = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (octet) => octet.toString(16).padStart(2, '0')).join('');
