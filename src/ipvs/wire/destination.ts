/** A destination of a service as attributes, and back. */
import { type Family, familyOf } from '../../base/ip.ts';
import { port } from '../../base/units.ts';
import type { KernelForwarding } from '../../config/model/lvs.ts';
import type { DestinationConnections, DestinationUsage } from '../../ports/ipvs-kernel.ts';
import type { DestinationConfig, DestinationKey } from '../core/table.ts';
import { addressFromUnion, afOf, familyFromAf } from './address.ts';
import { countersFromAttributes } from './service.ts';
import type { DestinationAttributes, PlainDestinationAttributes } from './tables.ts';

/** IP_VS_CONN_F_*: how packets are forwarded, in the lowest three bits of the attribute. */
const FORWARDING_NUMBER = { nat: 0, local: 1, tun: 2, dr: 3, bypass: 4 } as const;
const FORWARDING_MASK = 0x7;
/** IP_VS_CONN_F_TUNNEL_TYPE_* */
const ENCAPSULATIONS = ['ipip', 'gue', 'gre'] as const;
/** IP_VS_TUNNEL_ENCAP_FLAG_*: bit 0 checksum, bit 1 remote checksum offload */
const CHECKSUMS = ['none', 'csum', 'remcsum'] as const;

/** What a command says about a destination beside its name. */
type Settings = Pick<
  DestinationAttributes,
  'forwarding' | 'weight' | 'tunnelType' | 'tunnelPort' | 'tunnelFlags' | 'upperThreshold' | 'lowerThreshold'
>;

/** What names a destination inside its service. */
export const destinationKeyAttributes = (key: DestinationKey): DestinationAttributes =>
  requestAttributes(key, null);

/** All that NEW_DEST and SET_DEST need. */
export function destinationAttributes(destination: DestinationConfig): DestinationAttributes {
  const { forwarding } = destination;
  const tunnel = forwarding.kind === 'tun' ? forwarding : null;
  return requestAttributes(destination.key, {
    forwarding: FORWARDING_NUMBER[forwarding.kind],
    weight: destination.weight,
    tunnelType: tunnel === null ? 0 : ENCAPSULATIONS.indexOf(tunnel.encapsulation),
    tunnelPort: tunnel?.port ?? 0,
    tunnelFlags: tunnel === null ? 0 : CHECKSUMS.indexOf(tunnel.checksum),
    upperThreshold: destination.upperThreshold,
    lowerThreshold: destination.lowerThreshold,
  });
}

/** One literal instead of spreads: a start writes tens of thousands of these, and spreads took half of its
 *  time. */
const requestAttributes = (key: DestinationKey, settings: Settings | null): DestinationAttributes => ({
  family: afOf(familyOf(key.address)),
  address: key.address,
  port: key.port,
  forwarding: settings?.forwarding ?? null,
  weight: settings?.weight ?? null,
  tunnelType: settings?.tunnelType ?? null,
  tunnelPort: settings?.tunnelPort ?? null,
  tunnelFlags: settings?.tunnelFlags ?? null,
  upperThreshold: settings?.upperThreshold ?? null,
  lowerThreshold: settings?.lowerThreshold ?? null,
  activeConnections: null,
  inactiveConnections: null,
  persistentConnections: null,
  stats: null,
  stats64: null,
});

/** `serviceFamily` stands in where an old kernel does not tell the destination's own. Null when the
 *  attributes make no destination. */
export function destinationFromAttributes(
  fields: PlainDestinationAttributes,
  serviceFamily: Family,
): DestinationConfig | null {
  const family = fields.family === null ? serviceFamily : familyFromAf(fields.family);
  const address = family === null ? null : addressFromUnion(fields.address, family);
  const forwarding = forwardingFromAttributes(fields);
  if (address === null || forwarding === null || fields.weight === null) return null;
  return {
    key: { address, port: port(fields.port) },
    weight: fields.weight,
    forwarding,
    upperThreshold: fields.upperThreshold ?? 0,
    lowerThreshold: fields.lowerThreshold ?? 0,
  };
}

function forwardingFromAttributes(
  fields: PlainDestinationAttributes,
): DestinationConfig['forwarding'] | null {
  switch (fields.forwarding === null ? null : fields.forwarding & FORWARDING_MASK) {
    case FORWARDING_NUMBER.nat:
      return { kind: 'nat' };
    case FORWARDING_NUMBER.local:
      return { kind: 'local' };
    case FORWARDING_NUMBER.tun:
      return tunnelFromAttributes(fields);
    case FORWARDING_NUMBER.dr:
      return { kind: 'dr' };
    case FORWARDING_NUMBER.bypass:
      return { kind: 'bypass' };
    default:
      return null;
  }
}

function tunnelFromAttributes(fields: PlainDestinationAttributes): KernelForwarding | null {
  const encapsulation = ENCAPSULATIONS[fields.tunnelType ?? 0];
  const checksum = CHECKSUMS[fields.tunnelFlags ?? 0];
  if (encapsulation === undefined || checksum === undefined) return null;
  return { kind: 'tun', encapsulation, port: port(fields.tunnelPort ?? 0), checksum };
}

export const connectionsFromAttributes = (fields: PlainDestinationAttributes): DestinationConnections => ({
  activeConnections: fields.activeConnections ?? 0,
  inactiveConnections: fields.inactiveConnections ?? 0,
  persistentConnections: fields.persistentConnections ?? 0,
});

export const usageFromAttributes = (fields: DestinationAttributes): DestinationUsage => ({
  ...countersFromAttributes(fields),
  ...connectionsFromAttributes(fields),
});
