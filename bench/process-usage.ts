/** CPU time and memory of a process, from /proc. */
import { readFileSync } from 'node:fs';

/** USER_HZ of every Linux: /proc counts CPU time in hundredths of a second. */
const TICK_MILLIS = 10;

/** user and system time of all its threads, milliseconds */
export function cpuMillis(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // the name may hold blanks and brackets; the fields behind it do not: utime and stime are the 12th and 13th
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MILLIS;
}

export function residentMegabytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

/** TCP connections that the network namespace of a process has opened since its beginning. */
export function connectionsOpened(pid: number = process.pid): number {
  const [names = '', values = ''] = readFileSync(`/proc/${pid}/net/snmp`, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'));
  return Number(values.split(' ')[names.split(' ').indexOf('ActiveOpens')]);
}
