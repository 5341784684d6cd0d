/** Interfaces of the real kernel over rtnetlink, and their settings in /proc/sys/net. */
import { readFileSync, writeFileSync } from 'node:fs';
import { ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import { NETLINK } from '../../native/constants.ts';
import type { LinkKernel } from '../../ports/link-kernel.ts';
import { NLM_F } from '../netlink/message.ts';
import type { NetlinkRequest, NetlinkSession } from '../netlink/session.ts';
import { RTM_LINK } from '../rtnl/link.ts';
import { encodeLinkToCreate, encodeLinkToRemove, encodeLinkToSet } from '../rtnl/link-orders.ts';
import { openNetlinkSession } from './netlink-socket.ts';

const SETTINGS = '/proc/sys/net';

/** Opened when it is first needed: most configurations make no interface. */
export function createLinkKernel(): LinkKernel {
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
      const text = settingText(path);
      return text.ok ? Number.parseInt(text.value, 10) : null;
    },
    writeSetting: (path, value) => {
      try {
        writeFileSync(`${SETTINGS}/${path}`, String(value));
        return null;
      } catch (error) {
        return failure(error, `write ${value} to ${SETTINGS}/${path}`);
      }
    },
  };
}

function settingText(path: string): Result<string, SystemError> {
  try {
    return ok(readFileSync(`${SETTINGS}/${path}`, 'latin1'));
  } catch (error) {
    return { ok: false, error: failure(error, `read ${SETTINGS}/${path}`) };
  }
}

function failure(error: unknown, attempted: string): SystemError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'EIO';
  return { code, attempted, detail: error instanceof Error ? error.message : String(error) };
}
