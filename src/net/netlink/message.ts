/** Netlink message framing (linux/netlink.h struct nlmsghdr) and the kernel's answers to requests.
 *      0: u32 length, header too | 4: u16 type | 6: u16 flags | 8: u32 sequence | 12: u32 port | 16: body
 *  All in native order; messages of one datagram start at multiples of four. */
import { attributeTable, decodeAttributes, optional } from './attributes.ts';
import { align4, NetlinkView, type NetlinkWriter } from './bytes.ts';
import { text, u32 } from './payloads.ts';

export const MESSAGE_HEADER_SIZE = 16;

export const NLMSG = { NOOP: 1, ERROR: 2, DONE: 3, OVERRUN: 4 } as const;

export const NLM_F = {
  REQUEST: 0x1,
  MULTI: 0x2,
  ACK: 0x4,
  DUMP_INTR: 0x10,
  /** NLM_F_ROOT | NLM_F_MATCH, on a get request */
  DUMP: 0x300,
  /** on a new request */
  REPLACE: 0x100,
  EXCL: 0x200,
  CREATE: 0x400,
  APPEND: 0x800,
  /** on an acknowledgement: only the header of the request is repeated */
  CAPPED: 0x100,
  /** on an acknowledgement: attributes with the reason follow */
  ACK_TLVS: 0x200,
} as const;

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly port: number;
  /** a view of the datagram it came in */
  readonly body: Uint8Array;
}

export interface Datagram {
  readonly messages: readonly NetlinkMessage[];
  /** the datagram ended within a message, or a length was impossible */
  readonly truncated: boolean;
}

export function encodeMessage(out: NetlinkWriter, message: NetlinkMessage): void {
  out
    .u32(MESSAGE_HEADER_SIZE + message.body.length)
    .u16(message.type)
    .u16(message.flags)
    .u32(message.sequence)
    .u32(message.port)
    .bytes(message.body)
    .pad4();
}

export function decodeDatagram(bytes: Uint8Array): Datagram {
  const view = new NetlinkView(bytes);
  const messages: NetlinkMessage[] = [];
  let at = 0;
  while (at < bytes.length) {
    const left = bytes.length - at;
    const length = left >= MESSAGE_HEADER_SIZE ? view.u32(at) : 0;
    if (length < MESSAGE_HEADER_SIZE || length > left) return { messages, truncated: true };
    messages.push({
      type: view.u16(at + 4),
      flags: view.u16(at + 6),
      sequence: view.u32(at + 8),
      port: view.u32(at + 12),
      body: bytes.subarray(at + MESSAGE_HEADER_SIZE, at + length),
    });
    at += align4(length);
  }
  return { messages, truncated: false };
}

/** What the kernel says at the end of a request: an NLMSG_ERROR (errno 0 is an acknowledgement) or an
 *  NLMSG_DONE. */
export interface Verdict {
  /** positive; 0 = done */
  readonly errno: number;
  /** the extended acknowledgement's text */
  readonly text: string | null;
}

const EXTENDED_ACK = attributeTable({
  text: optional(1, text), // NLMSGERR_ATTR_MSG
  offset: optional(2, u32), // NLMSGERR_ATTR_OFFS
});

/** Null when the message is no verdict or too short for one. */
export function decodeVerdict(message: NetlinkMessage): Verdict | null {
  if (message.type !== NLMSG.ERROR && message.type !== NLMSG.DONE) return null;
  // a DONE without a status is how old dumps end
  if (message.body.length < 4) return message.type === NLMSG.DONE ? { errno: 0, text: null } : null;
  const view = new NetlinkView(message.body);
  const errno = Math.max(0, -view.s32(0));
  if ((message.flags & NLM_F.ACK_TLVS) === 0) return { errno, text: null };
  const attributes = decodeAttributes(EXTENDED_ACK, message.body, attributesOffset(message, view));
  return { errno, text: attributes.ok ? attributes.value.text : null };
}

/** An error repeats the request, whole unless capped, between status and attributes. */
function attributesOffset(message: NetlinkMessage, view: NetlinkView): number {
  if (message.type === NLMSG.DONE) return 4;
  const capped = (message.flags & NLM_F.CAPPED) !== 0 || message.body.length < 4 + MESSAGE_HEADER_SIZE;
  return 4 + (capped ? MESSAGE_HEADER_SIZE : align4(view.u32(4)));
}
