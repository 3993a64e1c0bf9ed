import type { Page } from '@playwright/test'
import { startServer, temporaryFolder } from '../tests/support/serverProcess.ts'
import { test as base, expect } from './fixtures.ts'
import { picture } from './screens.ts'

/* The tour of README.md, step by step, on a first start with sample data. `npm run screens` takes its pictures. */

type Credentials = Record<string, { password: string; apiKey: string }>
type Console = { url: string; credentials: Credentials }

const test = base.extend<object, { firstStart: Console }>({
  // Once for all stories here, as the sample data takes a while.
  firstStart: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants to read the names of what is used.
    async ({}, use) => {
      const { path, remove } = temporaryFolder()
      const server = await startServer(path, { ADMIN_API_KEY: '', SAMPLE_DATA: 'on', LOG_LEVEL: 'warn' })
      const printed = server.output().matchAll(/^ {2}(\w+) {2,}(\S+) {2,}(\S+)$/gm)
      const credentials = Object.fromEntries(
        [...printed].map(([, user = '', password = '', apiKey = '']) => [user, { password, apiKey }]),
      )
      await use({ url: server.url, credentials })
      await server.end('SIGTERM')
      remove()
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  consoleUrl: async ({ firstStart }, use) => use(firstStart.url),
})

// In this order and one worker: the tour moves a secret.
test.describe.configure({ mode: 'default' })
test.skip(!process.env.E2E_DATA_DIR, 'The tour goes through the sample data of our own server')

async function signIn(page: Page, { credentials }: Console, name: string) {
  await page.getByRole('textbox', { name: /^user ?name/i }).fill(name)
  await page.getByLabel('Password', { exact: true }).fill(credentials[name]?.password ?? '')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

test('carol has fewer rights in acme', async ({ page, firstStart, expectErrors }) => {
  // The list checks which of its secrets can be opened.
  expectErrors(403, '/api/v2/org/*/secret/*', '/api/v1/org/*/project/*/repository')
  await page.goto('/')
  await signIn(page, firstStart, 'carol')
  await page.getByRole('link', { name: 'acme' }).click()
  await page.getByRole('link', { name: 'git-key', exact: true }).click()
  await page.getByRole('link', { name: 'Settings' }).click()
  await expect(page.getByText('Only teams with Writer access can change it. Ask Alice Archer.')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Danger zone' })).toHaveCount(0)
})

test('the tour of the README', async ({ page, firstStart, expectErrors }) => {
  // The list checks which of its secrets can be opened.
  expectErrors(403, '/api/v2/org/*/secret/*', '/api/v1/org/*/project/*/repository')
  await page.goto('/')
  await picture(page, 'tour-sign-in')
  await signIn(page, firstStart, 'alice')

  await expect(page.getByRole('heading', { level: 1, name: 'Organizations' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'research' })).toHaveCount(0)
  await picture(page, 'tour-organizations')
  await page.getByRole('link', { name: 'acme' }).click()

  await expect(page.getByRole('heading', { level: 1, name: 'acme' })).toBeVisible()
  await picture(page, 'tour-secrets')
  await page.getByLabel('Filter by name').fill('git')
  await expect(page.getByRole('row')).toHaveCount(3)
  await expect(page).toHaveURL(/[?&]\w+=git/)
  await page.getByRole('link', { name: 'git-key', exact: true }).click()

  await expect(page.getByRole('heading', { level: 1, name: 'git-key' })).toBeVisible()
  await expect(page.getByText('flows')).toBeVisible()
  await picture(page, 'tour-info')
  await page.getByRole('link', { name: 'Settings' }).click()
  const zone = page.getByRole('region', { name: 'Danger zone' })
  await zone.getByLabel('New organization').fill('plat')
  await zone.getByRole('option', { name: 'platform' }).click()
  await zone.scrollIntoViewIfNeeded()
  await picture(page, 'tour-danger-zone')
  await zone.getByRole('button', { name: 'Move', exact: true }).click()

  const dialog = page.getByRole('dialog', { name: 'Move secret “git-key” to platform' })
  const preflight = dialog.getByRole('list', { name: 'What the move will meet' })
  await expect(preflight).toContainText('storefront › web')
  await expect(preflight).toContainText('storefront › flows')
  const name = dialog.getByLabel('Type git-key to confirm')
  await name.fill('git-key')
  await expect(dialog.getByRole('button', { name: 'Yes, move to platform' })).toBeEnabled()
  await picture(page, 'tour-move')
  await dialog.getByRole('button', { name: 'Yes, move to platform' }).click()

  await expect(page).toHaveURL(/\/org\/platform\/secret\/git-key/)
  await expect(page.getByRole('heading', { level: 1, name: 'git-key' })).toBeFocused()
  await expect(page.getByRole('region', { name: /Moved from acme/ })).toContainText('storefront › web')
  await picture(page, 'tour-moved')

  await page.goto('/org/acme/secret')
  await page.getByRole('link', { name: 'Create secret' }).click()
  await expect(page.getByRole('radio')).toHaveCount(5)
  await picture(page, 'tour-create')

  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Where you are signed in' }).click()
  await expect(page.getByRole('row', { name: 'This session' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Sign out everywhere' })).toBeVisible()
})
