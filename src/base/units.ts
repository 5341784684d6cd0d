/** Units as types. Inside vipd every duration is an integer number of microseconds; other units exist only
 *  at an edge (centiseconds on the VRRPv3 wire, milliseconds at the Node timer, seconds in the file). */
import { type Brand, brand } from './brand.ts';

/** A duration in microseconds, an integer, never negative unless its name says `difference`. */
export type Micros = Brand<number, 'Micros'>;
/** A point in time: microseconds of CLOCK_BOOTTIME, which counts a suspended machine. Never wall-clock time. */
export type Instant = Brand<number, 'Instant'>;

export const MICROS_PER_SECOND = 1_000_000;
export const MICROS_PER_MILLI = 1_000;
export const MICROS_PER_CENTI = 10_000;

export const micros = (n: number): Micros => brand<Micros>(Math.round(n));
export const seconds = (n: number): Micros => micros(n * MICROS_PER_SECOND);
export const millis = (n: number): Micros => micros(n * MICROS_PER_MILLI);
export const toSeconds = (d: Micros): number => d / MICROS_PER_SECOND;
/** Rounds up, so that a Node timer never fires before the deadline it stands for. */
export const ceilMillis = (d: Micros): number => Math.ceil(d / MICROS_PER_MILLI);

export const instant = (us: number): Instant => brand<Instant>(us);
export const after = (t: Instant, d: Micros): Instant => instant(t + d);
/** Time from `from` to `to`; zero when `to` is earlier. */
export const elapsed = (from: Instant, to: Instant): Micros => micros(Math.max(0, to - from));
export const earliest = (...times: readonly (Instant | null)[]): Instant | null => {
  let first: Instant | null = null;
  for (const t of times) if (t !== null && (first === null || t < first)) first = t;
  return first;
};

export type Vrid = Brand<number, 'Vrid'>; // 1..255, RFC 9568 §5.2.3
export type Priority = Brand<number, 'Priority'>; // 0..255, RFC 9568 §5.2.4
export type Port = Brand<number, 'Port'>; // 0..65535; 0 means any port (IPVS) or "the service's port"
export type IfIndex = Brand<number, 'IfIndex'>;
/** 1..15 bytes, no blank and no slash (IFNAMSIZ of linux/if.h). */
export type InterfaceName = Brand<string, 'InterfaceName'>;
export type FwMark = Brand<number, 'FwMark'>; // unsigned 32 bits

export const vrid = (n: number): Vrid => brand<Vrid>(n);
export const priority = (n: number): Priority => brand<Priority>(n);
export const port = (n: number): Port => brand<Port>(n);
export const ifIndex = (n: number): IfIndex => brand<IfIndex>(n);
export const interfaceName = (s: string): InterfaceName => brand<InterfaceName>(s);
export const fwMark = (n: number): FwMark => brand<FwMark>(n);
