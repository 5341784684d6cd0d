/** SMTP_CHECK, UDP_CHECK, DNS_CHECK and PING_CHECK blocks → model (behaviour.md sections 16.4 to 16.7). */
import { catalog } from '../diagnostics/catalog.ts';
import type {
  DnsChecker,
  PingChecker,
  SmtpChecker,
  UdpChecker,
  UdpReply,
} from '../model/network-checkers.ts';
import type { dnsCheckRows, pingCheckRows, smtpCheckRows, udpCheckRows } from '../schema/network-checkers.ts';
import type { BlockValue, Settings } from '../schema/read-block.ts';
import { type CheckerScope, lowerCommon, lowerTarget } from './checker-common.ts';
import { type LowerContext, valueOr } from './context.ts';

const REPLY_LENGTH_MAX = 255;
const DNS_RETRY = 3;
const HELO_NAME = 'smtpchecker.keepalived.org';

/** The server itself, and each `host` of the block as a checker of its own. */
export function lowerSmtp(
  { settings }: BlockValue<null, typeof smtpCheckRows>,
  scope: CheckerScope,
  context: LowerContext,
): readonly SmtpChecker[] {
  const heloName = valueOr(settings.helo_name, HELO_NAME);
  const inherited = {
    ...(settings.retry && { retry: settings.retry }),
    ...(settings.delay_before_retry && { delay_before_retry: settings.delay_before_retry }),
  };
  const hosts = (settings.host ?? []).map((host) => ({ ...inherited, ...host.settings }));
  return [settings, ...hosts].map((own) => ({
    kind: 'smtp',
    ...lowerCommon(own, scope, context),
    target: lowerTarget(own, scope, context),
    heloName,
  }));
}

export const lowerUdp = (
  { settings }: BlockValue<null, typeof udpCheckRows>,
  scope: CheckerScope,
  context: LowerContext,
): UdpChecker => ({
  kind: 'udp',
  ...lowerCommon(settings, scope, context),
  target: lowerTarget(settings, scope, context),
  payload: valueOr(settings.payload, null),
  reply: lowerReply(settings, context),
});

function lowerReply(settings: Settings<typeof udpCheckRows>, { report }: LowerContext): UdpReply | null {
  if (settings.require_reply === undefined) return null;
  const min = valueOr(settings.min_reply_length, 0);
  const max = valueOr(settings.max_reply_length, REPLY_LENGTH_MAX);
  const pattern = settings.require_reply.value;
  if (min > max && pattern !== null) {
    const at = settings.min_reply_length ?? settings.require_reply;
    report(catalog.reply_never_fits(at.at.keyword, { min, max }));
  }
  return { pattern, lengthMin: min, lengthMax: max };
}

export const lowerDns = (
  { settings }: BlockValue<null, typeof dnsCheckRows>,
  scope: CheckerScope,
  context: LowerContext,
): DnsChecker => ({
  kind: 'dns',
  ...lowerCommon(settings, scope, context, { retry: DNS_RETRY, delay: null }),
  target: lowerTarget(settings, scope, context),
  type: valueOr(settings.type, 'SOA'),
  name: valueOr(settings.name, ''),
});

export const lowerPing = (
  { settings }: BlockValue<null, typeof pingCheckRows>,
  scope: CheckerScope,
  context: LowerContext,
): PingChecker => ({
  kind: 'ping',
  ...lowerCommon(settings, scope, context),
  // IPVS forwards no echo requests
  target: lowerTarget(settings, { ...scope, asked: null }, context),
});
