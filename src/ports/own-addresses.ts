/** The addresses of this host, for who wants to know whether a certain one is here. */
import type { IpAddress } from '../base/ip.ts';
import type { Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';

export interface OwnAddresses {
  /** Tells at once and after each change, until the returned function is called. */
  follow(tell: (present: ReadonlySet<IpAddress>) => void): Result<() => void, SystemError>;
}
