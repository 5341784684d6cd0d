/** Services and destinations as ipvsadm writes them: by number, or by the names that the caller looked up. */
import { familyOf, type IpAddress } from '../../base/ip.ts';
import type { Port } from '../../base/units.ts';
import type { Protocol } from '../../config/model/lvs.ts';
import type { DestinationKey, ServiceKey } from './table.ts';

export interface SocketNames {
  host(address: IpAddress): string;
  /** `protocol`: null behind a firewall mark, where a port has no name */
  port(port: Port, protocol: Protocol | null): string;
}

export const NUMERIC: SocketNames = { host: (address) => address, port: String };

/** `192.168.100.8:80`, `web1:http`, `[2001:db8::8]:80` */
export function socketName(
  { address, port }: DestinationKey,
  protocol: Protocol | null,
  names: SocketNames,
): string {
  const host = names.host(address);
  return `${familyOf(address) === 'inet6' ? `[${host}]` : host}:${names.port(port, protocol)}`;
}

export const destinationName = (key: DestinationKey, service: ServiceKey, names: SocketNames): string =>
  socketName(key, service.kind === 'address' ? service.protocol : null, names);
