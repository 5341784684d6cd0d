/** Timeouts and synchronisation daemons as `ipvsadm -L --timeout` and `ipvsadm -L --daemon` print them. */
import { toSeconds } from '../../base/units.ts';
import type { IpvsTimeouts } from '../../ports/ipvs-kernel.ts';
import type { SyncDaemon } from './daemon.ts';

export const printTimeouts = ({ tcp, tcpFin, udp }: IpvsTimeouts): string =>
  `Timeout (tcp tcpfin udp): ${[tcp, tcpFin, udp].map(toSeconds).join(' ')}\n`;

/** One line per daemon; what an old kernel does not tell is left out. */
export function printDaemons(daemons: readonly SyncDaemon[]): string {
  const lines = daemons.map(({ role, interface: device, syncId, maxLength, group, port, ttl }) => {
    const more = [
      ['maxlen', maxLength],
      ['group', group],
      ['port', port],
      ['ttl', ttl],
    ].flatMap(([name, value]) => (value === null ? [] : [`, ${name}=${value}`]));
    return `${role} sync daemon (mcast=${device}, syncid=${syncId}${more.join('')})\n`;
  });
  return lines.join('');
}
