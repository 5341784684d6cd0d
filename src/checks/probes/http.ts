/** HTTP_GET and SSL_GET: all urls in order, one connection each, until one fails. keepalived asks one url per
 *  `delay_loop` (Q20); here a page that broke is found within one. behaviour.md section 16.3. */

import { millis } from '../../base/units.ts';
import type { HttpChecker, HttpUrl } from '../../config/model/lvs.ts';
import type { Login } from '../../config/model/service-checkers.ts';
import { cryptoModule } from '../../native/late-modules.ts';
import { statusAccepted } from '../core/http-message.ts';
import { judgeJson } from '../core/json-value.ts';
import { failed, PASSED, type ProbeResult } from '../core/probe-result.ts';
import { type BodyText, createBodyText } from './body-text.ts';
import { type ExchangeEnd, startExchange } from './http-exchange.ts';
import type { ProbePorts, RunningProbe, StartProbe } from './probe.ts';

export const probeHttp: StartProbe<HttpChecker> = (checker, ports, done) => {
  let running: RunningProbe;
  /** of all certificates the one that ends first */
  let ends = Number.POSITIVE_INFINITY;
  const ask = (index: number): void => {
    const url = checker.urls[index];
    if (url === undefined) return done(passed(ends, ports.wall()));
    running = askUrl(checker, url, ports, {
      onEnds: (time) => {
        if (time < ends) ends = time;
      },
      onResult: (result) => (result.kind === 'passed' ? ask(index + 1) : done(result)),
    });
  };
  ask(0);
  return { abort: () => running.abort() };
};

/** `ends` is infinite when no certificate was looked at. */
const passed = (ends: number, wall: number): ProbeResult =>
  Number.isFinite(ends) ? { kind: 'passed', certificateLeft: millis(ends - wall) } : PASSED;

interface UrlListener {
  /** milliseconds since 1970; NaN = a certificate that does not say */
  readonly onEnds: (time: number) => void;
  readonly onResult: (result: ProbeResult) => void;
}

function askUrl(
  { target, protocol, login, expiryWarning }: HttpChecker,
  url: HttpUrl,
  ports: ProbePorts,
  { onEnds, onResult }: UrlListener,
): RunningProbe {
  // not for secrets: it is keepalived's file format that names MD5
  const hash = url.digest === null ? null : cryptoModule().createHash('md5');
  const text = url.regex === null && url.json.length === 0 ? null : createBodyText();
  const { path, virtualHost, tls, words } = url;
  const authorization = login === null ? null : basicAuthorization(login);
  return startExchange({ target, tls, protocol, path, virtualHost, words, authorization }, ports, {
    ...(expiryWarning === null ? {} : { onSecure: onEnds }),
    onBody: (bytes) => {
      hash?.update(bytes);
      text?.add(bytes);
    },
    onEnd: (end) => onResult(judge(url, end, hash?.digest('hex') ?? null, text)),
  });
}

/** RFC 7617 section 2. */
const basicAuthorization = ({ user, password }: Login): string => {
  const secret = password?.kind === 'given' ? password.secret : '';
  return `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
};

/** In keepalived's order: status, digest, regular expression; then what is vipd's own. */
function judge(url: HttpUrl, end: ExchangeEnd, digest: string | null, text: BodyText | null): ProbeResult {
  if (end.kind !== 'answered') return end;
  const { status } = end.head;
  if (!statusAccepted(url.status, status)) return failed({ kind: 'bad_status', url: url.path, status });
  if (url.digest !== null && digest !== null && digest !== url.digest) {
    return failed({ kind: 'bad_digest', url: url.path, digest, expected: url.digest });
  }
  if (text === null) return PASSED;
  const outcome = url.regex === null ? 'matches' : text.match(url.regex);
  if (outcome !== 'matches') return failed({ kind: 'bad_body', url: url.path, why: outcome });
  return url.json.length === 0 ? PASSED : judgeJson(url.json, text.whole(), url.path);
}
