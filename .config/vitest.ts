import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/services-run.ts'],
    testTimeout: 60_000,
    pool: 'forks',
  },
});
