import { defineConfig } from 'vitest/config'

const alias = [{ find: /^#/, replacement: `${import.meta.dirname}/src/` }]

export default defineConfig({
  test: {
    projects: [
      { resolve: { alias }, test: { name: 'src', environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'] } },
      {
        resolve: { alias },
        // Store passwords and new keys take real time, and more of it on a busy computer.
        test: {
          name: 'server',
          environment: 'node',
          include: ['server/**/*.test.ts', 'tests/**/*.test.ts'],
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
