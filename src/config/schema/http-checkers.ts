/** Keywords of HTTP_GET and SSL_GET, and of the top level's SSL. */
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { HttpProtocol, StatusRange } from '../model/lvs.ts';
import type { Word } from '../syntax/tree.ts';
import { commonRows, targetRows } from './checker-common.ts';
import { httpLoginRows, httpWordRows, tlsExpiryRow } from './http-words.ts';
import { block, line, type ValueReader } from './row.ts';
import { escapedWord } from './script-values.ts';
import { boolean, flag, integer, noHead, oneOf, oneWord, optional, text, U32_MAX, wordAt } from './values.ts';

const OFFSET_MAX = Number.MAX_SAFE_INTEGER;

const REGEX_OPTIONS: ReadonlySet<string> = new Set([
  'allow_empty_class', 'alt_bsux', 'auto_callout', 'caseless', 'dollar_endonly', 'dotall', 'dupnames', 'extended',
  'firstline', 'match_unset_backref', 'multiline', 'never_ucp', 'never_utf', 'no_auto_capture', 'no_auto_possess',
  'no_dotstar_anchor', 'no_start_optimize', 'ucp', 'ungreedy', 'utf', 'never_backslash_c', 'alt_circumflex',
  'alt_verbnames', 'use_offset_limit',
]); // biome-ignore format: one line reads better

const md5Digest = oneWord('an MD5 digest', (word, _, report) => {
  if (/^[0-9a-fA-F]{32}$/.test(word.text)) return word.text.toLowerCase();
  report(catalog.bad_digest(word, { length: word.text.length }));
  return undefined;
});

/** `N` or `A-B`, several per line. */
const statusRanges: ValueReader<readonly StatusRange[]> = (words, report) => {
  if (wordAt(words, 0, 'a status code', report) === undefined) return undefined;
  const ranges = words.args.map((word) => statusRange(word, report)).filter((range) => range !== undefined);
  return ranges.length === 0 ? undefined : ranges;
};

function statusRange(word: Word, report: Report): StatusRange | undefined {
  const match = /^(\d{3})(?:-(\d{3}))?$/.exec(word.text);
  const low = Number(match?.[1]);
  const high = match?.[2] === undefined ? low : Number(match[2]);
  if (match !== null && low >= 100 && high <= 599 && low <= high) return { low, high };
  report(catalog.bad_status_code(word, { word: word.text }));
  return undefined;
}

/** Both later spellings of `Connection: close` with 1.0 differ only in the header's letter case. */
const httpProtocol: ValueReader<HttpProtocol> = oneOf('1.0', '1.0c', '1.0C', '1.1');

/** keepalived ignores words that it does not know. */
const regexOptions: ValueReader<readonly string[]> = (words, report) => {
  if (wordAt(words, 0, 'options', report) === undefined) return undefined;
  for (const word of words.args) {
    if (!REGEX_OPTIONS.has(word.text)) {
      report(catalog.unknown_option(word, { option: word.text, of: 'regex_options' }));
    }
  }
  return words.args.map((word) => word.text).filter((word) => REGEX_OPTIONS.has(word));
};

const regexStack: ValueReader<true> = (words, report) =>
  wordAt(words, 0, 'a start and a maximum', report) && wordAt(words, 1, 'a maximum', report) && true;

const urlRows = {
  ...httpWordRows,
  path: line(text('a path'), 'what to request', { tier: 1 }),
  digest: line(md5Digest, 'MD5 of the body, 32 hex digits', { tier: 1, repeat: 'first' }),
  status_code: line(statusRanges, 'accepted status codes, 200-299 unless given', {
    tier: 1,
    repeat: 'all',
  }),
  virtualhost: line(text('a host name'), 'Host header of this request', { tier: 1 }),
  regex: line(escapedWord, 'PCRE2 pattern that the body must match'),
  regex_no_match: line(flag, 'the body must not match', { tier: 3 }),
  regex_options: line(regexOptions, 'PCRE2 options', { tier: 3, repeat: 'all' }),
  regex_min_offset: line(integer(0, OFFSET_MAX), 'first byte of the body that may match', { tier: 3 }),
  regex_max_offset: line(integer(0, OFFSET_MAX), 'last byte of the body where a match may start', {
    tier: 3,
  }),
  regex_stack: line(regexStack, 'stack of the matcher; accepted, there is none to size here', { tier: 3 }),
};

export const httpGetRows = {
  ...commonRows,
  ...targetRows,
  ...httpLoginRows,
  nb_get_retry: line(integer(0, U32_MAX), 'old name', { replacedBy: 'retry' }),
  virtualhost: line(text('a host name'), 'Host header of the requests', { tier: 1 }),
  http_protocol: line(httpProtocol, 'HTTP version, 1.0 unless given'),
  enable_sni: line(boolean, 'send a server name in the TLS handshake'),
  sni_name: line(optional(text('a host name'), null), 'server name of the TLS handshake', { tier: 3 }),
  fast_recovery: line(boolean, 'no delays between urls while not yet up', { tier: 3 }),
  url: block(noHead, urlRows, 'one request', { tier: 1 }),
};

const tlsCompliant = line(boolean, 'end with a full TLS close handshake', { tier: 3 });

export const sslGetRows = {
  ...httpGetRows,
  tls_compliant: tlsCompliant,
  tls_expiry_warn: tlsExpiryRow,
  url: block(noHead, { ...urlRows, tls_compliant: tlsCompliant }, 'one request', { tier: 1 }),
};

export const sslRows = {
  key: line(text('a path'), "file with the client's private key (PEM)"),
  certificate: line(text('a path'), "file with the client's certificate chain (PEM)"),
  ca: line(
    text('a path'),
    'file with certificates of authorities, for tls verify; SSL_GET verifies no server all the same',
  ),
  password: line(text('a password'), 'of the private key'),
};
