/** The netlink requests of one host that write to its kernel, seen by an nlmon device: the proof that a
 *  start adopts what it finds.
 *
 *  Each packet of the capture is a 16-octet cooked header, whose last two octets are the netlink protocol,
 *  then messages (include/uapi/linux/netlink.h):
 *
 *      length 4 | type 2 | flags 2 | sequence 4 | port 4 | payload, padded to 4
 */
import { readFileSync } from 'node:fs';
import type { Host } from './host.ts';

export interface NetlinkWrites {
  /** commands that change services, servers or settings, in order: `NEW_DEST` */
  readonly ipvs: readonly string[];
  /** `add` or `delete` */
  readonly addresses: readonly string[];
}

export interface NetlinkCapture {
  /** ends the capture */
  readonly writes: () => Promise<NetlinkWrites>;
}

const FILE = '/run/lab/netlink.pcap';
const START_MS_MAX = 10_000;
const PCAP_HEADER = 24;
const RECORD_HEADER = 16;
const COOKED_HEADER = 16;
const MESSAGE_HEADER = 16;
const NETLINK_ROUTE = 0;
const NETLINK_GENERIC = 16;
const NLM_F_REQUEST = 1;
const RTM_NEWADDR = 20;
const RTM_DELADDR = 21;
/** IPVS_CMD_* that change something, by number (include/uapi/linux/ip_vs.h) */
const IPVS_WRITES: ReadonlyMap<number, string> = new Map([
  [1, 'NEW_SERVICE'],
  [2, 'SET_SERVICE'],
  [3, 'DEL_SERVICE'],
  [5, 'NEW_DEST'],
  [6, 'SET_DEST'],
  [7, 'DEL_DEST'],
  [9, 'NEW_DAEMON'],
  [10, 'DEL_DAEMON'],
  [12, 'SET_CONFIG'],
  [16, 'ZERO'],
  [17, 'FLUSH'],
]);

export async function captureNetlink(host: Host): Promise<NetlinkCapture> {
  await host.run([
    'sh',
    '-c',
    'ip link show nlmon0 >/dev/null 2>&1 || ip link add nlmon0 type nlmon; ip link set nlmon0 up',
  ]);
  const family = await ipvsFamily(host);
  const tcpdump = host.start(['tcpdump', '-i', 'nlmon0', '-U', '--immediate-mode', '-w', FILE]);
  await tcpdump.line(/listening on/, START_MS_MAX);
  return {
    async writes() {
      await tcpdump.stop('SIGINT');
      return writesIn(readFileSync(host.path(FILE)), family);
    },
  };
}

async function ipvsFamily(host: Host): Promise<number> {
  const listing = await host.run(['genl', 'ctrl', 'get', 'name', 'IPVS']);
  return Number.parseInt(/ID: (0x[0-9a-f]+)/.exec(listing)?.[1] ?? '', 16);
}

function writesIn(capture: Buffer, ipvsFamily: number): NetlinkWrites {
  const ipvs: string[] = [];
  const addresses: string[] = [];
  for (const { protocol, message } of messagesOf(capture)) {
    const type = message.readUInt16LE(4);
    if ((message.readUInt16LE(6) & NLM_F_REQUEST) === 0) continue;
    const command = IPVS_WRITES.get(message[MESSAGE_HEADER] ?? 0);
    if (protocol === NETLINK_GENERIC && type === ipvsFamily && command !== undefined) ipvs.push(command);
    if (protocol === NETLINK_ROUTE && type === RTM_NEWADDR) addresses.push('add');
    if (protocol === NETLINK_ROUTE && type === RTM_DELADDR) addresses.push('delete');
  }
  return { ipvs, addresses };
}

function* messagesOf(capture: Buffer): Generator<{ protocol: number; message: Buffer }> {
  for (let record = PCAP_HEADER; record + RECORD_HEADER <= capture.length; ) {
    const end = record + RECORD_HEADER + capture.readUInt32LE(record + 8);
    const packet = capture.subarray(record + RECORD_HEADER, end);
    record = end;
    const protocol = packet.readUInt16BE(14);
    for (let offset = COOKED_HEADER; offset + MESSAGE_HEADER <= packet.length; ) {
      const length = packet.readUInt32LE(offset);
      if (length < MESSAGE_HEADER || offset + length > packet.length) break;
      yield { protocol, message: packet.subarray(offset, offset + length) };
      offset += (length + 3) & ~3;
    }
  }
}
