/** The demo's verdict: each step's measured value beside what the configuration promises. */
import type { Timeline } from './timeline.ts';

export interface Finding {
  readonly what: string;
  /** seconds */
  readonly measured: number;
  /** seconds of `measured` in which a busy machine did not run the lab at all */
  readonly stalled: number;
  /** seconds; null when there is no promise to hold it against */
  readonly promised: number | null;
  /** a condition besides the time, already judged */
  readonly failure?: string;
}

/** What a measured value may exceed its promise by: the lab takes samples, and has one CPU. */
const SLACK_SECONDS = 0.2;
/** A stall worth telling. */
const STALL_SECONDS_MIN = 0.1;

export const isKept = ({ measured, stalled, promised, failure }: Finding): boolean =>
  failure === undefined && (promised === null || measured - stalled <= promised + SLACK_SECONDS);

export function printSummary(
  timeline: Timeline,
  write: (text: string) => void,
  findings: readonly Finding[],
): void {
  const width = Math.max(...findings.map(({ what }) => what.length));
  timeline.title('summary');
  write(`  ${'what'.padEnd(width)}   measured   promised\n`);
  for (const finding of findings) {
    const measured = seconds(finding.measured).padStart(10);
    const promised = (finding.promised === null ? '' : seconds(finding.promised)).padStart(10);
    const verdict = timeline.paint(verdictOf(finding), isKept(finding) ? 'good' : 'bad');
    write(`  ${finding.what.padEnd(width)} ${measured} ${promised}   ${verdict}${noteOf(finding)}\n`);
  }
}

const seconds = (value: number): string => `${value.toFixed(2)} s`;

function verdictOf(finding: Finding): string {
  if (isKept(finding)) return 'ok';
  return finding.failure === undefined ? 'FAILED' : `FAILED: ${finding.failure}`;
}

const noteOf = ({ stalled }: Finding): string =>
  stalled < STALL_SECONDS_MIN ? '' : `, the machine stalled the lab ${seconds(stalled)} of it`;
