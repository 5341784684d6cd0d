/** An operation in the words of keepalived's log, which operators search for. */
import { exhaustive } from '../../base/never.ts';
import type { IpvsOperation } from '../../ports/ipvs-kernel.ts';
import type { DestinationKey, ServiceKey } from './table.ts';

/** `[192.168.100.240]:tcp:80`, `FWM 7` */
export const serviceLabel = (key: ServiceKey): string =>
  key.kind === 'fwmark' ? `FWM ${key.mark}` : `[${key.address}]:${key.protocol}:${key.port}`;

/** `[192.168.100.8]:tcp:80`. A destination has no protocol of its own: it is the service's; behind a mark
 *  there is none to name. */
export const destinationLabel = (key: DestinationKey, service: ServiceKey): string =>
  service.kind === 'fwmark'
    ? `[${key.address}]:${key.port}`
    : `[${key.address}]:${service.protocol}:${key.port}`;

/** `adding service [192.168.100.8]:tcp:80 to VS [192.168.100.240]:tcp:80` */
export function operationText(operation: IpvsOperation): string {
  switch (operation.kind) {
    case 'add_service':
      return `adding virtual service ${serviceLabel(operation.service.key)}`;
    case 'edit_service':
      return `changing virtual service ${serviceLabel(operation.service.key)}`;
    case 'remove_service':
      return `removing virtual service ${serviceLabel(operation.service)}`;
    case 'add_destination':
      return `adding service ${destinationOf(operation)} to VS ${serviceLabel(operation.service)}`;
    case 'edit_destination':
      return `changing service ${destinationOf(operation)} of VS ${serviceLabel(operation.service)}`;
    case 'remove_destination': {
      const destination = destinationLabel(operation.destination, operation.service);
      return `removing service ${destination} from VS ${serviceLabel(operation.service)}`;
    }
    default:
      return exhaustive(operation);
  }
}

const destinationOf = (
  operation: Extract<IpvsOperation, { kind: 'add_destination' | 'edit_destination' }>,
): string => destinationLabel(operation.destination.key, operation.service);
