import { defineConfig } from 'vitest/config';

const common = { setupFiles: ['tests/loop.ts'], testTimeout: 60_000 };

/** Loads the polyfill, which changes what the host's own functions do. */
const CHANGES_THE_HOST = 'src/jsapi/namespace.test.ts';

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      // Other unit tests change nothing that others see: they share what is imported, which takes a fifth less time.
      { test: { ...common, name: 'src', include: ['src/**/*.test.ts', `!${CHANGES_THE_HOST}`], isolate: false } },
      {
        test: {
          ...common,
          name: 'tests',
          include: [CHANGES_THE_HOST, 'tests/**/*.test.ts', 'spec-tests/**/*.test.ts'],
        },
      },
    ],
  },
});
