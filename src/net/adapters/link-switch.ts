/** Switches an interface of the real kernel on or off. */
import { mapResult, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import type { IfIndex } from '../../base/units.ts';
import { NETLINK } from '../../native/constants.ts';
import { RTM_LINK } from '../rtnl/link.ts';
import { encodeLinkSwitch } from '../rtnl/link-switch.ts';
import { openNetlinkSession } from './netlink-socket.ts';

export function switchLink(index: IfIndex, position: 'up' | 'down'): Result<void, SystemError> {
  const opened = openNetlinkSession(NETLINK.ROUTE);
  if (!opened.ok) return opened;
  const answer = opened.value.request({
    type: RTM_LINK.NEW,
    body: encodeLinkSwitch(index, position),
    attempted: () => `switch interface ${index} ${position}`,
  });
  opened.value.close();
  return mapResult(answer, () => undefined);
}
