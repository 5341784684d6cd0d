/** Tells when adverts cannot be sent: one line when it begins on an interface, none for each advert after it. */
import type { Log } from '../../base/log.ts';
import { systemErrorText } from '../../base/system-error.ts';
import type { InterfaceName } from '../../base/units.ts';
import { vrrpShellLog } from '../core/log-events.ts';
import type { Effects } from './interpret.ts';

export function sendReport(log: Log): Effects['onSent'] {
  /** interfaces on which the last advert could not be sent */
  const mute = new Set<InterfaceName>();
  return (name, error) => {
    if (error === null) mute.delete(name);
    else if (!mute.has(name)) {
      mute.add(name);
      log(vrrpShellLog.sendFailed({ interface: name, detail: systemErrorText(error) }));
    }
  };
}
