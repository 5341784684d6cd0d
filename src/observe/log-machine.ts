/** The process and its outlets as the log sees them: standard error, and the syslog socket where the addon
 *  and a syslog daemon are there. */
import { instant } from '../base/units.ts';
import { addonProblem } from '../native/addon.ts';
import { AF, SOCK } from '../native/constants.ts';
import { openDatagramSocket } from '../native/datagram-socket.ts';
import { unixSockaddr } from '../native/sockaddr.ts';
import type { LogMachine } from './log.ts';
import { fileSink, isJournalStream, type LineSink, stderrSink } from './log-sink.ts';

const SYSLOG_SOCKET = '/dev/log';

export function thisMachine(): LogMachine {
  return {
    pid: process.pid,
    now: () => instant(Number(process.hrtime.bigint() / 1_000n)),
    wall: () => Date.now(),
    stderr: stderrSink(),
    journal: isJournalStream(process.env['JOURNAL_STREAM']),
    openSyslog: () => syslogSink(SYSLOG_SOCKET),
    openFile: fileSink,
  };
}

/** Not connected: each line finds the syslog daemon by its path, so its restart costs nothing. A first
 *  empty-handed connect tells whether there is one at all. */
export function syslogSink(path: string): LineSink | null {
  const to = unixSockaddr(path);
  if (to === null || addonProblem() !== null) return null;
  const open = () => openDatagramSocket({ domain: AF.UNIX, type: SOCK.DGRAM, protocol: 0 }, path);
  const probe = open();
  if (!probe.ok) return null;
  const present = probe.value.connect(to).ok;
  probe.value.close();
  const socket = open();
  if (!present || !socket.ok) return null;
  return { write: (line) => socket.value.send({ parts: [Buffer.from(line)], to }).ok };
}
