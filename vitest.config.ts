import { defineConfig } from 'vitest/config';

/** Folders whose tests never start a built program, and so do not wait for a compilation. */
const PURE = [
  'test/conformance/**',
  'test/domain/**',
  'test/laws/**',
  'test/projections/**',
  'test/vectors/**',
  'test/types/**',
];
const TIDY = 'test/tidy.test.ts';

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: { name: 'pure', include: [...PURE.map((folder) => `${folder}/*.test.ts`), TIDY] },
      },
      {
        extends: true,
        test: {
          name: 'programs',
          include: ['test/**/*.test.ts'],
          exclude: [...PURE, TIDY],
          globalSetup: ['test/support/buildPrograms.ts'],
        },
      },
    ],
  },
});
