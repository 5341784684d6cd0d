/** Values of the keywords that say how servers come into a pool and leave it; all of them vipd's own. */
import { catalog } from '../diagnostics/catalog.ts';
import type { DepoolThreshold } from '../model/lvs.ts';
import { oneWord, parseInteger, U32_MAX, wholeSeconds } from './values.ts';

/** A week: a drain that takes longer has been forgotten. */
const DRAIN_SECONDS_MAX = 604_800;
const SLOW_START_SECONDS_MAX = 86_400;

/** `3` servers, or `40%` of those configured */
const depoolThreshold = oneWord('servers or a percentage', (word, line, report) => {
  const keyword = line.keyword.text;
  if (!word.text.endsWith('%')) {
    const servers = parseInteger(word, 0, U32_MAX, keyword, report);
    return servers === undefined ? undefined : ({ kind: 'count', servers } satisfies DepoolThreshold);
  }
  const percent = /^\d{1,3}%$/.test(word.text) ? Number(word.text.slice(0, -1)) : Number.NaN;
  if (percent <= 100) return { kind: 'percent', percent } satisfies DepoolThreshold;
  report(catalog.out_of_range(word, { keyword, value: word.text, low: '0%', high: '100%' }));
  return undefined;
});

export const poolChange = {
  drainTimeout: wholeSeconds(0, DRAIN_SECONDS_MAX),
  slowStart: wholeSeconds(0, SLOW_START_SECONDS_MAX),
  depoolThreshold,
};
