/** HTTP_GET and SSL_GET blocks → model (behaviour.md section 16.3). */
import { seconds } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { HttpWords } from '../model/http-words.ts';
import type { BodyRegex, HttpChecker, HttpTls, HttpUrl } from '../model/lvs.ts';
import type { sslGetRows } from '../schema/http-checkers.ts';
import type { BlockValue } from '../schema/read-block.ts';
import { type CheckerScope, lowerCommon, lowerTarget } from './checker-common.ts';
import { firstGiven, type LowerContext, latest, valueOr } from './context.ts';
import { translatePcre } from './pcre.ts';
import { lowerLogin } from './service-checkers.ts';

const HTTP_DELAY_BEFORE_RETRY = seconds(3);
const STATUS_DEFAULT = [{ low: 200, high: 299 }] as const;

/** HTTP_GET is an SSL_GET with fewer keywords. */
type HttpBlock = BlockValue<null, typeof sslGetRows>;
type UrlBlock = NonNullable<HttpBlock['settings']['url']>[number];

export function lowerHttp(block: HttpBlock, scope: CheckerScope, context: LowerContext): HttpChecker | null {
  const { settings, at } = block;
  const given = latest(settings.retry, settings.nb_get_retry);
  const own = given === undefined ? settings : { ...settings, retry: given };
  const [first, ...rest] = (settings.url ?? []).flatMap((url) => lowerUrl(url, block, scope, context) ?? []);
  if (first === undefined) {
    context.report(catalog.checker_without_url(at.keyword, { keyword: at.keyword.text }));
    return null;
  }
  return {
    kind: 'http',
    ...lowerCommon(own, scope, context, { retry: 1, delay: HTTP_DELAY_BEFORE_RETRY }),
    target: lowerTarget(settings, scope, context),
    protocol: valueOr(settings.http_protocol, '1.0'),
    urls: [first, ...rest],
    fastRecovery: valueOr(settings.fast_recovery, false),
    login: lowerLogin(settings, '', context),
    expiryWarning: valueOr(settings.tls_expiry_warn, null),
  };
}

function lowerUrl(
  block: UrlBlock,
  checker: HttpBlock,
  { server, service }: CheckerScope,
  context: LowerContext,
): HttpUrl | null {
  const { settings: url, at } = block;
  const { settings } = checker;
  if (url.path === undefined) {
    context.report(catalog.url_without_path(at.keyword, {}));
    return null;
  }
  const hosts = [url.virtualhost, settings.virtualhost];
  return {
    // the virtual host of the real server is no name for the handshake (behaviour.md section 16.3)
    tls: lowerTls(block, checker, firstGiven(...hosts, service.virtualhost) ?? null),
    path: url.path.value,
    digest: valueOr(url.digest, null),
    status: valueOr(url.status_code, STATUS_DEFAULT),
    virtualHost: firstGiven(...hosts, server.virtualhost, service.virtualhost) ?? null,
    regex: lowerRegex(block, context),
    words: lowerWords(block),
    json: (url.json ?? []).map(({ value }) => value),
  };
}

/** null: a plain GET, as keepalived's. */
function lowerWords({ settings: { method, header, body } }: UrlBlock): HttpWords | null {
  const headers = (header ?? []).map(({ value }) => value);
  if (method === undefined && body === undefined && headers.length === 0) return null;
  return { method: valueOr(method, 'GET'), headers, body: valueOr(body, null) };
}

function lowerTls(
  { settings: url }: UrlBlock,
  { settings, at }: HttpBlock,
  virtualHost: string | null,
): HttpTls | null {
  if (at.keyword.text !== 'SSL_GET') return null;
  const sendsName = valueOr(settings.enable_sni, false) || settings.sni_name !== undefined;
  return {
    sni: sendsName ? (valueOr(settings.sni_name, null) ?? virtualHost) : null,
    fullClose: firstGiven<boolean>(url.tls_compliant, settings.tls_compliant) ?? false,
  };
}

function lowerRegex({ settings: url }: UrlBlock, { report }: LowerContext): BodyRegex | null {
  if (url.regex === undefined) {
    const lonely =
      url.regex_no_match ??
      url.regex_options ??
      url.regex_min_offset ??
      url.regex_max_offset ??
      url.regex_stack;
    if (lonely !== undefined)
      report(catalog.regex_alone(lonely.at.keyword, { keyword: lonely.at.keyword.text }));
    return null;
  }
  const pattern = url.regex.value;
  const options = valueOr(url.regex_options, []);
  const translated = translatePcre(pattern, options);
  if (!translated.ok) {
    report(catalog.bad_regex(url.regex.at.args[0] ?? null, { problem: translated.error }));
    return null;
  }
  const minOffset = valueOr(url.regex_min_offset, 0);
  const maxOffset = valueOr(url.regex_max_offset, null);
  const isEmpty = maxOffset !== null && minOffset > maxOffset;
  if (isEmpty)
    report(catalog.regex_offsets(url.regex_min_offset?.at.keyword ?? null, { minOffset, maxOffset }));
  return {
    pattern,
    options,
    ...translated.value,
    negated: url.regex_no_match !== undefined,
    minOffset: isEmpty ? 0 : minOffset,
    maxOffset: isEmpty ? null : maxOffset,
  };
}
