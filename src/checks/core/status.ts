/** What the checkers process tells about itself: JSON-safe, read by `vipctl status`, the metrics and the dumps. */
import type { Checker, GroupMatch, ServiceMatch } from '../../config/model/lvs.ts';

export interface CheckerStatus {
  /** `TCP_CHECK [192.168.100.8]:80`, `HTTP_GET [192.168.100.8]:80/` */
  readonly name: string;
  readonly kind: Checker['kind'];
  readonly state: 'unknown' | 'up' | 'down';
  /** one sentence: the last result in words */
  readonly lastResult: string | null;
  readonly lastRunWall: number | null;
  readonly lastDurationMicros: number | null;
  readonly runs: number;
  readonly failures: number;
  readonly transitions: number;
  /** consecutive failures so far, against `retry` */
  readonly failing: number;
  /** it has not run for three of its intervals */
  readonly overdue: boolean;
  /** until its certificate ends, as far as tls_expiry_warn looks at it; negative when that is over */
  readonly certificateDays: number | null;
}

export interface DrainStatus {
  /** true: it carries nothing any more, and waits for `vipctl undrain` */
  readonly ended: boolean;
  /** at the last count; null = not counted yet */
  readonly connections: number | null;
  readonly sinceWall: number;
  /** when its time is up */
  readonly untilWall: number;
}

/** A real server that a reload has taken away and that carries its last connections. */
export interface LeavingServerStatus {
  /** as the log names them */
  readonly service: string;
  readonly server: string;
  readonly drain: DrainStatus;
}

export interface RealServerStatus {
  readonly address: string;
  readonly port: number;
  readonly configuredWeight: number;
  readonly effectiveWeight: number;
  readonly alive: boolean;
  /** in the kernel's table as decided now */
  readonly pooled: boolean;
  readonly forwarding: string;
  /** dead, and kept in the table by depool_threshold */
  readonly held: boolean;
  /** its weight rises (slow_start) */
  readonly rising: boolean;
  /** null: nobody has ordered one */
  readonly drain: DrainStatus | null;
  readonly lastTransitionWall: number | null;
  readonly checkers: readonly CheckerStatus[];
}

/** A group without its entries, which may be thousands. */
export type ServedMatch =
  | ServiceMatch
  | (Pick<GroupMatch, 'kind' | 'name' | 'index' | 'protocol'> & { readonly services: number });

export interface VirtualServerStatus {
  readonly service: ServedMatch;
  readonly name: string;
  readonly scheduler: string;
  readonly quorum: number;
  readonly aliveWeight: number;
  readonly quorumUp: boolean;
  /** servers that failed checks alone never take out; null = none */
  readonly depoolThreshold: number | null;
  readonly sorryServer: { readonly address: string; readonly port: number; readonly active: boolean } | null;
  readonly realServers: readonly RealServerStatus[];
}

export interface ChecksStatus {
  readonly virtualServers: readonly VirtualServerStatus[];
  readonly leaving: readonly LeavingServerStatus[];
  /** the kernel table as `ipvsadm -Ln` prints it, and why not when it could not be read */
  readonly kernelListing: string | null;
  readonly kernelError: string | null;
  /** the kernel's sync daemons as `ipvsadm -L --daemon` prints them; whoever runs them */
  readonly syncDaemons: string;
  /** operations applied to the kernel since start */
  readonly kernelWrites: number;
  /** operations that undid what somebody else had changed (lvs_drift) */
  readonly driftRepairs: number;
}
