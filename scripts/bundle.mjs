// One bundle per process and one per part that is loaded only when asked for: a start reads few files instead of hundreds,
// and each process carries only what it runs. CommonJS, because it starts faster than ES modules on Node 20.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';
import { partName, splitPlugin } from './split-plugin.mjs';
import { validatorPlugin, writeValidator } from './validator-plugin.mjs';

const PROGRAMS = {
  vipd: 'src/bin/vipd.ts',
  'vipd-vrrp': 'src/bin/vipd-vrrp.ts',
  'vipd-checkers': 'src/bin/vipd-checkers.ts',
  vipctl: 'src/bin/vipctl.ts',
  ipvsadm: 'src/bin/ipvsadm.ts',
};

const version =
  process.env.npm_package_version ??
  (await import('../package.json', { with: { type: 'json' } })).default.version;

/** Returns the source files that the given ones import with `import()`. */
async function bundle(entryPoints) {
  const parts = new Set();
  await build({
    entryPoints,
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    supported: { 'dynamic-import': false },
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    define: { VIPD_VERSION: JSON.stringify(version) },
    plugins: [splitPlugin((source) => parts.add(source)), validatorPlugin],
    logLevel: 'warning',
  });
  return parts;
}

rmSync('dist', { recursive: true, force: true });
await writeValidator('dist');
const done = new Set();
let next = await bundle(PROGRAMS);
while (next.size > 0) {
  const fresh = [...next].filter((source) => !done.has(source));
  for (const source of fresh) done.add(source);
  next =
    fresh.length === 0
      ? new Set()
      : await bundle(Object.fromEntries(fresh.map((source) => [partName(source), source])));
}

// what a start of vipd compiles is kept for the next one, made under the flags in the first line of bin/vipd
const flags = readFileSync('bin/vipd', 'utf8')
  .split('\n')[0]
  .split(' ')
  .filter((word) => word.startsWith('--'));
execFileSync('node', [...flags, 'scripts/compile-code.cjs', '-t', '-f', 'conf/web-dr.conf'], {
  stdio: 'ignore',
});
