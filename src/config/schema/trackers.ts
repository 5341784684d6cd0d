/** Keywords of what an instance can track: `vrrp_script`, `track_file`, `vrrp_track_process`. */
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Arguments } from '../syntax/tree.ts';
import { block, line, type ValueReader } from './row.ts';
import { bareCommand, scriptUser } from './script-values.ts';
import {
  blockName,
  decimalSeconds,
  flag,
  I32_MAX,
  integer,
  oneOf,
  parseInteger,
  SECONDS_MAX,
  text,
  wordAt,
} from './values.ts';

/** The weight in word `index` - 1 of a line; null when it is missing or no number. */
export type WeightReader = (words: Arguments, index: number, report: Report) => number | null;

/** RFC 9568 priorities leave 1..254 for an instance that is no owner. */
const WEIGHT_MAX = 254;

export const weightOf: WeightReader = (words, index, report) => {
  const word = words.args[index];
  return word === undefined ? null : (parseInteger(word, -WEIGHT_MAX, WEIGHT_MAX, 'weight', report) ?? null);
};

/** -254..254 is read; the two ends are lowered to 253 with a complaint. */
export const lowered: WeightReader = (words, index, report) => {
  const weight = weightOf(words, index, report);
  if (weight === null || Math.abs(weight) < WEIGHT_MAX) return weight;
  const used = Math.sign(weight) * (WEIGHT_MAX - 1);
  report(catalog.weight_lowered(words.args[index] ?? words.keyword, { weight, used }));
  return used;
};

/** `int [reverse]`; a number out of range is reported and kept, limited, as nothing else would be safer. */
const ownWeight =
  (read: WeightReader): ValueReader<{ readonly weight: number; readonly reverse: boolean }> =>
  (words, report) => {
    const weight = wordAt(words, 0, 'a weight', report) === undefined ? null : read(words, 0, report);
    return weight === null ? undefined : { weight, reverse: words.args[1]?.text === 'reverse' };
  };

const vrrpScriptRows = {
  script: line(bareCommand, 'command; exit status 0 is success', { tier: 1 }),
  interval: line(decimalSeconds(0, SECONDS_MAX, 3), 'seconds between runs, 1 unless given', { tier: 1 }),
  timeout: line(decimalSeconds(0, SECONDS_MAX, 3), 'seconds before it is stopped', { tier: 1 }),
  weight: line(ownWeight(lowered), 'change of priority; 0 = failure means FAULT', { tier: 1 }),
  rise: line(integer(1, I32_MAX), 'successes needed to be up', { tier: 1 }),
  fall: line(integer(1, I32_MAX), 'failures needed to be down', { tier: 1 }),
  user: line(scriptUser, 'identity it runs as', { tier: 1 }),
  init_fail: line(flag, 'failed until it has succeeded as often as rise says'),
};

export interface InitFile {
  readonly value: number;
  readonly overwrite: boolean;
}

/** `[value] [overwrite]`; a value beyond 32 bits is reported and the file left alone. */
const initFile: ValueReader<InitFile> = (words, report) => {
  const [first, second] = words.args;
  if (first === undefined) return { value: 0, overwrite: false };
  if (first.text === 'overwrite') return { value: 0, overwrite: true };
  const value = parseInteger(first, -I32_MAX - 1, I32_MAX, 'init_file', report);
  if (second !== undefined && second.text !== 'overwrite') {
    report(catalog.unknown_option(second, { option: second.text, of: 'init_file' }));
  }
  return value === undefined ? undefined : { value, overwrite: second?.text === 'overwrite' };
};

const trackFileRows = {
  file: line(text('a path'), 'file that holds a number', { repeat: 'first' }),
  weight: line(ownWeight(weightOf), 'multiplies the number, 1 unless given; 0 = a number but 0 means FAULT'),
  init_file: line(initFile, 'write the file at start: [value] [overwrite]'),
};

/** `NAME|PATH [argument...]`, in one pair of quotes or without. */
const processCommand: ValueReader<readonly [string, ...string[]]> = (words, report) => {
  if (wordAt(words, 0, 'the name of a process', report) === undefined) return undefined;
  const [first, ...rest] = words.args.flatMap((word) => word.text.split(/\s+/)).filter((word) => word !== '');
  return first === undefined ? undefined : [first, ...rest];
};

const processDelay = decimalSeconds(0.000001, 3600);

const parameterMatch: ValueReader<'exact' | 'initial' | 'partial'> = (words, report) =>
  words.args.length === 0 ? 'exact' : oneOf('initial', 'partial')(words, report);

const trackProcessRows = {
  process: line(processCommand, 'name or path of the process, with arguments to compare', {
    repeat: 'first',
  }),
  param_match: line(parameterMatch, 'how arguments are compared', { tier: 3 }),
  weight: line(ownWeight(weightOf), 'change of priority; 0 = no quorum means FAULT'),
  quorum: line(integer(1, 65_535), 'processes that must run, 1 unless given'),
  quorum_max: line(integer(0, 65_535), 'processes that may run', { tier: 3 }),
  delay: line(processDelay, 'seconds before a change counts'),
  terminate_delay: line(processDelay, 'seconds before a lost quorum counts', { tier: 3 }),
  fork_delay: line(processDelay, 'seconds before a gained quorum counts', { tier: 3 }),
  full_command: line(flag, 'compare argv[0] and not the name, which the kernel cuts to 15 bytes'),
};

export const trackerRows = {
  vrrp_script: block(blockName, vrrpScriptRows, 'periodic command that feeds a priority', { tier: 1 }),
  track_file: block(blockName, trackFileRows, 'file that holds a number which feeds a priority'),
  vrrp_track_file: block(blockName, trackFileRows, 'old name of track_file', { replacedBy: 'track_file' }),
  vrrp_track_process: block(blockName, trackProcessRows, 'processes that must run, or must not'),
};
