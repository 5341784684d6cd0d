/** The attributes of generic netlink family IPVS, version 1, as tables (linux/ip_vs.h, IPVS_*_ATTR_*). Rows
 *  stand in the order in which ipvsadm sends them; the kernel takes any. Native byte order unless a row says
 *  otherwise. */
import {
  type AttributesOf,
  attributeTable,
  nested,
  optional,
  type PayloadCodec,
  required,
} from '../../net/netlink/attributes.ts';
import { address, bytesOf, s32, text, u8, u16, u16be, u32, u64 } from '../../net/netlink/payloads.ts';
import { addressUnion } from './address.ts';

/** Name and version that the family is looked up by. */
export const IPVS_FAMILY = { name: 'IPVS', version: 1 } as const;

/** IPVS_CMD_*; a reply carries the command that would make its content (GET_SERVICE is answered with
 *  NEW_SERVICE, GET_INFO with SET_INFO). */
export const IPVS_COMMAND = {
  newService: 1,
  setService: 2,
  deleteService: 3,
  getService: 4,
  newDestination: 5,
  setDestination: 6,
  deleteDestination: 7,
  getDestination: 8,
  newDaemon: 9,
  deleteDaemon: 10,
  getDaemon: 11,
  setConfig: 12,
  getConfig: 13,
  setInfo: 14,
  getInfo: 15,
  zero: 16,
  flush: 17,
} as const;
export type IpvsCommand = (typeof IPVS_COMMAND)[keyof typeof IPVS_COMMAND];

/** struct ip_vs_flags { u32 flags; u32 mask; }: vipd decides about all bits, so the mask is all ones; what
 *  the kernel sends has all ones too. */
const maskedFlags: PayloadCodec<number> = {
  encode: (out, flags) => {
    out.u32(flags).u32(0xffffffff);
  },
  decode: (view, at, length) => (length === 8 ? view.u32(at) : null),
};

/** IPVS_STATS_ATTR_*, 64-bit form (Linux 4.1 and later; vipd needs nothing older). */
const STATS64 = attributeTable({
  connections: required(1, u64),
  inPackets: required(2, u64),
  outPackets: required(3, u64),
  inBytes: required(4, u64),
  outBytes: required(5, u64),
  connectionsPerSecond: required(6, u64),
  inPacketsPerSecond: required(7, u64),
  outPacketsPerSecond: required(8, u64),
  inBytesPerSecond: required(9, u64),
  outBytesPerSecond: required(10, u64),
});
export type Stats64Attributes = AttributesOf<typeof STATS64>;

/** IPVS_STATS_ATTR_*, the older form: all but the byte counters have 32 bits and wrap around. */
const STATS = attributeTable({
  connections: required(1, u32),
  inPackets: required(2, u32),
  outPackets: required(3, u32),
  inBytes: required(4, u64),
  outBytes: required(5, u64),
  connectionsPerSecond: required(6, u32),
  inPacketsPerSecond: required(7, u32),
  outPacketsPerSecond: required(8, u32),
  inBytesPerSecond: required(9, u32),
  outBytesPerSecond: required(10, u32),
});
export type StatsAttributes = AttributesOf<typeof STATS>;

/** IPVS_SVC_ATTR_*. A service is named by family and either mark or protocol, address and port. */
const serviceRows = {
  /** AF_INET or AF_INET6 */
  family: required(1, u16),
  /** IPPROTO_* */
  protocol: optional(2, u16),
  address: optional(3, addressUnion),
  port: optional(4, u16be),
  mark: optional(5, u32),
  scheduler: optional(6, text),
  persistenceEngine: optional(11, text),
  flags: optional(7, maskedFlags),
  /** persistence, in seconds */
  timeout: optional(8, u32),
  /** IPv4: a mask in network order; IPv6: a prefix length in native order */
  netmask: optional(9, bytesOf(4)),
};
const SERVICE = attributeTable({
  ...serviceRows,
  stats: optional(10, nested(STATS)),
  stats64: optional(12, nested(STATS64)),
});
const PLAIN_SERVICE = attributeTable(serviceRows);
export type ServiceAttributes = AttributesOf<typeof SERVICE>;
export type PlainServiceAttributes = AttributesOf<typeof PLAIN_SERVICE>;

/** IPVS_DEST_ATTR_*. */
const destinationRows = {
  /** AF_*; missing on old kernels: the service's */
  family: optional(11, u16),
  address: required(1, addressUnion),
  port: required(2, u16be),
  /** IP_VS_CONN_F_*, the lowest three bits */
  forwarding: optional(3, u32),
  weight: optional(4, s32),
  tunnelType: optional(13, u8),
  tunnelPort: optional(14, u16be),
  tunnelFlags: optional(15, u16),
  upperThreshold: optional(5, u32),
  lowerThreshold: optional(6, u32),
  activeConnections: optional(7, u32),
  inactiveConnections: optional(8, u32),
  persistentConnections: optional(9, u32),
};
const DESTINATION = attributeTable({
  ...destinationRows,
  stats: optional(10, nested(STATS)),
  stats64: optional(12, nested(STATS64)),
});
const PLAIN_DESTINATION = attributeTable(destinationRows);
export type DestinationAttributes = AttributesOf<typeof DESTINATION>;
export type PlainDestinationAttributes = AttributesOf<typeof PLAIN_DESTINATION>;

/** IPVS_DAEMON_ATTR_*: the connection synchronisation threads. */
const DAEMON = attributeTable({
  /** IP_VS_STATE_MASTER 1, IP_VS_STATE_BACKUP 2 */
  state: required(1, u32),
  interface: optional(2, text),
  syncId: optional(3, u32),
  /** bytes of UDP payload */
  maxLength: optional(4, u16),
  port: optional(7, u16),
  ttl: optional(8, u8),
  group4: optional(5, address),
  group6: optional(6, address),
});
export type DaemonAttributes = AttributesOf<typeof DAEMON>;

/** IPVS_CMD_ATTR_*: the body of every command and reply except the answer to GET_INFO. */
export const COMMAND = attributeTable({
  service: optional(1, nested(SERVICE, { flag: true })),
  destination: optional(2, nested(DESTINATION, { flag: true })),
  daemon: optional(3, nested(DAEMON, { flag: true })),
  /** connection timeouts in seconds; 0 leaves one as it is */
  tcpTimeout: optional(4, u32),
  tcpFinTimeout: optional(5, u32),
  udpTimeout: optional(6, u32),
});
export type CommandAttributes = AttributesOf<typeof COMMAND>;

/** The same answers without the counters, for whoever reads tens of thousands to compare them: the counters are most of what
 *  decoding costs. */
export const PLAIN_COMMAND = attributeTable({
  service: optional(1, nested(PLAIN_SERVICE)),
  destination: optional(2, nested(PLAIN_DESTINATION)),
});

/** IPVS_INFO_ATTR_*: the body of the answer to GET_INFO. */
export const INFO = attributeTable({
  /** major << 16 | minor << 8 | patch */
  version: required(1, u32),
  /** buckets of the connection table */
  connectionTableSize: required(2, u32),
});
