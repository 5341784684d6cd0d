/** vrrp_instance, vrrp_sync_group, and what an instance can track. */
import type { AddressTraits } from '../../base/address-traits.ts';
import type { Family, IpAddress, Ipv4 } from '../../base/ip.ts';
import type { InterfaceName, Micros, Priority, Vrid } from '../../base/units.ts';
import type { ScriptUser } from './global.ts';
import type { VirtualRoute, VirtualRule } from './routing.ts';
import type { VirtualLink } from './virtual-link.ts';

export type VrrpVersion = 2 | 3;

export interface VrrpInstance {
  readonly name: string;
  readonly interface: InterfaceName;
  readonly vrid: Vrid;
  readonly version: VrrpVersion;
  readonly family: Family;
  /** The wanted state. Without effect on timing for a non-owner (behaviour of keepalived, Q5). */
  readonly initialState: 'MASTER' | 'BACKUP';
  /** base priority, 1..255; 255 = address owner */
  readonly priority: Priority;
  /** v2: whole seconds 1..255; v3: 10 ms steps up to 40.95 s */
  readonly advertInterval: Micros;
  /** preemption allowed; `nopreempt` makes it false */
  readonly preempt: boolean;
  readonly preemptDelay: Micros;
  /** down_timer_adverts: adverts missed before a backup takes over, default 3 */
  readonly downTimerAdverts: number;
  readonly authentication: VrrpAuthentication;
  /** mcast_src_ip or unicast_src_ip; null = the interface's first address */
  readonly sourceAddress: IpAddress | null;
  /** multicast destination, or the peers that get each advert instead */
  readonly destination: VrrpDestination;
  /** further ways of the same adverts (vipd only); at most one of a kind per interface */
  readonly heartbeats: readonly Heartbeat[];
  readonly virtualAddresses: readonly VirtualAddress[];
  readonly excludedAddresses: readonly VirtualAddress[];
  /** made for this instance while it is configured; up while it is master */
  readonly virtualLinks: readonly VirtualLink[];
  /** where its adverts leave: `interface`, or the VMAC; they arrive on `interface` */
  readonly advertInterface: InterfaceName;
  /** there while this router is master, in this order */
  readonly routes: readonly VirtualRoute[];
  readonly rules: readonly VirtualRule[];
  readonly garp: GarpSettings;
  readonly strict: boolean;
  readonly accept: boolean;
  /** timer_expired_backup: the highest priority of the other routers; null = a late master stays master */
  readonly timerExpiredBackup: Priority | null;
  /** its part in the receive buffer of its socket */
  readonly receiveBuffer: ReceiveBuffer;
  /** track_src_ip: FAULT while `sourceAddress` is not on the interface */
  readonly trackSource: boolean;
  /** false: dont_track_primary, the instance ignores its own interface's link state */
  readonly trackPrimary: boolean;
  readonly trackInterfaces: readonly TrackedInterface[];
  /** scripts, files and processes, those that its sync group tracks for it included */
  readonly trackers: readonly TrackedObject[];
  readonly skipCheckAdvAddr: boolean;
  /** v3 over IPv4: checksums without pseudo header, and none is demanded (v3_checksum_as_v2) */
  readonly checksumAsV2: boolean;
  /** an owner drops what it hears */
  readonly ownerIgnoreAdverts: boolean;
  /** the interface keeps secondary addresses when their primary goes */
  readonly promoteSecondaries: boolean;
  readonly lowerPrioNoAdvert: boolean;
  readonly higherPrioSendAdvert: boolean;
  readonly notify: InstanceNotify;
}

export type VrrpAuthentication =
  | { readonly kind: 'none' }
  /** RFC 2338 simple text, v2 only; at most eight bytes */
  | { readonly kind: 'pass'; readonly password: string }
  /** IP authentication header, v2 over IPv4 only */
  | { readonly kind: 'ah'; readonly password: string }
  | HmacSettings;

/** auth_hmac: a trailer behind the advert, v2 and v3 (behaviour.md section 12) */
export interface HmacSettings {
  readonly kind: 'hmac';
  readonly keys: readonly HmacKey[];
  /** id of the key that signs */
  readonly activeKey: number;
  /** allowed difference of the clocks */
  readonly timeWindow: Micros;
  /** `monotonic`: each advert must be newer than the one before, whatever the time */
  readonly antiReplay: 'time' | 'monotonic';
  /** `permissive` accepts adverts without trailer too, `receive-only` also sends none */
  readonly mode: 'enforce' | 'permissive' | 'receive-only';
}

export interface HmacKey {
  /** 1..255 */
  readonly id: number;
  readonly secret: HmacSecret;
}

/** A file is replaced by what it holds when the configuration is loaded. */
export type HmacSecret =
  | { readonly kind: 'octets'; readonly hex: string }
  | { readonly kind: 'file'; readonly path: string };

export type VrrpDestination =
  | { readonly kind: 'multicast'; readonly group: IpAddress }
  | {
      readonly kind: 'unicast';
      /** none only with unicast_fault_no_peer: the instance stays in FAULT */
      readonly peers: readonly UnicastPeer[];
      /** TTL or hop limit; null = 255 over IPv4, the kernel's usual one over IPv6 */
      readonly ttl: number | null;
      /** only peers are heard, and only inside their range of TTLs */
      readonly checkSource: boolean;
      /** v3 over IPv4: `old` puts the multicast group into the pseudo header, `detect` does as the peers do */
      readonly checksum: 'detect' | 'old' | 'new';
    };

export interface UnicastPeer {
  readonly address: IpAddress;
  readonly minTtl: number | null;
  readonly maxTtl: number | null;
}

/** vrrp_rx_bufs_policy, kernel_rx_buf_size */
export type ReceiveBuffer =
  /** the kernel's usual one */
  | { readonly kind: 'usual' }
  | { readonly kind: 'octets'; readonly octets: number }
  /** so many packets of the interface's MTU, or adverts */
  | { readonly kind: 'mtu' | 'advert'; readonly times: number };

/** heartbeat_interfaces, heartbeat_peers */
export interface Heartbeat {
  readonly interface: InterfaceName;
  readonly destination:
    | { readonly kind: 'multicast'; readonly group: IpAddress }
    | { readonly kind: 'unicast'; readonly peers: readonly IpAddress[] };
}

export interface VirtualAddress {
  readonly address: IpAddress;
  readonly prefixLength: number;
  /** always filled in: the instance's interface unless `dev` says otherwise */
  readonly interface: InterfaceName;
  /** IPv4 only; at most 15 bytes */
  readonly label: string | null;
  /** rtnetlink scope: 0 global, 200 site, 253 link, 254 host, 255 nowhere */
  readonly scope: number;
  readonly broadcast: Ipv4 | null;
  readonly traits: AddressTraits;
  /** false (no_track): its loss, or that of its interface, changes nothing */
  readonly tracked: boolean;
}

export interface GarpSettings {
  /** delay of the second burst after becoming master; 0 = none */
  readonly delay: Micros;
  /** packets per address in a burst, at least 1 */
  readonly repeat: number;
  /** period of the refresh while master; 0 = none */
  readonly refresh: Micros;
  readonly refreshRepeat: number;
  readonly lowerPrioDelay: Micros;
  readonly lowerPrioRepeat: number;
}

export interface TrackedInterface {
  readonly interface: InterfaceName;
  /** -253..253; 0 = down means FAULT */
  readonly weight: number;
  readonly reverse: boolean;
}

export type TrackerKind = 'script' | 'file' | 'process';

export interface TrackedObject {
  readonly kind: TrackerKind;
  readonly name: string;
  /** 0 = failure means FAULT; files: multiplies the value, -254..254; others -254..254 as bonus or penalty */
  readonly weight: number;
  /** success and failure change places; a file's value changes its sign */
  readonly reverse: boolean;
}

/** A command split into argv; never given to a shell. */
export interface ScriptCommand {
  readonly argv: readonly [string, ...string[]];
  readonly user: ScriptUser | null;
}

export interface VrrpNotify {
  readonly master: ScriptCommand | null;
  readonly backup: ScriptCommand | null;
  readonly fault: ScriptCommand | null;
  readonly stop: ScriptCommand | null;
  readonly any: ScriptCommand | null;
  readonly smtpAlert: boolean;
}

export interface InstanceNotify extends VrrpNotify {
  /** notify_deleted, with a command or without: a removal is reported as DELETED. null: as FAULT */
  readonly deleted: { readonly command: ScriptCommand | null } | null;
  /** notify_master_rx_lower_pri */
  readonly lowerPriority: ScriptCommand | null;
  /** FIFO lines for changes of the effective priority */
  readonly priorityChanges: boolean;
}

export interface VrrpSyncGroup {
  readonly name: string;
  readonly members: readonly string[];
  /** sync_group_tracking_weight: members keep trackers with weight, though their priorities may then part */
  readonly trackingWeight: boolean;
  readonly notify: VrrpNotify;
}

export interface VrrpScript {
  readonly name: string;
  readonly command: ScriptCommand;
  readonly interval: Micros;
  readonly timeout: Micros;
  readonly weight: number;
  readonly reverse: boolean;
  readonly rise: number;
  readonly fall: number;
  /** counts as failed until it has succeeded `rise` times */
  readonly initFail: boolean;
}

export interface TrackFile {
  readonly name: string;
  readonly path: string;
  /** -254..254 */
  readonly weight: number;
  readonly reverse: boolean;
  /** init_file: what is written at start; null leaves the file alone */
  readonly initial: { readonly value: number; readonly overwrite: boolean } | null;
}

export interface TrackProcess {
  readonly name: string;
  /** what is compared with a process: its name or path, then its arguments if any are given */
  readonly command: readonly [string, ...string[]];
  /** false: the kernel's name of the process, 15 bytes; true: argv[0] */
  readonly fullCommand: boolean;
  /** how arguments are compared; null = only the command */
  readonly parameters: 'exact' | 'partial' | 'initial' | null;
  /** -254..254; 0 = no quorum means FAULT */
  readonly weight: number;
  readonly reverse: boolean;
  /** 1..65535; 0 only with quorumMax 0 */
  readonly quorum: number;
  /** null = unlimited */
  readonly quorumMax: number | null;
  /** how long a lost, or a gained, quorum must last before it counts */
  readonly terminateDelay: Micros;
  readonly forkDelay: Micros;
}
