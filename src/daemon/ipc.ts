/** What parent and children say to each other over Node's IPC channel: JSON, discriminated by `kind`.
 *  The children get the validated model, never the text, so they cannot disagree and a broken file never reaches them.
 *  A stop is not a message: it is SIGTERM, which also arrives when the parent dies. */

import type { Histogram } from '../base/histogram.ts';
import type { DrainOrder, DrainReport } from '../checks/core/drain-order.ts';
import type { ChecksStatus } from '../checks/core/status.ts';
import type { Config } from '../config/model/config.ts';
import type { VirtualServer } from '../config/model/lvs.ts';
import type { PlanLine } from '../ipvs/core/plan-text.ts';
import type { Delivery } from '../notify/core/delivery.ts';
import type { OrderReport, ProbeReport } from '../vrrp/core/operator-report.ts';
import type { OrderWish } from '../vrrp/core/orders.ts';
import type { VrrpStatus } from '../vrrp/core/status.ts';

export type ChildName = 'vrrp' | 'checkers';

/** What the command line decided for a child. */
export interface ChildOptions {
  /** -V: leave addresses at stop; -I: leave the IPVS table at stop */
  readonly releaseVips: boolean;
  readonly releaseIpvs: boolean;
  /** where the checkers remember which services of the kernel are theirs */
  readonly ownershipFile: string;
  /** where they remember results and drains */
  readonly memoryFile: string;
  /** where the vrrp process records its run; null = nowhere */
  readonly record: string | null;
  readonly log: LogOptions;
  /** -a */
  readonly watchAddresses: boolean;
}

export interface LogOptions {
  readonly console: boolean;
  readonly format: 'text' | 'json';
  readonly detail: 0 | 1 | 2;
  /** number of syslog.h */
  readonly facility: number;
  /** false (-G): neither syslog nor the journal */
  readonly syslog: boolean;
  /** -g: lines go there as well; each process adds its name before the extension */
  readonly file: string | null;
}

export type ParentMessage =
  | ConfigMessage
  /** the next of the virtual servers that belong to the `start` or `reload` behind them */
  | { readonly kind: 'services'; readonly services: readonly VirtualServer[] }
  | { readonly kind: 'get_status'; readonly request: number }
  /** what is so now is told as if it had just become so: of one object by its name, or of all */
  | { readonly kind: 'tell_again'; readonly request: number; readonly name: string | null }
  | { readonly kind: 'order_drain'; readonly request: number; readonly order: DrainOrder }
  | { readonly kind: 'order'; readonly request: number; readonly name: string; readonly wish: OrderWish }
  | { readonly kind: 'probe'; readonly request: number; readonly name: string }
  | { readonly kind: 'reset_counters' };

/** On the channel its virtual servers are in `services` messages before it (portions.ts). */
export type ConfigMessage =
  | { readonly kind: 'start'; readonly config: Config; readonly options: ChildOptions }
  | { readonly kind: 'reload'; readonly config: Config }
  /** what would a reload of this one do? */
  | { readonly kind: 'preview'; readonly request: number; readonly config: Config };

export type ChildMessage =
  /** the configuration is in force (after `start` and after each `reload`) */
  | { readonly kind: 'ready' }
  | { readonly kind: 'status'; readonly request: number; readonly status: ChildStatus }
  /** answers `tell_again`, behind its deliveries */
  | { readonly kind: 'told_again'; readonly request: number; readonly objects: number }
  | { readonly kind: 'ordered'; readonly request: number; readonly report: OrderReport }
  | { readonly kind: 'probed'; readonly request: number; readonly report: ProbeReport }
  /** scripts, FIFO lines and mail are the parent's business */
  | { readonly kind: 'notify'; readonly delivery: Delivery }
  | { readonly kind: 'previewed'; readonly request: number; readonly preview: Preview }
  | { readonly kind: 'drain_ordered'; readonly request: number; readonly report: DrainReport }
  /** permanent: the child exits with `exitCode`, the parent stops everything */
  | { readonly kind: 'fatal'; readonly exitCode: number; readonly reason: string };

/** What a reload would write to the kernel. */
export type Preview =
  | { readonly kind: 'planned'; readonly lines: readonly PlanLine[] }
  | { readonly kind: 'unreadable'; readonly why: string };

export type ChildStatus =
  | ({ readonly process: 'vrrp'; readonly wakeUps: Histogram } & VrrpStatus)
  | ({ readonly process: 'checkers'; readonly wakeUps: Histogram } & ChecksStatus);
