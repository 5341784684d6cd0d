// esbuild plugin: whatever the source imports with `import()` becomes a file of its own beside the others, loaded when
// it is asked for. A start then reads only what it runs: reading and compiling a file costs more than running it.

import { relative, resolve } from 'node:path';

/** `found` is told the path of every source file that is imported so. */
export const splitPlugin = (found) => ({
  name: 'split-at-dynamic-imports',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined;
      const source = resolve(resolveDir, path);
      found(source);
      return { path: `./${partName(source)}.cjs`, external: true };
    });
  },
});

/** `part-cli-config-test` for src/cli/config-test.ts */
export const partName = (source) =>
  `part-${relative('src', source).replace(/\.ts$/, '').replaceAll('/', '-')}`;
