/** Counters as ipvsadm prints them: nine characters, from a hundred million on in thousands, millions, … */

interface Step {
  /** from here on … */
  readonly from: bigint;
  readonly divisor: bigint;
  readonly unit: string;
}

const STEPS: readonly Step[] = [
  { from: 10n ** 14n, divisor: 10n ** 12n, unit: 'T' },
  { from: 10n ** 11n, divisor: 10n ** 9n, unit: 'G' },
  { from: 10n ** 9n, divisor: 10n ** 6n, unit: 'M' },
  { from: 10n ** 8n, divisor: 10n ** 3n, unit: 'K' },
];
const WIDTH = 8;

/** `  123456K`, `       17`; cut off, not rounded. */
export function roundedCounter(count: bigint): string {
  const step = STEPS.find(({ from }) => count >= from);
  if (step === undefined) return exactCounter(count);
  return `${String(count / step.divisor).padStart(WIDTH)}${step.unit}`;
}

export const exactCounter = (count: bigint): string => ` ${String(count).padStart(WIDTH)}`;
