/** Interfaces of the real kernel over rtnetlink, and their settings in /proc/sys/net. */
import type { Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import { NETLINK } from '../../native/constants.ts';
import type { LinkKernel } from '../../ports/link-kernel.ts';
import { NLM_F } from '../netlink/message.ts';
import type { NetlinkRequest, NetlinkSession } from '../netlink/session.ts';
import { RTM_LINK } from '../rtnl/link.ts';
import { encodeLinkToCreate, encodeLinkToRemove, encodeLinkToSet } from '../rtnl/link-orders.ts';
import { openNetlinkSession } from './netlink-socket.ts';
import { createSysctl } from './sysctl.ts';

/** Opened when it is first needed: most configurations make no interface. */
export function createLinkKernel(): LinkKernel {
  const sysctl = createSysctl();
  let opened: Result<NetlinkSession, SystemError> | null = null;
  const ask = (request: NetlinkRequest): SystemError | null => {
    if (opened === null || !opened.ok) opened = openNetlinkSession(NETLINK.ROUTE);
    const answer = opened.ok ? opened.value.request(request) : opened;
    return answer.ok ? null : answer.error;
  };
  return {
    create: (spec) =>
      ask({
        type: RTM_LINK.NEW,
        flags: NLM_F.CREATE | NLM_F.EXCL,
        body: encodeLinkToCreate(spec),
        attempted: () => `make ${spec.kind} ${spec.name} on interface ${spec.parent}`,
      }),
    remove: (index) =>
      ask({
        type: RTM_LINK.DEL,
        body: encodeLinkToRemove(index),
        attempted: () => `remove interface ${index}`,
      }),
    setUp: (index, up) =>
      ask({
        type: RTM_LINK.NEW,
        body: encodeLinkToSet(index, up),
        attempted: () => `switch interface ${index} ${up ? 'on' : 'off'}`,
      }),
    readSetting: (path) => {
      const text = sysctl.read(`net/${path}`);
      return text === null ? null : Number.parseInt(text, 10);
    },
    writeSetting: (path, value) => {
      const written = sysctl.write(`net/${path}`, String(value));
      return written.ok ? null : written.error;
    },
  };
}
