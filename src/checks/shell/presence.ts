/** Looks at this host's addresses as long as some service has ha_suspend. */
import type { IpAddress } from '../../base/ip.ts';
import type { Log } from '../../base/log.ts';
import { systemErrorText } from '../../base/system-error.ts';
import type { VirtualServer } from '../../config/model/lvs.ts';
import type { OwnAddresses } from '../../ports/own-addresses.ts';
import { checksLog } from '../core/log-events.ts';

export interface Presence {
  /** Tells inside this call what is so now, if that is news. */
  follow(virtualServers: readonly VirtualServer[]): void;
  close(): void;
}

/** `tell(null)`: nobody looks any more, and all checks run. */
export function createPresence(
  { addresses, log }: { readonly addresses: OwnAddresses | undefined; readonly log: Log },
  tell: (present: ReadonlySet<IpAddress> | null) => void,
): Presence {
  let end: (() => void) | null = null;
  const close = (): void => {
    end?.();
    end = null;
  };
  return {
    close,
    follow(virtualServers) {
      const isWanted = virtualServers.some(({ haSuspend }) => haSuspend);
      if (isWanted === (end !== null) || addresses === undefined) return;
      if (!isWanted) {
        close();
        tell(null);
        return;
      }
      const followed = addresses.follow(tell);
      if (followed.ok) end = followed.value;
      else log(checksLog.addressesUnknown({ reason: systemErrorText(followed.error) }));
    },
  };
}
