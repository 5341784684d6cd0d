/** `vipctl config`: the effective model, each value with the line that it comes from. */
import { withoutSecrets } from '../compare/secrets.ts';
import type { Config } from '../model/config.ts';
import { createPositions } from '../syntax/source.ts';
import type { Statement } from '../syntax/tree.ts';
import { nearestOrigin, type Origins } from './origins.ts';

export interface OriginJson {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly keyword: string;
}

export interface EffectiveJson {
  readonly config: Config;
  /** by JSON pointer into `config`, valid for all below it unless that has a pointer of its own */
  readonly origins: Readonly<Record<string, OriginJson | 'default'>>;
}

/** Whether passwords and keys are in the model that is shown. */
export type Openness = 'with_secrets' | 'without_secrets';

const shown = (config: Config, openness: Openness): Config =>
  openness === 'with_secrets' ? config : withoutSecrets(config);

export function effectiveJson(
  config: Config,
  origins: Origins,
  openness: Openness = 'without_secrets',
): EffectiveJson {
  const place = createPlaces();
  const written = [...origins].map(([pointer, statement]) => [pointer, place(statement)] as const);
  return { config: shown(config, openness), origins: Object.fromEntries(written) };
}

/** One line per value: `/vrrpInstances/0/priority = 150    vipd.conf:12 priority`. */
export function effectiveText(
  config: Config,
  origins: Origins,
  openness: Openness = 'without_secrets',
): string {
  const place = createPlaces();
  const lines = leavesOf(shown(config, openness), '').map(([pointer, value]) => {
    const origin = nearestOrigin(pointer, origins);
    const from = origin === undefined ? null : place(origin);
    const text =
      from === null ? '' : from === 'default' ? 'default' : `${from.file}:${from.line} ${from.keyword}`;
    return `${`${pointer} = ${JSON.stringify(value)}`.padEnd(COLUMN)} ${text}`.trimEnd();
  });
  return `${lines.join('\n')}\n`;
}

const COLUMN = 60;

function createPlaces(): (statement: Statement | null) => OriginJson | 'default' {
  const positionOf = createPositions();
  return (statement) => {
    if (statement === null) return 'default';
    const { keyword } = statement;
    const { line, column } = positionOf(keyword);
    return { file: keyword.file.path, line, column, keyword: keyword.text };
  };
}

/** Values that hold no others, in the order of the model. */
function leavesOf(value: unknown, pointer: string): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null) return [[pointer, value]];
  const inner = Object.entries(value);
  return inner.length === 0
    ? [[pointer, value]]
    : inner.flatMap(([name, each]) => leavesOf(each, `${pointer}/${name}`));
}
