/** A service of the table as attributes, and back. */
import { fwMark, port } from '../../base/units.ts';
import type { Protocol } from '../../config/model/lvs.ts';
import type { IpvsCounters } from '../../ports/ipvs-kernel.ts';
import { requestedFlags } from '../core/equality.ts';
import { type ServiceConfig, type ServiceKey, serviceFamily } from '../core/table.ts';
import { addressFromUnion, afOf, familyFromAf } from './address.ts';
import { netmaskBytes, prefixFromNetmask } from './netmask.ts';
import type {
  PlainServiceAttributes,
  ServiceAttributes,
  Stats64Attributes,
  StatsAttributes,
} from './tables.ts';

/** IPPROTO_* of linux/in.h. */
const PROTOCOL_NUMBER: Readonly<Record<Protocol, number>> = { tcp: 6, udp: 17, sctp: 132 };
const PROTOCOL_NAME: ReadonlyMap<number, Protocol> = new Map([
  [6, 'tcp'],
  [17, 'udp'],
  [132, 'sctp'],
]);

/** What a command says about a service beside its name. */
type Settings = Pick<ServiceAttributes, 'scheduler' | 'persistenceEngine' | 'flags' | 'timeout' | 'netmask'>;

/** What names a service in commands on it and on its destinations. */
export const serviceKeyAttributes = (key: ServiceKey): ServiceAttributes => requestAttributes(key, null);

/** All that NEW_SERVICE and SET_SERVICE need. */
export const serviceAttributes = (service: ServiceConfig): ServiceAttributes =>
  requestAttributes(service.key, {
    scheduler: service.scheduler,
    persistenceEngine: service.persistenceEngine,
    flags: requestedFlags(service),
    timeout: service.persistenceTimeout,
    netmask: netmaskBytes(service.persistencePrefix, serviceFamily(service.key)),
  });

/** One literal instead of spreads, for speed (see destination.ts). */
function requestAttributes(key: ServiceKey, settings: Settings | null): ServiceAttributes {
  const socket = key.kind === 'address' ? key : null;
  return {
    family: afOf(serviceFamily(key)),
    protocol: socket === null ? null : PROTOCOL_NUMBER[socket.protocol],
    address: socket?.address ?? null,
    port: socket?.port ?? null,
    mark: key.kind === 'fwmark' ? key.mark : null,
    scheduler: settings?.scheduler ?? null,
    persistenceEngine: settings?.persistenceEngine ?? null,
    flags: settings?.flags ?? null,
    timeout: settings?.timeout ?? null,
    netmask: settings?.netmask ?? null,
    stats: null,
    stats64: null,
  };
}

/** Null when the attributes name no service that vipd could have in a table. */
export function serviceFromAttributes(fields: PlainServiceAttributes): ServiceConfig | null {
  const key = keyFromAttributes(fields);
  if (key === null || fields.scheduler === null || fields.flags === null) return null;
  if (fields.timeout === null || fields.netmask === null) return null;
  return {
    key,
    scheduler: fields.scheduler,
    flags: fields.flags,
    persistenceTimeout: fields.timeout,
    persistencePrefix: prefixFromNetmask(fields.netmask, serviceFamily(key)),
    persistenceEngine: fields.persistenceEngine,
  };
}

function keyFromAttributes(fields: PlainServiceAttributes): ServiceKey | null {
  const family = familyFromAf(fields.family);
  if (family === null) return null;
  if (fields.mark !== null && fields.mark !== 0) return { kind: 'fwmark', mark: fwMark(fields.mark), family };
  const protocol = PROTOCOL_NAME.get(fields.protocol ?? 0);
  if (protocol === undefined || fields.address === null || fields.port === null) return null;
  const address = addressFromUnion(fields.address, family);
  return address === null ? null : { kind: 'address', protocol, address, port: port(fields.port) };
}

/** The counters that every service and destination carries; zeros when the kernel sent none. */
export function countersFromAttributes(fields: {
  readonly stats: StatsAttributes | null;
  readonly stats64: Stats64Attributes | null;
}): IpvsCounters {
  const counters = fields.stats64 ?? fields.stats;
  return {
    connections: BigInt(counters?.connections ?? 0),
    inPackets: BigInt(counters?.inPackets ?? 0),
    outPackets: BigInt(counters?.outPackets ?? 0),
    inBytes: counters?.inBytes ?? 0n,
    outBytes: counters?.outBytes ?? 0n,
    perSecond: {
      connections: BigInt(counters?.connectionsPerSecond ?? 0),
      inPackets: BigInt(counters?.inPacketsPerSecond ?? 0),
      outPackets: BigInt(counters?.outPacketsPerSecond ?? 0),
      inBytes: BigInt(counters?.inBytesPerSecond ?? 0),
      outBytes: BigInt(counters?.outBytesPerSecond ?? 0),
    },
  };
}
