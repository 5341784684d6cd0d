/** Operations and questions as (command, attributes): what goes behind the generic netlink header. */
import { exhaustive } from '../../base/never.ts';
import type { SomeAttributes } from '../../net/netlink/attributes.ts';
import type { IpvsOperation } from '../../ports/ipvs-kernel.ts';
import type { ServiceKey } from '../core/table.ts';
import { destinationAttributes, destinationKeyAttributes } from './destination.ts';
import { serviceAttributes, serviceKeyAttributes } from './service.ts';
import {
  type CommandAttributes,
  type DestinationAttributes,
  IPVS_COMMAND,
  type IpvsCommand,
} from './tables.ts';

export interface IpvsRequest {
  readonly command: IpvsCommand;
  readonly attributes: SomeAttributes<CommandAttributes>;
}

export function operationRequest(operation: IpvsOperation): IpvsRequest {
  switch (operation.kind) {
    case 'add_service':
      return {
        command: IPVS_COMMAND.newService,
        attributes: { service: serviceAttributes(operation.service) },
      };
    case 'edit_service':
      return {
        command: IPVS_COMMAND.setService,
        attributes: { service: serviceAttributes(operation.service) },
      };
    case 'remove_service':
      return onService(IPVS_COMMAND.deleteService, operation.service);
    case 'add_destination':
      return onDestination(
        IPVS_COMMAND.newDestination,
        operation.service,
        destinationAttributes(operation.destination),
      );
    case 'edit_destination':
      return onDestination(
        IPVS_COMMAND.setDestination,
        operation.service,
        destinationAttributes(operation.destination),
      );
    case 'remove_destination':
      return onDestination(
        IPVS_COMMAND.deleteDestination,
        operation.service,
        destinationKeyAttributes(operation.destination),
      );
    default:
      return exhaustive(operation);
  }
}

const onDestination = (
  command: IpvsCommand,
  service: ServiceKey,
  destination: DestinationAttributes,
): IpvsRequest => ({ command, attributes: { service: serviceKeyAttributes(service), destination } });

/** A command about one service as a whole: GET_DEST, DEL_SERVICE, ZERO. */
export const onService = (command: IpvsCommand, service: ServiceKey): IpvsRequest => ({
  command,
  attributes: { service: serviceKeyAttributes(service) },
});

/** A command without arguments: GET_SERVICE (all), GET_INFO, GET_CONFIG, GET_DAEMON, ZERO (all), FLUSH. */
export const bare = (command: IpvsCommand): IpvsRequest => ({ command, attributes: {} });
