/** Tells when processes start, end or change their program, by the kernel's process connector. It is there in the machine's
 *  first network namespace only, and not in every kernel; then it is an error to open it. */
import { mapResult, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import { openHomeNetlinkSocket } from '../../net/adapters/netlink-socket.ts';
import { CN_PROC, decodeProcEvents, encodeListen } from '../wire/proc-event.ts';

/** linux/netlink.h */
const NETLINK_CONNECTOR = 11;
/** Events read per wake-up: a storm of forks cannot keep adverts from leaving. */
const EVENTS_PER_WAKE_MAX = 256;

/** `changed` after one event or many, and when some were lost; returns what ends it. */
export function watchProcessEvents(changed: () => void): Result<() => void, SystemError> {
  const opened = openHomeNetlinkSocket(NETLINK_CONNECTOR, 1 << (CN_PROC.INDEX - 1));
  if (!opened.ok) return opened;
  const socket = opened.value;
  const asked = socket.send(encodeListen());
  const watched = asked.ok
    ? socket.watch(() => {
        const { datagrams, error } = socket.receive(EVENTS_PER_WAKE_MAX);
        const lost = error !== null;
        if (lost || datagrams.some((datagram) => decodeProcEvents(datagram).length > 0)) changed();
      })
    : asked;
  if (!watched.ok) socket.close();
  return mapResult(watched, () => () => socket.close());
}
