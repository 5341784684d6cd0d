/** The kernel's process connector: its one order and its events (linux/connector.h, linux/cn_proc.h). Native byte order.
 *
 *      nlmsghdr | cn_msg  0: u32 idx | 4: u32 val | 8: u32 seq | 12: u32 ack | 16: u16 len | 18: u16 flags
 *               | proc_event  0: u32 what | 4: u32 cpu | 8: u64 time | 16: pids by kind
 */
import { NetlinkView, NetlinkWriter } from '../../net/netlink/bytes.ts';
import { decodeDatagram, encodeMessage, NLMSG } from '../../net/netlink/message.ts';

/** CN_IDX_PROC and CN_VAL_PROC; the first is the multicast group, too. */
export const CN_PROC = { INDEX: 1, VALUE: 1 } as const;
/** PROC_CN_MCAST_LISTEN */
const LISTEN = 1;
const HEADER = 20;
const EVENT_FIXED = 16;

/** enum proc_cn_event, and where the pid and the thread group id of the process it is about stand. */
const EVENTS = [
  { kind: 'fork', what: 0x0000_0001, pid: 24, group: 28 },
  { kind: 'exec', what: 0x0000_0002, pid: 16, group: 20 },
  { kind: 'renamed', what: 0x0000_0200, pid: 16, group: 20 },
  { kind: 'exit', what: 0x8000_0000, pid: 16, group: 20 },
] as const;

export type ProcEventKind = (typeof EVENTS)[number]['kind'];

/** Asks for events from now on. */
export function encodeListen(): Uint8Array {
  const body = new NetlinkWriter();
  body.u32(CN_PROC.INDEX).u32(CN_PROC.VALUE).u32(0).u32(0).u16(4).u16(0).u32(LISTEN);
  const message = new NetlinkWriter();
  encodeMessage(message, { type: NLMSG.DONE, flags: 0, sequence: 0, port: 0, body: body.finish() });
  return message.finish();
}

/** The events of whole processes in a datagram; threads, other kinds and what makes no sense are left out. */
export function decodeProcEvents(datagram: Uint8Array): readonly ProcEventKind[] {
  return decodeDatagram(datagram).messages.flatMap(({ body }): readonly ProcEventKind[] => {
    if (body.length < HEADER + EVENT_FIXED) return [];
    const view = new NetlinkView(body);
    if (view.u32(0) !== CN_PROC.INDEX || view.u32(4) !== CN_PROC.VALUE) return [];
    const what = view.u32(HEADER);
    const event = EVENTS.find((row) => row.what === what);
    if (event === undefined || body.length < HEADER + event.group + 4) return [];
    const isProcess = view.u32(HEADER + event.pid) === view.u32(HEADER + event.group);
    return isProcess ? [event.kind] : [];
  });
}
