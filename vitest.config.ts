import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Three projects: pure tests need nothing; database tests get a migrated template database, made once for the run.
export default defineConfig({
  test: {
    reporters: ['default', './e2e/matrix/reporter.ts'],
    sequence: { shuffle: true },
    // Of two cores vitest would leave one idle, and tests wait for PostgreSQL and for other programs.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // Pure: nothing that one file leaves behind could change another, so a process runs many of them.
          isolate: false,
          // An RSA-4096 key can take seconds to make on a busy machine.
          testTimeout: 30_000,
          include: ['lib/**/*.test.ts', 'app/**/*.test.ts', 'components/**/*.test.ts', 'prisma/**/*.test.ts', 'e2e/**/*.test.ts'],
          exclude: ['**/*.db.test.ts', '**/*.peer.test.ts', '**/node_modules/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'database',
          include: ['lib/**/*.db.test.ts', 'app/**/*.db.test.ts', 'prisma/**/*.db.test.ts'],
          globalSetup: ['./e2e/harness/vitest-setup.ts'],
          isolate: false,
          setupFiles: ['./e2e/harness/own-state.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      // Against programs of others, from Debian's packages (e2e/harness/debian-packages.ts): whether our peers of the tests speak the standard.
      {
        extends: true,
        test: {
          name: 'ca-peers',
          include: ['e2e/peers/**/*.peer.test.ts', 'lib/**/*.peer.test.ts'],
          globalSetup: ['./e2e/harness/vitest-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
