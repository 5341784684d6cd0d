/** An IPVS table as a value: services by key, destinations by key inside them. Configuration only; counters
 *  are another type, so that two tables compare by what was decided. Source of the fields: linux/ip_vs.h. */
import { type Family, familyOf, type IpAddress, type Ipv4 } from '../../base/ip.ts';
import type { Port } from '../../base/units.ts';
import type { GroupMatch, KernelForwarding, ServiceMatch } from '../../config/model/lvs.ts';

/** The kernel knows a service by what the configuration matches traffic by. */
export type ServiceKey = ServiceMatch;

export interface ServiceConfig {
  readonly key: ServiceKey;
  /** kernel scheduler name; a string because the kernel may hold one that vipd does not know */
  readonly scheduler: string;
  /** IP_VS_SVC_F_*: persistent 0x1, hashed 0x2 (never compared), one-packet 0x4, sched flags 0x8 0x10 0x20 */
  readonly flags: number;
  /** persistence timeout in seconds; 0 = not persistent */
  readonly persistenceTimeout: number;
  /** persistence granularity as a prefix length, or as a mask where an IPv4 mask has gaps */
  readonly persistencePrefix: number | Ipv4;
  readonly persistenceEngine: string | null;
}

export interface DestinationKey {
  readonly address: IpAddress;
  readonly port: Port;
}

export interface DestinationConfig {
  readonly key: DestinationKey;
  /** 0..2147483647 */
  readonly weight: number;
  /** `local` and `bypass` exist only in tables made by the kernel itself or by others */
  readonly forwarding: KernelForwarding | { readonly kind: 'local' } | { readonly kind: 'bypass' };
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
}

export interface IpvsService {
  readonly config: ServiceConfig;
  /** by `destinationKeyText` */
  readonly destinations: ReadonlyMap<string, DestinationConfig>;
}

/** by `serviceKeyText` */
export type IpvsTable = ReadonlyMap<string, IpvsService>;

/** The family that the service's clients use. */
export const serviceFamily = (key: ServiceKey): Family =>
  key.kind === 'fwmark' ? key.family : familyOf(key.address);

/** `tcp 192.168.100.240:80`, `tcp [2001:db8::1]:80`, `fwmark 7 inet`: unique, readable, used in logs too. */
export function serviceKeyText(key: ServiceKey): string {
  if (key.kind === 'fwmark') return `fwmark ${key.mark} ${key.family}`;
  return `${key.protocol} ${socketText(key.address, key.port)}`;
}

/** The same for a pool: `group WEB 0` for what stands for several services. */
export const poolKeyText = (match: ServiceMatch | Pick<GroupMatch, 'kind' | 'name' | 'index'>): string =>
  match.kind === 'group' ? `group ${match.name} ${match.index}` : serviceKeyText(match);

/** `192.168.100.8:80` or `[2001:db8::8]:80` */
export const destinationKeyText = (key: DestinationKey): string => socketText(key.address, key.port);

const socketText = (address: IpAddress, port: Port): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
