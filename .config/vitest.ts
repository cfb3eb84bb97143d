import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/services-run.ts'],
    setupFiles: ['test/support/watchdog.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is waited for may take a second and more when every core is busy; a wait that fails is not a figure.
    expect: { poll: { timeout: 30_000 } },
    pool: 'forks',
    // Much of the time is waiting for services and processes: no core is kept free. Four files with engines of their own
    // and the shared services take some four gigabytes; more would be memory, not speed.
    maxWorkers: Math.min(4, availableParallelism()),
  },
});
