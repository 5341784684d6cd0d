/** A dump of rtnetlink as values. */
import { err, ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import { type AttributeError, attributeErrorText } from '../netlink/attributes.ts';
import type { NetlinkRequest, NetlinkSession } from '../netlink/session.ts';

/** `decode` gives null for what is not asked about. EGARBLED: an answer makes no sense, and none is better than a part. */
export function readAll<T extends object>(
  session: NetlinkSession,
  request: Omit<NetlinkRequest, 'attempted'>,
  what: string,
  decode: (body: Uint8Array) => Result<T | null, AttributeError>,
): Result<readonly T[], SystemError> {
  const attempted = (): string => `read the ${what} of the kernel`;
  const messages = session.dump({ ...request, attempted });
  if (!messages.ok) return messages;
  const items: T[] = [];
  for (const { body } of messages.value) {
    const item = decode(body);
    if (!item.ok) {
      return err({ code: 'EGARBLED', attempted: attempted(), detail: attributeErrorText(item.error) });
    }
    if (item.value !== null) items.push(item.value);
  }
  return ok(items);
}
