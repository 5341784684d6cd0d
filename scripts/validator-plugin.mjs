// esbuild plugin: puts the code that ajv generates from the configuration's schema in the place of the file that
// compiles it at run time. A start then neither carries ajv nor waits for its compiler (about 0.1 s). The code is long and
// nobody reads it, so it is one small-print file of its own, loaded when the first model is checked.

import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import standaloneModule from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const standaloneCode = standaloneModule.default ?? standaloneModule;

const FILE = './validator.cjs';

export const validatorPlugin = {
  name: 'config-validator',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^\.\/validator\.cjs$/ }, () => ({ path: FILE, external: true }));
    onLoad({ filter: /\/src\/config\/load\/compile-validator\.ts$/ }, () => ({
      contents: `export const compileValidator = () => require('${FILE}').validate;`,
      loader: 'js',
    }));
  },
};

/** Writes what the plugin refers to. */
export async function writeValidator(folder) {
  const { configSchema } = await importSource('src/config/json-schema.ts');
  const { AJV_OPTIONS } = await importSource('src/config/load/ajv-options.ts');
  const ajv = new Ajv({ ...AJV_OPTIONS, code: { source: true, esm: true } });
  const contents = standaloneCode(ajv, ajv.compile(configSchema));
  await build({
    absWorkingDir: root,
    stdin: { contents, resolveDir: root },
    outfile: `${folder}/${FILE}`,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
  });
}

/** Imports a TypeScript file of ours without a loader. */
async function importSource(path) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [path],
    bundle: true,
    write: false,
    format: 'esm',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
