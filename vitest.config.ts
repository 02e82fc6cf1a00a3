import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Written last and not seen to pass on a quiet machine yet: run them by name, then take this line away.
    exclude: ['**/node_modules/**', 'tests/kill/network-and-server.test.ts', 'tests/canaries/**'],
    setupFiles: ['tests/support/fast-check-seed.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
