/** Checker blocks → model, with the look-up checker → real server → virtual server done (behaviour.md section 16). */
import { micros } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Checker, MiscChecker, TcpChecker } from '../model/lvs.ts';
import type { miscCheckRows, tcpCheckRows } from '../schema/checkers.ts';
import type { BlockValue } from '../schema/read-block.ts';
import {
  type CheckerScope,
  DELAY_BEFORE_RETRY,
  DELAY_LOOP,
  lowerCommon,
  lowerTarget,
} from './checker-common.ts';
import { type LowerContext, valueOr } from './context.ts';
import { lowerFileChecker } from './file-checker.ts';
import { lowerHttp } from './http-checker.ts';
import { lowerDns, lowerPing, lowerSmtp, lowerUdp } from './network-checkers.ts';
import { lowerAgent, lowerGrpc, lowerMysql, lowerPgsql, lowerRedis } from './service-checkers.ts';

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
  add(server.FILE_CHECK, lowerFileChecker);
  add(server.MISC_CHECK, lowerMisc);
  add(server.MYSQL_CHECK, lowerMysql);
  add(server.PGSQL_CHECK, lowerPgsql);
  add(server.REDIS_CHECK, lowerRedis);
  add(server.GRPC_CHECK, lowerGrpc);
  add(server.AGENT_CHECK, lowerAgent);
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
