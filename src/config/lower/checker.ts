/** Checker blocks → model, with the look-up checker → real server → virtual server done (behaviour.md section 16). */
import { micros, seconds } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Checker, HttpChecker, HttpUrl, MiscChecker, TcpChecker } from '../model/lvs.ts';
import type { httpGetRows, miscCheckRows, tcpCheckRows } from '../schema/checkers.ts';
import type { BlockValue } from '../schema/read-block.ts';
import {
  type CheckerScope,
  DELAY_BEFORE_RETRY,
  DELAY_LOOP,
  lowerCommon,
  lowerTarget,
} from './checker-common.ts';
import { firstGiven, type LowerContext, latest, valueOr } from './context.ts';
import { lowerDns, lowerPing, lowerSmtp, lowerUdp } from './network-checkers.ts';

const HTTP_DELAY_BEFORE_RETRY = seconds(3);
const STATUS_DEFAULT = [{ low: 200, high: 299 }] as const;

/** All checkers of one real server, in file order. */
export function lowerCheckers(scope: CheckerScope, context: LowerContext): readonly Checker[] {
  const { server } = scope;
  const found: { readonly order: number; readonly checkers: readonly Checker[] }[] = [];
  const add = <B extends { readonly at: { readonly order: number } }>(
    blocks: readonly B[] | undefined,
    lower: (block: B, scope: CheckerScope, context: LowerContext) => Checker | readonly Checker[] | null,
  ): void => {
    for (const block of blocks ?? []) {
      const checkers = [lower(block, scope, context) ?? []].flat();
      found.push({ order: block.at.order, checkers });
    }
  };
  add(server.TCP_CHECK, lowerTcp);
  add(server.HTTP_GET, lowerHttp);
  add(server.SSL_GET, lowerHttp);
  add(server.SMTP_CHECK, lowerSmtp);
  add(server.UDP_CHECK, lowerUdp);
  add(server.DNS_CHECK, lowerDns);
  add(server.PING_CHECK, lowerPing);
  add(server.MISC_CHECK, lowerMisc);
  found.sort((a, b) => a.order - b.order);
  return found.flatMap(({ checkers }) => checkers);
}

const lowerTcp = (
  { settings }: BlockValue<null, typeof tcpCheckRows>,
  scope: CheckerScope,
  context: LowerContext,
): TcpChecker => ({
  kind: 'tcp',
  ...lowerCommon(settings, scope, context),
  target: lowerTarget(settings, scope, context),
});

type HttpBlock = BlockValue<null, typeof httpGetRows>;

function lowerHttp(block: HttpBlock, scope: CheckerScope, context: LowerContext): HttpChecker | null {
  const { settings, at } = block;
  const given = latest(settings.retry, settings.nb_get_retry);
  const own = given === undefined ? settings : { ...settings, retry: given };
  const [first, ...rest] = lowerUrls(settings, scope, context);
  if (first === undefined) {
    context.report(catalog.checker_without_url(at.keyword, { keyword: at.keyword.text }));
    return null;
  }
  const sendsName = valueOr(settings.enable_sni, false) || settings.sni_name !== undefined;
  const sni = sendsName ? serverName(settings, scope) : null;
  return {
    kind: 'http',
    ...lowerCommon(own, scope, context, { retry: 1, delay: HTTP_DELAY_BEFORE_RETRY }),
    tls: at.keyword.text === 'SSL_GET' ? { sni } : null,
    target: lowerTarget(settings, scope, context),
    protocol: valueOr(settings.http_protocol, '1.0'),
    urls: [first, ...rest],
    fastRecovery: valueOr(settings.fast_recovery, false),
  };
}

function lowerUrls(
  settings: HttpBlock['settings'],
  scope: CheckerScope,
  { report }: LowerContext,
): HttpUrl[] {
  return (settings.url ?? []).flatMap(({ settings: url, at }) => {
    if (url.path === undefined) {
      report(catalog.url_without_path(at.keyword, {}));
      return [];
    }
    return [
      {
        path: url.path.value,
        digest: valueOr(url.digest, null),
        status: valueOr(url.status_code, STATUS_DEFAULT),
        virtualHost:
          firstGiven(
            url.virtualhost,
            settings.virtualhost,
            scope.server.virtualhost,
            scope.service.virtualhost,
          ) ?? null,
      },
    ];
  });
}

/** The virtual host of the real server is not used here (behaviour.md 16.3). */
function serverName(settings: HttpBlock['settings'], { service }: CheckerScope): string | null {
  const ofUrl = settings.url?.find(({ settings: url }) => url.virtualhost !== undefined);
  return (
    valueOr(settings.sni_name, null) ??
    firstGiven(ofUrl?.settings.virtualhost, settings.virtualhost, service.virtualhost) ??
    null
  );
}

function lowerMisc(
  { settings, at }: BlockValue<null, typeof miscCheckRows>,
  scope: CheckerScope,
  context: LowerContext,
): MiscChecker | null {
  const argv = valueOr(settings.misc_path, null);
  if (argv === null) {
    context.report(catalog.checker_without_command(at.keyword, {}));
    return null;
  }
  return {
    kind: 'misc',
    ...lowerCommon(settings, scope, context, { retry: 0, delay: DELAY_BEFORE_RETRY }),
    command: { argv, user: valueOr(settings.user, context.global.scripts.user) },
    timeout: valueOr(settings.misc_timeout, valueOr(scope.service.delay_loop, DELAY_LOOP)) || micros(1),
    dynamic: settings.misc_dynamic !== undefined,
  };
}
