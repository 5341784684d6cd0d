/** A value in a JSON text by its path, as text. */
import type { JsonWish } from '../../config/model/http-words.ts';
import { failed, PASSED, type ProbeResult } from './probe-result.ts';
import { shownText } from './service-failure.ts';

/** All wishes hold, or the first that does not; `text` null = it was longer than is kept. */
export function judgeJson(wishes: readonly JsonWish[], text: string | null, url: string): ProbeResult {
  const root = text === null ? NOT_JSON : parsed(text);
  if (root === NOT_JSON) return failed({ kind: 'not_json', url });
  for (const { path, value } of wishes) {
    const found = at(root, path);
    const shown = found === undefined ? null : textOf(found);
    if (shown !== null && (value === null || shown === value)) continue;
    return failed({
      kind: 'unwanted_value',
      what: `${url}: JSON ${path || '.'}`,
      value: shown === null ? null : shownText(shown, null),
      wanted: value ?? 'anything',
    });
  }
  return PASSED;
}

const NOT_JSON = Symbol('not JSON');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return NOT_JSON;
  }
}

/** Own members, elements, and the length of a list; undefined where there is none. */
function at(root: unknown, path: string): unknown {
  let value = root;
  for (const name of path === '' ? [] : path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Object.getOwnPropertyDescriptor(value, name)?.value;
  }
  return value;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
