/** Test cases as text files: a configuration, a divider, what must come of it. With UPDATE=1 in the environment the
 *  second half is rewritten from the program and then read in review like code. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { err, ok } from '../../src/base/result.ts';
import type { HostFacts } from '../../src/config/check/host.ts';
import { type LoadedConfig, type ParseOptions, parseConfig } from '../../src/config/parse.ts';
import type { ConfigFiles } from '../../src/config/syntax/files.ts';
import { expandGlob } from '../../src/config/syntax/glob.ts';

const DIVIDER = '-----\n';

export interface CaseFile {
  readonly name: string;
  readonly config: string;
  readonly expected: string;
  /** rewrites the expectation; does nothing unless UPDATE=1 */
  readonly update: (actual: string) => string;
}

/** All `*.txt` of a folder beside this file. */
export function caseFiles(folder: string): readonly CaseFile[] {
  const directory = fileURLToPath(new URL(`./${folder}/`, import.meta.url));
  return readdirSync(directory)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .map((name) => readCase(directory, name));
}

function readCase(directory: string, name: string): CaseFile {
  const path = `${directory}${name}`;
  const [config = '', expected = ''] = readFileSync(path, 'utf8').split(DIVIDER);
  const update = (actual: string): string => {
    if (process.env['UPDATE'] !== '1') return expected;
    writeFileSync(path, `${config}${DIVIDER}${actual}`);
    return actual;
  };
  return { name: name.replace(/\.txt$/, ''), config, expected, update };
}

/** Files that exist only in a test. */
export function memoryFiles(texts: Readonly<Record<string, string>>): ConfigFiles {
  const paths = Object.keys(texts);
  return {
    read: (path) => {
      const text = texts[path];
      return text === undefined ? err({ kind: 'missing' }) : ok(text);
    },
    glob: (pattern, directory) =>
      expandGlob(pattern, directory, {
        list: (folder) => {
          const prefix = folder === '/' ? '/' : `${folder}/`;
          const inside = paths.filter((path) => path.startsWith(prefix));
          return [...new Set(inside.map((path) => path.slice(prefix.length).split('/')[0] ?? ''))];
        },
        exists: (path) => paths.includes(path),
      }),
  };
}

export interface ParseTestOptions {
  readonly host?: HostFacts | null;
  readonly configId?: string;
  readonly strictIncludes?: boolean;
}

/** Parses `text` as /etc/vipd.conf of a machine named director. */
export const parseText = (text: string, options: ParseTestOptions = {}): LoadedConfig =>
  parseFiles({ '/etc/vipd.conf': text }, options);

/** Those of a machine named director, which is not looked at. */
export const PARSE_OPTIONS: ParseOptions = {
  configId: 'director',
  hostName: 'director',
  environment: (name) => (name === 'HOME' ? '/root' : undefined),
  strictIncludes: false,
  randomSeed: 1,
  host: null,
};

/** Parses /etc/vipd.conf of several files. */
export const parseFiles = (
  texts: Readonly<Record<string, string>>,
  options: ParseTestOptions = {},
): LoadedConfig => parseConfig('/etc/vipd.conf', memoryFiles(texts), { ...PARSE_OPTIONS, ...options });

/** The ids of all diagnostics, in the order of their making. */
export const idsOf = ({ diagnostics }: LoadedConfig): readonly string[] => diagnostics.map(({ id }) => id);
