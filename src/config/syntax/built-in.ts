/** The macros that every configuration has: `${_PWD}`, `${_INSTANCE}`, `${_RANDOM [MIN [MAX]]}`, `${_ENV NAME}`,
 *  `${_HASH}` and `${_BANG}` (grammar.md section 6). A definition of the same name comes before them. */
import type { Prng } from '../../base/prng.ts';
import { directoryOf } from './files.ts';
import type { SourceFile } from './source.ts';

export interface Surroundings {
  readonly configId: string;
  readonly environment: (name: string) => string | undefined;
}

/** What _RANDOM counts up to (RAND_MAX of old). */
const RANDOM_MAX = 32_767;

/** The text of a built-in macro; undefined for an unknown name or parameters that make no sense. */
export function builtInText(
  name: string,
  argument: string,
  file: SourceFile,
  surroundings: Surroundings,
  random: Prng,
): string | undefined {
  switch (name) {
    case '_PWD':
      return directoryOf(file.path);
    case '_INSTANCE':
      return surroundings.configId;
    case '_ENV':
      return surroundings.environment(argument) ?? '';
    case '_RANDOM':
      return randomText(argument, random);
    case '_HASH':
      return '#';
    case '_BANG':
      return '!';
    default:
      return undefined;
  }
}

function randomText(argument: string, random: Prng): string | undefined {
  const words = argument.split(/\s+/).filter((word) => word !== '');
  const [low = 0, high = Math.max(low, RANDOM_MAX)] = words.map(Number);
  const sound = words.length <= 2 && Number.isSafeInteger(low) && Number.isSafeInteger(high) && low <= high;
  return sound ? `${random.between(low, high)}` : undefined;
}
