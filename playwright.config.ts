import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig, devices } from '@playwright/test'

/*
 * The stories run against their own server on a new data folder. With CONCORD_URL and CONCORD_ADMIN_KEY they run
 * against a server that is already running, possibly in front of a real Concord.
 *
 * Workers load this file too, when the environment already has the server's address: the folder shows that it is ours.
 */
const ownServer = process.env.CONCORD_URL === undefined || process.env.E2E_DATA_DIR !== undefined
if (ownServer) {
  process.env.E2E_DATA_DIR ??= mkdtempSync(join(tmpdir(), 'concord-e2e-'))
  process.env.CONCORD_ADMIN_KEY ??= randomBytes(16).toString('base64')
}

/*
 * As scripts/chromium.mjs, for `npx playwright test`; the headless shell has no window to show. Workers do not get the
 * arguments, but the environment.
 */
const HEADLESS_SHELL = '/usr/bin/chromium-headless-shell'
const shown = process.argv.includes('--headed') || process.argv.includes('--ui') || process.env.PWDEBUG !== undefined
process.env.CHROMIUM_PATH ??= [...(shown ? [] : [HEADLESS_SHELL]), '/usr/bin/chromium'].find((path) => existsSync(path))
const executablePath = process.env.CHROMIUM_PATH

export default defineConfig({
  testDir: 'e2e',
  globalTeardown: './e2e/removeDataFolder.ts',
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  workers: 2,
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1280, height: 800 },
    baseURL: process.env.CONCORD_URL,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    // Contrast cannot be measured in the middle of a colour transition.
    contextOptions: { reducedMotion: 'reduce' },
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(executablePath && { executablePath }),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  ...(ownServer && {
    webServer: {
      command: 'node scripts/start.mjs',
      env: {
        PORT: '0',
        HOST: '127.0.0.1',
        DATA_DIR: process.env.E2E_DATA_DIR ?? '',
        ADMIN_API_KEY: process.env.CONCORD_ADMIN_KEY ?? '',
        SAMPLE_DATA: 'off',
        LOG_LEVEL: 'warn',
      },
      // Playwright puts the named group into the environment, in capitals: CONCORD_URL.
      wait: { stdout: /Concord secrets console: (?<concord_url>http:\/\/[^/\s]+)/ },
      gracefulShutdown: { signal: 'SIGTERM', timeout: 10_000 },
      timeout: 120_000,
      stderr: 'pipe',
    },
  }),
})
