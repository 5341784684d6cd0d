/** Whether an interface has a carrier, asked of its driver. */
import type { Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import type { InterfaceName } from '../base/units.ts';
import type { PolledLink } from '../config/model/global.ts';

export interface CarrierPort {
  /** `method` null: the first that the driver knows, of MII, ethtool and the flags of the interface. */
  ask(name: InterfaceName, method: PolledLink['method']): Result<boolean, SystemError>;
}
