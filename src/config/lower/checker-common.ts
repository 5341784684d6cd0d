/** What all checkers have in common → model: pace and target, with the look-up checker → real server → virtual server done
 *  (behaviour.md section 16.1). */
import { familyOf } from '../../base/ip.ts';
import { type Micros, seconds } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { CheckerCommon, CheckTarget, Forwarding } from '../model/lvs.ts';
import type { commonRows, targetRows } from '../schema/checker-common.ts';
import type { realServerRows, ServerAddress, virtualServerRows } from '../schema/lvs.ts';
import type { Settings } from '../schema/read-block.ts';
import { firstGiven, type LowerContext, valueOr } from './context.ts';

export type ServiceSettings = Settings<typeof virtualServerRows>;
export type ServerSettings = Settings<typeof realServerRows>;

/** The blocks around a checker and the server it checks. */
export interface CheckerScope {
  readonly service: ServiceSettings;
  readonly server: ServerSettings;
  readonly address: ServerAddress;
  /** the service that clients ask for, null when only marks lead to it */
  readonly asked: ServerAddress | null;
  readonly forwarding: Forwarding;
}

export const DELAY_LOOP = seconds(60);
const CONNECT_TIMEOUT = seconds(5);
export const DELAY_BEFORE_RETRY = seconds(1);

type CommonSettings = Settings<typeof commonRows>;

export function lowerCommon(
  own: CommonSettings,
  { service, server }: CheckerScope,
  { global }: LowerContext,
  /** `delay` null: as long as delay_loop */
  builtIn: { readonly retry: number; readonly delay: Micros | null } = {
    retry: 1,
    delay: DELAY_BEFORE_RETRY,
  },
): CheckerCommon {
  const delayLoop = firstGiven(own.delay_loop, server.delay_loop, service.delay_loop) ?? DELAY_LOOP;
  return {
    delayLoop,
    retry: firstGiven(own.retry, server.retry, service.retry) ?? builtIn.retry,
    delayBeforeRetry:
      firstGiven(own.delay_before_retry, server.delay_before_retry, service.delay_before_retry) ??
      builtIn.delay ??
      delayLoop,
    warmup: firstGiven(own.warmup, server.warmup, service.warmup) ?? delayLoop,
    alpha: firstGiven<boolean>(own.alpha, server.alpha, service.alpha) ?? false,
    logAllFailures: valueOr(own.log_all_failures, global.lvs.logAllCheckFailures),
  };
}

type TargetSettings = Settings<typeof targetRows>;

export function lowerTarget(own: TargetSettings, scope: CheckerScope, { report }: LowerContext): CheckTarget {
  const forwarded = forwardedTarget(own, scope, report);
  const address = forwarded?.asked.address ?? valueOr(own.connect_ip, scope.address.address);
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
    port: valueOr(own.connect_port, forwarded?.asked.port ?? scope.address.port),
    bindAddress,
    bindPort: bindAddress === null ? null : bindPort,
    bindInterface: valueOr(own.bind_if, null),
    fwmark: valueOr(own.fwmark, null),
    forwardedTo: forwarded?.to ?? null,
    timeout:
      firstGiven(own.connect_timeout, scope.server.connect_timeout, scope.service.connect_timeout) ??
      CONNECT_TIMEOUT,
  };
}

interface ForwardedTarget {
  readonly asked: ServerAddress;
  readonly to: NonNullable<CheckTarget['forwardedTo']>;
}

/** check_via: null when the probe goes to the server itself. With NAT that is the way of a client's packet too. */
function forwardedTarget(
  { check_via: via }: TargetSettings,
  { address, asked, forwarding }: CheckerScope,
  report: Report,
): ForwardedTarget | null {
  if (via?.value !== 'forwarding') return null;
  if (asked === null || forwarding.kind === 'nat' || forwarding.kind === 'fullnat') {
    const lacking = asked === null ? 'a service with an address' : 'lb_kind DR or TUN';
    report(catalog.check_via_unfit(via.at.keyword, { lacking }));
    return null;
  }
  return { asked, to: { address: address.address, forwarding } };
}
