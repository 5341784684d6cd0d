/** The demo's verdict: each step's measured value beside what the configuration promises. */
import type { Timeline } from './timeline.ts';

export interface Finding {
  readonly what: string;
  /** seconds */
  readonly measured: number;
  /** seconds; null when there is no promise to hold it against */
  readonly promised: number | null;
  /** a condition besides the time, already judged */
  readonly failure?: string;
}

/** What a measured value may exceed its promise by: the lab samples, polls, and runs on one CPU. */
export const SLACK_SECONDS = 0.2;

export const isKept = ({ measured, promised, failure }: Finding): boolean =>
  failure === undefined && (promised === null || measured <= promised + SLACK_SECONDS);

export function printSummary(
  timeline: Timeline,
  write: (text: string) => void,
  findings: readonly Finding[],
): void {
  const width = Math.max(...findings.map(({ what }) => what.length));
  timeline.title('summary');
  write(`  ${'what'.padEnd(width)}   measured   promised\n`);
  for (const finding of findings) {
    const kept = isKept(finding);
    const promised = finding.promised === null ? '' : `${finding.promised.toFixed(2)} s`;
    const verdict = timeline.paint(
      kept ? 'ok' : `FAILED${finding.failure === undefined ? '' : `: ${finding.failure}`}`,
      kept ? 'good' : 'bad',
    );
    write(
      `  ${finding.what.padEnd(width)} ${`${finding.measured.toFixed(2)} s`.padStart(10)} ${promised.padStart(10)}   ${verdict}\n`,
    );
  }
}
