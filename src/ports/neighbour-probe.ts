/** Asks a segment who else has an IPv4 address, without telling anybody anything (RFC 5227 §1.1, ARP Probe). */
import type { Ipv4 } from '../base/ip.ts';
import type { MacAddress } from '../base/mac.ts';
import type { Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import type { InterfaceName } from '../base/units.ts';

export interface ProbeAnswer {
  readonly address: Ipv4;
  readonly mac: MacAddress;
}

export interface NeighbourProbe {
  /** Asks for each address on its interface, waits, and gives the answers of other machines. Never longer than a second. */
  probe(
    targets: readonly { readonly interface: InterfaceName; readonly address: Ipv4 }[],
  ): Promise<Result<readonly ProbeAnswer[], SystemError>>;
}
