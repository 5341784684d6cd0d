/** Keywords of the checkers: TCP_CHECK, HTTP_GET, SSL_GET, MISC_CHECK, and the others by their own tables. */
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { HttpProtocol, StatusRange } from '../model/lvs.ts';
import type { Word } from '../syntax/tree.ts';
import { commonRows, targetRows } from './checker-common.ts';
import { dnsCheckRows, pingCheckRows, smtpCheckRows, udpCheckRows } from './network-checkers.ts';
import { block, line, type ValueReader } from './row.ts';
import { bareCommand, scriptUser } from './script-values.ts';
import {
  boolean, flag, integer, noHead, oneOf, oneWord, optional, SECONDS_MAX, text, U32_MAX, wholeSeconds, wordAt,
} from './values.ts'; // biome-ignore format: one line reads better

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

const urlRows = {
  path: line(text('a path'), 'what to request', { tier: 1 }),
  digest: line(md5Digest, 'MD5 of the body, 32 hex digits', { tier: 1, repeat: 'first' }),
  status_code: line(statusRanges, 'accepted status codes, 200-299 unless given', { tier: 1 }),
  virtualhost: line(text('a host name'), 'Host header of this request', { tier: 1 }),
};

const httpRows = {
  ...commonRows,
  ...targetRows,
  nb_get_retry: line(integer(0, U32_MAX), 'old name', { replacedBy: 'retry' }),
  virtualhost: line(text('a host name'), 'Host header of the requests', { tier: 1 }),
  http_protocol: line(httpProtocol, 'HTTP version, 1.0 unless given'),
  enable_sni: line(boolean, 'send a server name in the TLS handshake'),
  sni_name: line(optional(text('a host name'), null), 'server name of the TLS handshake', { tier: 3 }),
  fast_recovery: line(boolean, 'no delays between urls while not yet up', { tier: 3 }),
  url: block(noHead, urlRows, 'one request', { tier: 1 }),
};

const miscRows = {
  ...commonRows,
  misc_path: line(bareCommand, 'command; exit status 0 is success', { tier: 1 }),
  misc_timeout: line(wholeSeconds(0, SECONDS_MAX), 'seconds before it is stopped', { tier: 1 }),
  misc_dynamic: line(flag, 'the exit status sets the weight', { tier: 1 }),
  user: line(scriptUser, 'identity it runs as', { tier: 1 }),
};

export const tcpCheckRows = { ...commonRows, ...targetRows };
export const httpGetRows = httpRows;
export const miscCheckRows = miscRows;

export const checkerRows = {
  TCP_CHECK: block(noHead, tcpCheckRows, 'a TCP connection succeeds', { tier: 1 }),
  HTTP_GET: block(noHead, httpGetRows, 'pages answer as expected', { tier: 1 }),
  SSL_GET: block(noHead, httpGetRows, 'pages answer as expected over TLS', { tier: 1 }),
  SMTP_CHECK: block(noHead, smtpCheckRows, 'a mail server greets and answers HELO'),
  UDP_CHECK: block(noHead, udpCheckRows, 'no ICMP error answers a datagram, or a datagram does'),
  DNS_CHECK: block(noHead, dnsCheckRows, 'a DNS server answers without an error'),
  PING_CHECK: block(noHead, pingCheckRows, 'the host answers an ICMP echo request'),
  MISC_CHECK: block(noHead, miscCheckRows, 'a command succeeds', { tier: 1 }),
};
