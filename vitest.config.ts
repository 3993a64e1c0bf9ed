import { defineConfig } from 'vitest/config'

const alias = [{ find: /^#/, replacement: `${import.meta.dirname}/src/` }]

export default defineConfig({
  test: {
    projects: [
      { resolve: { alias }, test: { name: 'src', environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'] } },
      { resolve: { alias }, test: { name: 'server', environment: 'node', include: ['server/**/*.test.ts'] } },
    ],
  },
})
