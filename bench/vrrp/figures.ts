/** What the VRRP part of the bench measures, as data. Times are milliseconds. */
import type { AdvertFigures } from '../figures.ts';

/** vipd and keepalived in the same run. */
export interface Comparison<Figures> {
  readonly vipd: Figures;
  readonly other: Figures;
}

/** Of the silences between a master's last advert and its successor's first. */
export interface Takeovers {
  /** the successor's master-down interval: nobody who keeps the protocol can be faster */
  readonly bound: number;
  readonly min: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
  readonly cuts: number;
}

export interface ManyAddresses {
  /** behind the end of the master-down interval, the worst of all turns */
  readonly firstAdvertLate: number;
  /** from the first advert until each address was announced, the median of the turns */
  readonly announced: number;
}

export interface ManyInstances extends AdvertFigures {
  /** of one core, 0..1 */
  readonly cpuShare: number;
  /** resident memory of the vrrp process */
  readonly megabytes: number;
}

export interface FalseTakeovers {
  readonly minutes: number;
  readonly takeovers: number;
  readonly reloads: number;
  readonly checksPerSecond: number;
  readonly adverts: number;
}

export const say = (text: string): void => void process.stdout.write(`bench: ${text}\n`);
