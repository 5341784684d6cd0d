/** What a run measured, as data: the guest and the host write it to files, the report reads them. */

/** Milliseconds of each repetition, in order. */
export type Repetitions = readonly number[];

/** One thing done by vipd and by another program, turn by turn in the same run. */
export interface Comparison {
  readonly vipd: Repetitions;
  readonly other: Repetitions;
}

export interface CheckLoad {
  /** connections that the kernel opened, per second */
  readonly perSecond: number;
  /** milliseconds of CPU of the checker process per connection */
  readonly cpuMillisPerCheck: number;
  /** of the checker process */
  readonly residentMegabytes: number;
}

/** What a daemon does with 40,000 real servers; milliseconds and IPVS commands that change the table. */
export interface HugeTable {
  /** a start on the right table, its processes' included, until it says that it is ready */
  readonly restart: number;
  readonly restartWrites: number;
  /** null: it does not say when it has reloaded */
  readonly reload: number | null;
  readonly reloadWrites: number;
  /** from the signal until the last of ten changed weights is in the kernel */
  readonly change: number;
  readonly changeWrites: number;
}

export interface GuestFigures {
  readonly kernel: string;
  readonly apply: Comparison;
  /** `ipvsadm -R` of an empty file: what its start costs */
  readonly ipvsadmStart: Repetitions;
  /** the same application by a process that has done it before */
  readonly applyWarm: Repetitions;
  readonly nodeStart: Repetitions;
  readonly start: Comparison;
  /** IPVS commands that change the table, seen by an nlmon device during a restart */
  readonly restartWrites: { readonly vipd: number; readonly other: number };
  readonly configTest: Comparison;
  readonly tcpChecks: { readonly vipd: CheckLoad; readonly other: CheckLoad };
  readonly hugeTable: { readonly vipd: HugeTable; readonly other: HugeTable };
  /** from a closed port to the removal */
  readonly removal: Comparison;
  /** of the checkers process with 10,000 checked real servers, after each has been checked */
  readonly residentMegabytes: { readonly vipd: number; readonly other: number };
  readonly httpChecks: { readonly vipd: CheckLoad; readonly other: CheckLoad };
}

export interface AdvertFigures {
  /** how much longer than the interval it took until the next advert arrived, in milliseconds */
  readonly lateness: {
    readonly p50: number;
    readonly p99: number;
    readonly p999: number;
    readonly max: number;
  };
  readonly gaps: number;
}

export interface HostFigures {
  readonly checksPerSecond: number;
  /** by the advert interval in milliseconds */
  readonly adverts: Readonly<Record<string, { readonly vipd: AdvertFigures; readonly other: AdvertFigures }>>;
}

export function median(values: Repetitions): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [a = Number.NaN, b = Number.NaN] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? b : (a + b) / 2;
}

/** How many times the other's time vipd takes: the median over the turns, since each turn ran in one and the
 *  same minute of a machine whose speed changes. */
export const ratioOf = ({ vipd, other }: Comparison): number =>
  median(vipd.map((time, turn) => time / (other[turn] ?? Number.NaN)));

/** `sorted` ascending; `share` 0..1. */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
