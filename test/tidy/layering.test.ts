/** Who may import whom (ARCHITECTURE.md). Reads the imports of every source file; an arrow that points the wrong way fails. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

type Layer = 'base' | 'pure' | 'ports' | 'native' | 'sim' | 'shell' | 'daemon' | 'cli' | 'bin';

/** First match wins. */
const LAYERS: readonly (readonly [RegExp, Layer])[] = [
  [/^src\/base\//, 'base'],
  [/^src\/config\/load/, 'shell'],
  [/^src\/(config|[a-z]+\/(core|wire))\//, 'pure'],
  [/^src\/net\/(netlink|nftables|rtnl)\//, 'pure'],
  [/^src\/ports\//, 'ports'],
  [/^src\/native\//, 'native'],
  [/^src\/sim\/run/, 'cli'],
  [/^src\/sim\//, 'sim'],
  [/^src\/daemon\/(ipc|core\/.*)\.ts$/, 'pure'],
  [/^src\/daemon\//, 'daemon'],
  [/^src\/cli\//, 'cli'],
  [/^src\/bin\//, 'bin'],
  [/^src\//, 'shell'],
];

const MAY_IMPORT: Readonly<Record<Layer, readonly Layer[]>> = {
  base: ['base'],
  pure: ['base', 'pure'],
  ports: ['base', 'pure', 'ports'],
  native: ['base', 'native'],
  sim: ['base', 'pure', 'ports', 'sim', 'shell'],
  shell: ['base', 'pure', 'ports', 'native', 'shell'],
  daemon: ['base', 'pure', 'ports', 'native', 'shell', 'daemon'],
  cli: ['base', 'pure', 'ports', 'native', 'shell', 'sim', 'daemon', 'cli'],
  bin: ['cli', 'daemon'],
};

/** Npm packages and the one place of each. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  pino: /^src\/observe\//,
  'prom-client': /^src\/observe\//,
  'dns-packet': /^src\/checks\/probes\/dns/,
  ajv: /^(src\/config\/|scripts\/)/,
  yaml: /^src\/config\/load\/document/,
  undici: /^src\/control\/client/,
  commander: /^src\/cli\//,
  mysql2: /^src\/checks\/probes\/mysql-client/,
  pg: /^src\/checks\/probes\/pgsql-client/,
  nodemailer: /^src\/notify\/shell\/smtp-conversation/,
};

const layerOf = (file: string): Layer => LAYERS.find(([pattern]) => pattern.test(file))?.[1] ?? 'shell';

function sourceFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const pattern =
    /(?:^|\n)\s*(import|export)\s+(type\s+)?[^'";]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)|import\s+'([^']+)'/g;
  return [...text.matchAll(pattern)].map((match) => {
    const specifier = match[3] ?? match[4] ?? match[5] ?? '';
    const target = specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier;
    return { file, target, typeOnly: match[2] !== undefined };
  });
}

const IMPORTS = sourceFiles('src').flatMap(importsOf);

test('imports point down the layers only', () => {
  const wrong = IMPORTS.filter(({ file, target, typeOnly }) => {
    if (!target.startsWith('src/')) return false;
    const [from, to] = [layerOf(file), layerOf(target)];
    // A port's types are plain data; pure rooms may name them, not call them.
    if (typeOnly && to === 'ports' && (from === 'pure' || from === 'native')) return false;
    return !MAY_IMPORT[from].includes(to);
  });
  expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
});

test('pure rooms reach for nothing outside: no node modules, no packages, no clocks, no globals', () => {
  const pure = sourceFiles('src').filter((file) => ['base', 'pure', 'ports', 'sim'].includes(layerOf(file)));
  const outside = IMPORTS.filter(({ file, target }) => pure.includes(file) && !target.startsWith('src/'));
  expect(outside.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  const banned =
    /\b(Date\.now|new Date\(\)|performance\.|Math\.random|setTimeout\b|setInterval\b|setImmediate\b|(?<![./\w])process\.|console\.)/;
  const uses = pure.flatMap((file) =>
    readFileSync(join(ROOT, file), 'utf8')
      .split('\n')
      .flatMap((line, i) =>
        banned.test(line.replace(/(\/\/|^\s*\/?\*).*/, '')) ? [`${file}:${i + 1} ${line.trim()}`] : [],
      ),
  );
  expect(uses).toEqual([]);
});

test('each npm package is used in its one place', () => {
  const wrong = IMPORTS.filter(({ file, target }) => {
    if (target.startsWith('src/') || target.startsWith('node:') || target.startsWith('.')) return false;
    const name = target.startsWith('@')
      ? target.split('/').slice(0, 2).join('/')
      : (target.split('/')[0] ?? '');
    const place = PACKAGES[name];
    return place === undefined || !place.test(file);
  });
  expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
});

test('only adapters, shells of the kernel and the daemon touch the native addon', () => {
  const allowed = /^src\/(native|daemon|net|ipvs\/shell|checks\/(probes|shell)|observe|scripts)\//;
  const free = 'src/native/late-modules.ts'; // Node's own modules, not the addon
  const wrong = IMPORTS.filter(
    ({ file, target }) => target.startsWith('src/native/') && target !== free && !allowed.test(file),
  );
  expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
});

test('files and lines stay within limits a reader can hold in mind', () => {
  const tables = /(^|\/)(schema|keywords?|constants|catalog|known-keywords|metric-table)[^/]*(\/|\.ts$)/;
  const long = [...sourceFiles('src'), ...sourceFiles('test')]
    .filter((file) => !tables.test(file))
    .map((file) => ({ file, lines: readFileSync(join(ROOT, file), 'utf8').split('\n').length }))
    .filter(({ lines }) => lines > 400);
  expect(long).toEqual([]);
});
