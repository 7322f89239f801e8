import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts', 'spec-tests/**/*.test.ts'],
    setupFiles: ['tests/loop.ts'],
    testTimeout: 60_000,
    maxWorkers: 2,
  },
});
