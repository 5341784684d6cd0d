import { defineConfig } from 'vitest/config';

// unit: pure code and single processes, runs anywhere.  lab: real kernels, real peers, needs root (see test/lab/README.md).
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          sequence: { groupOrder: 1 },
          include: ['test/**/*.test.ts'],
          exclude: ['test/lab/**'],
          pool: 'forks',
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'lab',
          sequence: { groupOrder: 2 }, // what measures times runs when the rest is done
          include: ['test/lab/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 2, // each boots a kernel of its own or lives in namespaces of its own
          maxConcurrency: 8, // of the cases of interop.test.ts, which mostly wait
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
