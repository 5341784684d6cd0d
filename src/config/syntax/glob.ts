/** Shell globs of include lines: `*`, `?`, `[a-z]` and `{a,b}`; a leading dot is matched only by a dot. */
import type { GlobMatches } from './files.ts';

/** Paths that one pattern may name, and alternatives that its braces may make. */
const PATHS_MAX = 4096;
const ALTERNATIVES_MAX = 256;

export interface Directory {
  /** names in a directory; none when it cannot be read */
  readonly list: (path: string) => readonly string[];
  readonly exists: (path: string) => boolean;
}

/** Existing paths in the order of the alternatives, sorted by name within each. */
export function expandGlob(pattern: string, directory: string, files: Directory): GlobMatches {
  const paths: string[] = [];
  let unmatched = 0;
  const alternatives = expandBraces(pattern);
  for (const alternative of alternatives) {
    const found = expandPath(alternative, directory, files);
    if (found.length === 0) unmatched++;
    paths.push(...found);
  }
  return { paths: paths.slice(0, PATHS_MAX), braceUnmatched: alternatives.length > 1 && unmatched > 0 };
}

/** `x{a,b}y` → `xay`, `xby`; nested braces too. */
function expandBraces(pattern: string): string[] {
  const done: string[] = [];
  const open = [pattern];
  while (open.length > 0 && done.length + open.length < ALTERNATIVES_MAX) {
    const next = open.shift() ?? '';
    const group = /\{([^{}]*,[^{}]*)\}/.exec(next);
    if (group === null) done.push(next);
    else {
      const [before, after] = [next.slice(0, group.index), next.slice(group.index + group[0].length)];
      open.unshift(...(group[1] ?? '').split(',').map((word) => before + word + after));
    }
  }
  return [...done, ...open];
}

function expandPath(pattern: string, directory: string, files: Directory): string[] {
  const absolute = pattern.startsWith('/') ? pattern : `${directory}/${pattern}`;
  const parts = absolute.split('/').filter((part) => part !== '' && part !== '.');
  let bases = [''];
  for (const part of parts) {
    if (part === '..') {
      bases = bases.map((base) => base.slice(0, Math.max(0, base.lastIndexOf('/'))));
    } else if (/[*?[]/.test(part)) {
      const matches = partMatcher(part);
      const names = (base: string) => [...files.list(base === '' ? '/' : base)].filter(matches).sort();
      bases = bases.flatMap((base) => names(base).map((name) => `${base}/${name}`)).slice(0, PATHS_MAX);
    } else {
      bases = bases.map((base) => `${base}/${part}`);
    }
  }
  return bases.filter(files.exists);
}

/** One path component as a test of names. */
function partMatcher(part: string): (name: string) => boolean {
  const body = part
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\[[!^]([^\]]*)\]/g, '[^$1]')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  const dots = part.startsWith('.');
  try {
    const pattern = new RegExp(`^${body}$`, 's');
    return (name) => pattern.test(name) && (dots || !name.startsWith('.'));
  } catch {
    return (name) => name === part; // an unclosed bracket stands for itself
  }
}
