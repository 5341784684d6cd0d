/** global_defs and the one-line keywords of the top level. */
import type { IpAddress, Ipv4, Ipv6 } from '../../base/ip.ts';
import type { InterfaceName, Micros, Port } from '../../base/units.ts';
import type { ScriptCommand } from './vrrp.ts';

export interface GlobalConfig {
  readonly routerId: string;
  readonly mail: MailSettings;
  readonly scripts: ScriptSettings;
  readonly notify: NotifySettings;
  readonly process: ProcessSettings;
  readonly vrrp: VrrpGlobals;
  readonly lvs: LvsGlobals;
  readonly control: ControlSettings;
}

export interface MailSettings {
  readonly server: { readonly host: string; readonly port: Port } | null;
  /** null = this machine's host name */
  readonly heloName: string | null;
  readonly connectTimeout: Micros;
  /** null without a server; else filled in */
  readonly from: string | null;
  readonly recipients: readonly string[];
  /** the defaults as written, null = not given; instances, services and servers carry what follows from them */
  readonly alert: boolean | null;
  readonly alertVrrp: boolean | null;
  readonly alertChecker: boolean | null;
  /** false with no_email_faults: none for FAULT */
  readonly faults: boolean;
  /** false with no_checker_emails: only for changes of the server, not of each of its checkers */
  readonly everyChecker: boolean;
}

/** Who is told of events besides mail, and what runs around the life of the daemon. */
export interface NotifySettings {
  /** gets the lines of both halves */
  readonly fifo: NotifyFifo | null;
  readonly vrrpFifo: NotifyFifo | null;
  readonly lvsFifo: NotifyFifo | null;
  /** fifo_write_vrrp_states_on_reload */
  readonly statesOnReload: boolean;
  /** rs_init_notifies: servers that start as up are told */
  readonly initialServers: boolean;
  /** a notify script that runs longer is ended */
  readonly timeout: Micros;
  readonly startup: TimedCommand | null;
  readonly shutdown: TimedCommand | null;
}

export interface FifoPlace {
  readonly path: string;
  /** owner of a FIFO that vipd makes, or besides vipd's own account of one that it finds */
  readonly user: ScriptUser | null;
}

export interface NotifyFifo extends FifoPlace {
  /** reads the FIFO; gets its path as last argument */
  readonly script: ScriptCommand | null;
}

export interface TimedCommand {
  readonly command: ScriptCommand;
  readonly timeout: Micros;
}

export interface ScriptSettings {
  readonly user: ScriptUser | null;
  /** enable_script_security */
  readonly security: boolean;
  /** set_supplementary_groups: those that list the user as a member, also without a colon before the group */
  readonly supplementaryGroups: boolean;
}

export interface ScriptUser {
  readonly user: string;
  readonly group: string | null;
}

/** Scheduling of one child; null keeps the operating system's default. */
export interface ChildScheduling {
  /** nice, -20..19 */
  readonly niceness: number | null;
  /** SCHED_RR priority, 1..99 */
  readonly realtimePriority: number | null;
  readonly noSwap: boolean;
  /** processors that it may run on; null = all */
  readonly processors: readonly number[] | null;
  /** RLIMIT_RTTIME; null = none */
  readonly realtimeLimit: Micros | null;
}

export interface ProcessSettings {
  /** how long the parent waits for its children at stop before SIGKILL */
  readonly childWaitTime: Micros;
  readonly usePidDir: boolean;
  readonly instance: string | null;
  readonly netNamespace: string | null;
  /** net_namespace_ipvs: `name` null is the machine's own; null: where the daemon is */
  readonly ipvsNamespace: { readonly name: string | null } | null;
  /** as `ps` shows the processes; null: vipd's own names */
  readonly names: {
    readonly parent: string | null;
    readonly vrrp: string | null;
    readonly checkers: string | null;
    readonly bfd: string | null;
  };
  /** mode bits that files do not get; null: those that the daemon was started with */
  readonly umask: number | null;
  readonly dumps: {
    /** state_dump_file, stats_dump_file; null: keepalived's names in the directory for temporary files */
    readonly data: string | null;
    readonly statistics: string | null;
    readonly useInstance: boolean;
  };
  /** reload_file: `path` null is the usual place; null: none */
  readonly reloadFile: { readonly path: string | null } | null;
  /** where each configuration that was read is kept; null: nowhere */
  readonly configSaveDir: string | null;
  readonly vrrp: ChildScheduling;
  readonly checkers: ChildScheduling;
  readonly bfd: ChildScheduling;
}

/** interface_up_down_delays */
export interface InterfaceDelay {
  readonly interface: InterfaceName;
  readonly down: Micros;
  readonly up: Micros;
}

/** garp_group; null: the global interval */
export interface GarpGroup {
  readonly interfaces: readonly InterfaceName[];
  readonly garpInterval: Micros | null;
  readonly gnaInterval: Micros | null;
}

/** linkbeat_interfaces; `method` null: the first that the driver knows */
export interface PolledLink {
  readonly interface: InterfaceName;
  readonly method: 'mii' | 'ethtool' | 'ioctl' | null;
}

export interface VrrpGlobals {
  readonly mcastGroup4: Ipv4;
  readonly mcastGroup6: Ipv6;
  readonly startupDelay: Micros;
  /** vrrp_delay_after_boot: as startupDelay, but counted from the machine's boot; 0 = none */
  readonly delayAfterBoot: Micros;
  /** at most one per interface */
  readonly interfaceDelays: readonly InterfaceDelay[];
  readonly logUnknownVrids: boolean;
  /** disable_local_igmp */
  readonly localIgmp: boolean;
  /** minimum distance between two gratuitous ARPs / neighbour advertisements on one interface */
  readonly garpInterval: Micros;
  readonly gnaInterval: Micros;
  /** an interface is in one of them at most */
  readonly garpGroups: readonly GarpGroup[];
  /** links of which the kernel does not tell reliably */
  readonly polledLinks: readonly PolledLink[];
  /** the packet filter that drops what must not be accepted */
  readonly firewall: {
    /** name of its tables */
    readonly table: string;
    readonly priority: number;
    readonly counters: boolean;
  };
  /** a missing interface is waited for instead of being a configuration error */
  readonly dynamicInterfaces: boolean;
}

/** Paths of PEM files; null = none. */
export interface ClientCertificate {
  readonly key: string | null;
  readonly certificate: string | null;
  readonly ca: string | null;
  readonly password: string | null;
}

export interface LvsGlobals {
  /** lvs_flush: empty the whole kernel table at start */
  readonly flush: boolean;
  readonly flushOnStop: 'none' | 'services' | 'all';
  /** lvs_timeouts; null keeps the kernel's value */
  readonly timeouts: {
    readonly tcp: Micros | null;
    readonly tcpFin: Micros | null;
    readonly udp: Micros | null;
  };
  readonly logAllCheckFailures: boolean;
  /** the SSL block; null = SSL_GET shows no certificate */
  readonly ssl: ClientCertificate | null;
  /** lvs_drift: what to do about changes that others make in vipd's services of the kernel */
  readonly drift: 'repair' | 'warn' | 'ignore';
  /** share_checks: one probe for equal checkers of one real server in several services */
  readonly shareChecks: boolean;
  readonly syncDaemon: SyncDaemonSettings | null;
}

/** lvs_sync_daemon: the kernel's threads that tell connections to the other director, and hear of its. */
export interface SyncDaemonSettings {
  readonly interface: InterfaceName;
  /** while it is master here the master thread runs, else the backup thread; null = both run all the time */
  readonly instance: string | null;
  /** 0..255; the VRID of the instance unless given */
  readonly id: number;
  /** bytes of UDP payload; null = by the interface's MTU */
  readonly maxLength: number | null;
  /** null = 8848 */
  readonly port: Port | null;
  /** null = 1 */
  readonly ttl: number | null;
  /** null = 224.0.0.81 */
  readonly group: IpAddress | null;
}

/** vipd's own keywords, without a counterpart in keepalived. */
export interface ControlSettings {
  /** `prometheus_listen ADDRESS PORT`; null = no endpoint */
  readonly prometheus: { readonly address: IpAddress; readonly port: Port } | null;
}
