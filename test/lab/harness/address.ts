/** Whether a host's kernel holds an address, read through /proc: it costs no program. */
import { type IpAddress, ipBytes } from '../../../src/base/ip.ts';
import type { Host } from './host.ts';

export const hasAddress = (host: Host, address: string): boolean =>
  address.includes(':') ? hasIpv6(host, address) : hasIpv4(host, address);

/** Local addresses as the kernel's own lookup knows them: `|-- 192.168.100.240` followed by `/32 host
 *  LOCAL`. */
function hasIpv4(host: Host, address: string): boolean {
  const lines = host
    .read(`/proc/${host.pid}/net/fib_trie`)
    .split('\n')
    .map((line) => line.trim());
  return lines.some((line, index) => line === `|-- ${address}` && lines[index + 1] === '/32 host LOCAL');
}

/** `fd000000000000000000000000000240 02 40 00 80 eth0` */
const hasIpv6 = (host: Host, address: string): boolean =>
  host
    .read(`/proc/${host.pid}/net/if_inet6`)
    .includes(Buffer.from(ipBytes(address as IpAddress)).toString('hex'));
