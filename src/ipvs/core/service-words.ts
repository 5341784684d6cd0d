/** The words for what is decided about a service, shared by the listing and by saved rules. */
import { SERVICE_FLAG } from './equality.ts';
import { type ServiceConfig, serviceFamily } from './table.ts';

const FLAG_BITS = [SERVICE_FLAG.scheduler1, SERVICE_FLAG.scheduler2, SERVICE_FLAG.scheduler3];

/** Names of IP_VS_SVC_F_SCHED1..3; the hashing schedulers have their own for the first two. */
export const schedulerFlagWords = (scheduler: string): readonly string[] =>
  scheduler === 'sh' || scheduler === 'mh'
    ? [`${scheduler}-fallback`, `${scheduler}-port`, 'flag-3']
    : ['flag-1', 'flag-2', 'flag-3'];

/** The flags that are set, as `sh-fallback,sh-port`; empty when none is. ipvsadm 1.31 never shows the third of a
 *  hashing scheduler. */
export function schedulerFlagText({ scheduler, flags }: ServiceConfig): string {
  const hashing = scheduler === 'sh' || scheduler === 'mh';
  const shown = schedulerFlagWords(scheduler).slice(0, hashing ? 2 : 3);
  return shown.filter((_, i) => (flags & (FLAG_BITS[i] ?? 0)) !== 0).join(',');
}

/** The granularity, unless each client stands for itself: a mask for IPv4, a prefix length for IPv6. */
export function maskText({ key, persistencePrefix }: ServiceConfig): string | null {
  if (typeof persistencePrefix === 'string') return persistencePrefix;
  if (serviceFamily(key) === 'inet6') return persistencePrefix === 128 ? null : String(persistencePrefix);
  return persistencePrefix === 32 ? null : dottedMask(persistencePrefix);
}

export const isPersistent = ({ flags }: ServiceConfig): boolean => (flags & SERVICE_FLAG.persistent) !== 0;
export const isOnePacket = ({ flags }: ServiceConfig): boolean => (flags & SERVICE_FLAG.onePacket) !== 0;

const dottedMask = (prefix: number): string =>
  [0, 8, 16, 24].map((from) => 256 - 2 ** (8 - Math.min(8, Math.max(0, prefix - from)))).join('.');
