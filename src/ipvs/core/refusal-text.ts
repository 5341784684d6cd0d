/** What an errno of the kernel means for an IPVS operation, in ipvsadm's words where it has them. */
import type { IpvsOperation } from '../../ports/ipvs-kernel.ts';

const UNKNOWN_SCHEDULER = 'Scheduler or persistence engine not found';
const NO_SERVICE = 'No such service';
const SERVICE_UNDEFINED = 'Service not defined';
const NO_DESTINATION = 'No such destination';
const EXISTS = { service: 'Service already exists', destination: 'Destination already exists' } as const;
const THRESHOLDS = 'the lower threshold is above the upper one';
const UNUSABLE = 'address not unicast, or families mixed without a tunnel, or a tunnel without its port';

const MEANINGS: Readonly<Record<IpvsOperation['kind'], Readonly<Record<string, string>>>> = {
  add_service: { EEXIST: EXISTS.service, ENOENT: UNKNOWN_SCHEDULER },
  edit_service: { ESRCH: NO_SERVICE, ENOENT: UNKNOWN_SCHEDULER },
  remove_service: { ESRCH: NO_SERVICE },
  add_destination: {
    EEXIST: EXISTS.destination,
    ESRCH: SERVICE_UNDEFINED,
    ERANGE: THRESHOLDS,
    EINVAL: UNUSABLE,
  },
  edit_destination: {
    ENOENT: NO_DESTINATION,
    ESRCH: SERVICE_UNDEFINED,
    ERANGE: THRESHOLDS,
    EINVAL: UNUSABLE,
  },
  remove_destination: { ENOENT: NO_DESTINATION, ESRCH: SERVICE_UNDEFINED },
};

/** Null when the errno has no special meaning for this operation: then strerror says it best. */
export const refusalText = (operation: IpvsOperation, code: string): string | null =>
  MEANINGS[operation.kind][code] ?? null;
