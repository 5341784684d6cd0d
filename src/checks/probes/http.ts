/** HTTP_GET and SSL_GET: all urls in order, one connection each, until one fails. keepalived asks one url per
 *  `delay_loop` (Q20); here a page that broke is found within one. behaviour.md section 16.3. */

import type { HttpChecker, HttpUrl } from '../../config/model/lvs.ts';
import { cryptoModule } from '../../native/late-modules.ts';
import { statusAccepted } from '../core/http-message.ts';
import { failed, PASSED, type ProbeResult } from '../core/probe-result.ts';
import { type BodyText, createBodyText } from './body-text.ts';
import { type ExchangeEnd, startExchange } from './http-exchange.ts';
import type { ProbePorts, RunningProbe, StartProbe } from './probe.ts';

export const probeHttp: StartProbe<HttpChecker> = (checker, ports, done) => {
  let running: RunningProbe;
  const ask = (index: number): void => {
    const url = checker.urls[index];
    if (url === undefined) return done(PASSED);
    running = askUrl(checker, url, ports, (result) =>
      result.kind === 'passed' ? ask(index + 1) : done(result),
    );
  };
  ask(0);
  return { abort: () => running.abort() };
};

function askUrl(
  { target, protocol }: HttpChecker,
  url: HttpUrl,
  ports: ProbePorts,
  done: (result: ProbeResult) => void,
): RunningProbe {
  // not for secrets: it is keepalived's file format that names MD5
  const hash = url.digest === null ? null : cryptoModule().createHash('md5');
  const text = url.regex === null ? null : createBodyText(url.regex);
  const { path, virtualHost, tls } = url;
  return startExchange({ target, tls, protocol, path, virtualHost }, ports, {
    onBody: (bytes) => {
      hash?.update(bytes);
      text?.add(bytes);
    },
    onEnd: (end) => done(judge(url, end, hash?.digest('hex') ?? null, text)),
  });
}

/** In keepalived's order: status, digest, regular expression. */
function judge(url: HttpUrl, end: ExchangeEnd, digest: string | null, text: BodyText | null): ProbeResult {
  if (end.kind !== 'answered') return end;
  const { status } = end.head;
  if (!statusAccepted(url.status, status)) return failed({ kind: 'bad_status', url: url.path, status });
  if (url.digest !== null && digest !== null && digest !== url.digest) {
    return failed({ kind: 'bad_digest', url: url.path, digest, expected: url.digest });
  }
  const outcome = text?.match() ?? 'matches';
  return outcome === 'matches' ? PASSED : failed({ kind: 'bad_body', url: url.path, why: outcome });
}
