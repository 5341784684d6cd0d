/** Counts what a program writes to IPVS: an nlmon device shows every netlink message of this network
 *  namespace, tcpdump keeps them, and the commands that change something are counted. So nothing depends on
 *  what a daemon says about itself.
 *
 *  A packet of the capture: pcap record header 16 | cooked header 16 (protocol in its last two octets) |
 *  netlink messages. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { IPVS_COMMAND } from '../src/ipvs/wire/tables.ts';
import { decodeDatagram, NLM_F } from '../src/net/netlink/message.ts';
import { pause, until } from '../test/lab/harness/clock.ts';
import { startProgram } from '../test/lab/harness/program.ts';

export interface WriteCapture {
  /** Resolves when nothing has been said on netlink for a while. */
  quiet(): Promise<void>;
  /** Ends the capture: the number of IPVS commands that change the table. */
  stop(): Promise<number>;
}

const FILE = '/run/bench-netlink.pcap';
const QUIET_MS = 3_000;
const QUIET_MS_MAX = 60_000;
const PCAP_HEADER = 24;
const RECORD_HEADER = 16;
const COOKED_HEADER = 16;
const NETLINK_GENERIC = 16;
/** Message types of families that are not built in start here; among them only IPVS is spoken during a
 *  run. */
const FIRST_DYNAMIC_FAMILY = 0x11;

const WRITES: ReadonlySet<number> = new Set([
  IPVS_COMMAND.newService,
  IPVS_COMMAND.setService,
  IPVS_COMMAND.deleteService,
  IPVS_COMMAND.newDestination,
  IPVS_COMMAND.setDestination,
  IPVS_COMMAND.deleteDestination,
  IPVS_COMMAND.flush,
]);

export async function captureWrites(): Promise<WriteCapture> {
  execFileSync('sh', ['-c', 'ip link add nlmon0 type nlmon 2>/dev/null; ip link set nlmon0 up']);
  const tcpdump = startProgram(['tcpdump', '-i', 'nlmon0', '-s', '262144', '-U', '-B', '65536', '-w', FILE]);
  await tcpdump.line(/listening on/, 10_000);
  return {
    quiet: async () => {
      let size = -1;
      const deadline = Date.now() + QUIET_MS_MAX;
      while (size !== statSync(FILE).size && Date.now() < deadline) {
        size = statSync(FILE).size;
        await pause(QUIET_MS);
      }
    },
    stop: async () => {
      await tcpdump.stop('SIGINT');
      await until('the report of tcpdump', 5_000, () =>
        tcpdump.lines.some(({ text }) => /dropped by kernel/.test(text)),
      );
      if (!tcpdump.lines.some(({ text }) => /^0 packets dropped by kernel/.test(text))) {
        throw new Error('tcpdump lost packets: the count would be too low');
      }
      return countWrites(readFileSync(FILE));
    },
  };
}

function countWrites(capture: Buffer): number {
  let writes = 0;
  for (let record = PCAP_HEADER; record + RECORD_HEADER <= capture.length; ) {
    const end = record + RECORD_HEADER + capture.readUInt32LE(record + 8);
    const packet = capture.subarray(record + RECORD_HEADER, end);
    record = end;
    if (packet.length < COOKED_HEADER || packet.readUInt16BE(COOKED_HEADER - 2) !== NETLINK_GENERIC) continue;
    for (const message of decodeDatagram(packet.subarray(COOKED_HEADER)).messages) {
      const isRequest = (message.flags & NLM_F.REQUEST) !== 0 && message.type >= FIRST_DYNAMIC_FAMILY;
      if (isRequest && WRITES.has(message.body[0] ?? 0)) writes++;
    }
  }
  return writes;
}
