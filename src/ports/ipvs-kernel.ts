/** The kernel's IPVS table. Generic netlink answers inside the call that asks, so this port is synchronous. */
import type { Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import type { Micros } from '../base/units.ts';
import type {
  DestinationConfig,
  DestinationKey,
  IpvsTable,
  ServiceConfig,
  ServiceKey,
} from '../ipvs/core/table.ts';

export type IpvsOperation =
  | { readonly kind: 'add_service'; readonly service: ServiceConfig }
  | { readonly kind: 'edit_service'; readonly service: ServiceConfig }
  | { readonly kind: 'remove_service'; readonly service: ServiceKey }
  | {
      readonly kind: 'add_destination';
      readonly service: ServiceKey;
      readonly destination: DestinationConfig;
    }
  | {
      readonly kind: 'edit_destination';
      readonly service: ServiceKey;
      readonly destination: DestinationConfig;
    }
  | {
      readonly kind: 'remove_destination';
      readonly service: ServiceKey;
      readonly destination: DestinationKey;
    };

/** Five figures of one kind of traffic (IPVS_STATS64_ATTR_*). */
export interface IpvsTraffic {
  readonly connections: bigint;
  readonly inPackets: bigint;
  readonly outPackets: bigint;
  readonly inBytes: bigint;
  readonly outBytes: bigint;
}

/** What went through since the counters were zero, and what goes through in a second by the kernel's estimate. */
export interface IpvsCounters extends IpvsTraffic {
  readonly perSecond: IpvsTraffic;
}

export interface DestinationConnections {
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  /** templates */
  readonly persistentConnections: number;
}

export interface DestinationUsage extends IpvsCounters, DestinationConnections {}

/** What a read returns: the configuration as a table and the counters beside it, under the same keys. */
export interface KernelIpvs {
  readonly table: IpvsTable;
  readonly services: ReadonlyMap<string, IpvsCounters>;
  /** `serviceKeyText` → `destinationKeyText` → usage */
  readonly destinations: ReadonlyMap<string, ReadonlyMap<string, DestinationUsage>>;
}

export interface IpvsTimeouts {
  readonly tcp: Micros;
  readonly tcpFin: Micros;
  readonly udp: Micros;
}

export interface IpvsKernel {
  info(): Result<{ readonly version: string; readonly connectionTableSize: number }, SystemError>;
  read(): Result<KernelIpvs, SystemError>;
  /** The same without the counters, at a fraction of the cost. */
  readTable(): Result<IpvsTable, SystemError>;
  /** Some services only; one that the kernel does not have is absent. Counters are not read. */
  readServices(keys: readonly ServiceKey[]): Result<IpvsTable, SystemError>;
  /** What the destinations of some services carry, by the keys of both; a service that the kernel does not have carries
   *  nothing. */
  readConnections(
    keys: readonly ServiceKey[],
  ): Result<ReadonlyMap<string, ReadonlyMap<string, DestinationConnections>>, SystemError>;
  /** One answer per operation, in order; null = done. Later operations go on after an error. */
  apply(operations: readonly IpvsOperation[]): readonly (SystemError | null)[];
  timeouts(): Result<IpvsTimeouts, SystemError>;
  setTimeouts(timeouts: Partial<IpvsTimeouts>): Result<void, SystemError>;
  flush(): Result<void, SystemError>;
}
