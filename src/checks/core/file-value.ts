/** What the number in a file means for a server. behaviour.md section 16.9. */
import type { FileChecker } from '../../config/model/file-checker.ts';
import { failed, type ProbeResult } from './probe-result.ts';

/** A number that takes this much away takes everything. */
const DOWN = -2_147_483_648;

export function judgeFileValue(
  { weight, reverse }: Pick<FileChecker, 'weight' | 'reverse'>,
  value: number,
): ProbeResult {
  const by = value * weight * (reverse ? -1 : 1);
  const isDown = weight === 0 ? (value === 0) === reverse : by <= DOWN;
  // never -0
  return isDown
    ? failed({ kind: 'file_value', value })
    : { kind: 'passed', weight: { kind: 'added', by: by + 0 } };
}
