/** FILE_CHECK blocks → model (behaviour.md section 16.9). */
import { micros } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { FileChecker } from '../model/file-checker.ts';
import type { fileCheckRows } from '../schema/checkers.ts';
import type { BlockValue } from '../schema/read-block.ts';
import { type CheckerScope, lowerCommon } from './checker-common.ts';
import { type LowerContext, valueOr } from './context.ts';

export function lowerFileChecker(
  { settings, at }: BlockValue<null, typeof fileCheckRows>,
  scope: CheckerScope,
  context: LowerContext,
): FileChecker | null {
  const name = valueOr(settings.track_file, null);
  const defined = name === null ? undefined : context.trackFiles.get(name);
  if (defined === undefined || defined.at.order > at.order) {
    context.report(catalog.file_check_without_file(settings.track_file?.at.args[0] ?? at.keyword, { name }));
    return null;
  }
  const { path, initial, weight, reverse } = defined.value;
  const own = valueOr(settings.weight, { weight, reverse: null });
  return {
    kind: 'file',
    ...lowerCommon({}, scope, context),
    // what happens in the file counts at once
    ...{ retry: 0, delayBeforeRetry: micros(0), warmup: micros(0), alpha: false },
    file: { name: defined.value.name, path, initial },
    weight: own.weight,
    reverse: own.reverse ?? reverse,
  };
}
