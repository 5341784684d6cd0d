/** A plan as an operator reads it before a reload, one line per operation:
 *
 *      + virtual server [192.168.100.240]:tcp:443 wrr
 *      + real server [192.168.100.8]:tcp:443 of [192.168.100.240]:tcp:443 DR weight 1
 *      ~ real server [192.168.100.9]:tcp:80 of [192.168.100.240]:tcp:80 weight 2 → 1
 *      - real server [192.168.100.10]:tcp:80 of [192.168.100.240]:tcp:80
 *      - drain real server [192.168.100.11]:tcp:80 of [192.168.100.240]:tcp:80, at most 60 s
 */
import { exhaustive } from '../../base/never.ts';
import type { IpvsOperation } from '../../ports/ipvs-kernel.ts';
import { changesOf, methodText } from './changes.ts';
import { destinationLabel, serviceLabel } from './operation-text.ts';
import type { DestinationKey, IpvsTable, ServiceKey } from './table.ts';

/** Appears, is changed, goes. */
export type PlanSign = '+' | '~' | '-';

export interface PlanLine {
  readonly sign: PlanSign;
  readonly text: string;
}

/** How long a destination that is given weight 0 may take to be gone; null: it is to stay. */
export type DrainSeconds = (service: ServiceKey, destination: DestinationKey) => number | null;

/** `held`: the table that the operations were planned from. */
export function planLine(
  operation: IpvsOperation,
  held: IpvsTable,
  drainSeconds: DrainSeconds = () => null,
): PlanLine {
  const changes = changesOf(operation, held).join(', ');
  switch (operation.kind) {
    case 'add_service': {
      const { key, scheduler } = operation.service;
      return { sign: '+', text: `virtual server ${serviceLabel(key)} ${scheduler}` };
    }
    case 'edit_service':
      return { sign: '~', text: `virtual server ${serviceLabel(operation.service.key)} ${changes}` };
    case 'remove_service':
      return { sign: '-', text: `virtual server ${serviceLabel(operation.service)}` };
    case 'add_destination': {
      const { destination, service } = operation;
      const how = `${methodText(destination)} weight ${destination.weight}`;
      return { sign: '+', text: `${serverText(destination.key, service)} ${how}` };
    }
    case 'edit_destination': {
      const { key } = operation.destination;
      const server = serverText(key, operation.service);
      const seconds = drainSeconds(operation.service, key);
      if (seconds !== null) return { sign: '-', text: `drain ${server}, at most ${seconds} s` };
      return { sign: '~', text: `${server} ${changes}` };
    }
    case 'remove_destination':
      return { sign: '-', text: serverText(operation.destination, operation.service) };
    default:
      return exhaustive(operation);
  }
}

const serverText = (key: DestinationKey, service: ServiceKey): string =>
  `real server ${destinationLabel(key, service)} of ${serviceLabel(service)}`;
