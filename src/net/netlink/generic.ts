/** Generic netlink (linux/genetlink.h): families are numbers given at run time, found by name through the
 *  controller. A body starts with struct genlmsghdr: 0: u8 command | 1: u8 version | 2: u16 reserved. */
import { err, ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import {
  type AttributeTable,
  attributeErrorText,
  attributeTable,
  decodeAttributes,
  encodeAttributes,
  required,
  type SomeAttributes,
} from './attributes.ts';
import { NetlinkWriter } from './bytes.ts';
import { text, u16, u32 } from './payloads.ts';
import type { NetlinkSession } from './session.ts';

export const GENERIC_HEADER_SIZE = 4;

export interface GenericFamily {
  /** message type of this family, until its module is unloaded */
  readonly id: number;
  readonly version: number;
}

const CONTROLLER = { id: 0x10, version: 1 } as const; // GENL_ID_CTRL
const GET_FAMILY = 3; // CTRL_CMD_GETFAMILY

const FAMILY_ATTRIBUTES = attributeTable({
  id: required(1, u16),
  name: required(2, text),
  version: required(3, u32),
});

/** Header and attributes of one generic netlink message. */
export function genericBody<Fields>(
  header: { readonly command: number; readonly version: number },
  table: AttributeTable<Fields>,
  fields: SomeAttributes<Fields>,
): Uint8Array {
  const out = new NetlinkWriter().u8(header.command).u8(header.version).u16(0);
  encodeAttributes(table, fields, out);
  return out.finish();
}

/** ENOENT when the kernel has no such family: its module is missing or not loaded. The kernel tries to load
 *  it. */
export function resolveFamily(session: NetlinkSession, name: string): Result<GenericFamily, SystemError> {
  const attempted = (): string => `find the kernel's netlink family ${name}`;
  const answer = session.request({
    type: CONTROLLER.id,
    body: genericBody({ command: GET_FAMILY, version: CONTROLLER.version }, FAMILY_ATTRIBUTES, { name }),
    attempted,
  });
  if (!answer.ok) return answer;
  const body = answer.value[0]?.body ?? new Uint8Array(0);
  const family = decodeAttributes(FAMILY_ATTRIBUTES, body, GENERIC_HEADER_SIZE);
  if (!family.ok) {
    return err({ code: 'EGARBLED', attempted: attempted(), detail: attributeErrorText(family.error) });
  }
  return ok({ id: family.value.id, version: family.value.version });
}
