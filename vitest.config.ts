import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const alias = [{ find: /^#/, replacement: `${import.meta.dirname}/src/` }]

export default defineConfig({
  test: {
    // Vitest leaves one core to itself, and would use half of two.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'src',
          // A DOM costs a file half a second: those that need one say so in their first line.
          environment: 'node',
          include: ['src/**/*.test.{ts,tsx}'],
          // A process costs a file as much: they share one, but not the modules of `src`.
          isolate: false,
          setupFiles: ['tests/support/freshModules.ts'],
          restoreMocks: true,
          unstubGlobals: true,
        },
      },
      {
        resolve: { alias },
        // Store passwords and new keys take real time, and more of it on a busy computer.
        test: {
          name: 'server',
          environment: 'node',
          include: ['server/**/*.test.ts', 'tests/**/*.test.ts'],
          globalSetup: ['tests/support/build.ts'],
          // Each test has a server of its own, and modules keep nothing: files may share them.
          isolate: false,
          restoreMocks: true,
          unstubEnvs: true,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'conformance',
          environment: 'node',
          include: ['conformance/**/*.test.ts'],
          globalSetup: ['conformance/setup.ts'],
          isolate: false,
          // They mostly wait for the server. A project with a different number of workers needs its own group.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
