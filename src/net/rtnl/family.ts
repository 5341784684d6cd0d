/** Address families as rtnetlink numbers them (bits/socket.h). */
import type { Family, IpAddress } from '../../base/ip.ts';

export const FAMILY = { inet: 2, inet6: 10 } as const;

export const familyFrom = (number: number): Family | null =>
  number === FAMILY.inet ? 'inet' : number === FAMILY.inet6 ? 'inet6' : null;

/** What an address is that a message leaves out. */
export const UNSPECIFIED: Readonly<Record<Family, IpAddress>> = {
  inet: '0.0.0.0' as IpAddress,
  inet6: '::' as IpAddress,
};
