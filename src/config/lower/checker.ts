/** Checker blocks → model, with the look-up checker → real server → virtual server done (behaviour.md section 16). */
import { familyOf } from '../../base/ip.ts';
import { micros, seconds } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Checker, CheckerCommon, CheckTarget, HttpChecker, HttpUrl, MiscChecker } from '../model/lvs.ts';
import type { httpGetRows, miscCheckRows, tcpCheckRows } from '../schema/checkers.ts';
import type { realServerRows, ServerAddress, virtualServerRows } from '../schema/lvs.ts';
import type { BlockValue, Settings } from '../schema/read-block.ts';
import { firstGiven, type LowerContext, latest, valueOr } from './context.ts';

export type ServiceSettings = Settings<typeof virtualServerRows>;
export type ServerSettings = Settings<typeof realServerRows>;

/** The blocks around a checker and the server it checks. */
export interface CheckerScope {
  readonly service: ServiceSettings;
  readonly server: ServerSettings;
  readonly address: ServerAddress;
}

const DELAY_LOOP = seconds(60);
const CONNECT_TIMEOUT = seconds(5);
const DELAY_BEFORE_RETRY = seconds(1);
const HTTP_DELAY_BEFORE_RETRY = seconds(3);
const STATUS_DEFAULT = [{ low: 200, high: 299 }] as const;

/** All checkers of one real server, in file order. */
export function lowerCheckers(scope: CheckerScope, context: LowerContext): readonly Checker[] {
  const { server } = scope;
  const found: { readonly order: number; readonly checker: Checker | null }[] = [];
  for (const block of server.TCP_CHECK ?? []) {
    const common = lowerCommon(block.settings, scope, context, { retry: 1, delay: DELAY_BEFORE_RETRY });
    const target = lowerTarget(block.settings, scope, context);
    found.push({ order: block.at.order, checker: { kind: 'tcp', ...common, target } });
  }
  for (const block of [...(server.HTTP_GET ?? []), ...(server.SSL_GET ?? [])]) {
    found.push({ order: block.at.order, checker: lowerHttp(block, scope, context) });
  }
  for (const block of server.MISC_CHECK ?? []) {
    found.push({ order: block.at.order, checker: lowerMisc(block, scope, context) });
  }
  found.sort((a, b) => a.order - b.order);
  return found.flatMap(({ checker }) => (checker === null ? [] : [checker]));
}

type CommonSettings = Pick<
  Settings<typeof tcpCheckRows>,
  'retry' | 'delay_before_retry' | 'delay_loop' | 'warmup' | 'alpha' | 'log_all_failures'
>;

function lowerCommon(
  own: CommonSettings,
  { service, server }: CheckerScope,
  { global }: LowerContext,
  builtIn: { readonly retry: number; readonly delay: CheckerCommon['delayBeforeRetry'] },
): CheckerCommon {
  const delayLoop = firstGiven(own.delay_loop, server.delay_loop, service.delay_loop) ?? DELAY_LOOP;
  return {
    delayLoop,
    retry: firstGiven(own.retry, server.retry, service.retry) ?? builtIn.retry,
    delayBeforeRetry:
      firstGiven(own.delay_before_retry, server.delay_before_retry, service.delay_before_retry) ??
      builtIn.delay,
    warmup: firstGiven(own.warmup, server.warmup, service.warmup) ?? delayLoop,
    alpha: firstGiven<boolean>(own.alpha, server.alpha, service.alpha) ?? false,
    logAllFailures: valueOr(own.log_all_failures, global.lvs.logAllCheckFailures),
  };
}

type TargetSettings = Pick<
  Settings<typeof tcpCheckRows>,
  'connect_ip' | 'connect_port' | 'bindto' | 'bind_port' | 'bind_if' | 'fwmark' | 'connect_timeout'
>;

function lowerTarget(own: TargetSettings, scope: CheckerScope, { report }: LowerContext): CheckTarget {
  const address = valueOr(own.connect_ip, scope.address.address);
  let bindAddress = valueOr(own.bindto, null);
  if (bindAddress !== null && familyOf(bindAddress) !== familyOf(address)) {
    report(catalog.bind_family(own.bindto?.at.keyword ?? null, {}));
    bindAddress = null;
  }
  const bindPort = valueOr(own.bind_port, null);
  if (bindPort !== null && bindAddress === null) {
    report(catalog.bind_port_alone(own.bind_port?.at.keyword ?? null, {}));
  }
  return {
    address,
    port: valueOr(own.connect_port, scope.address.port),
    bindAddress,
    bindPort: bindAddress === null ? null : bindPort,
    bindInterface: valueOr(own.bind_if, null),
    fwmark: valueOr(own.fwmark, null),
    timeout:
      firstGiven(own.connect_timeout, scope.server.connect_timeout, scope.service.connect_timeout) ??
      CONNECT_TIMEOUT,
  };
}

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
