import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { path } from './concord.ts'
import { asUser, expect } from './fixtures.ts'
import { givenOrg, givenUser } from './given.ts'
import { test } from './ownServer.ts'

test.skip(!process.env.E2E_DATA_DIR, 'Only the data folder of a server that was built here can be filled')

const name = (number: number) => `key-${String(number).padStart(5, '0')}`

test('above 20,000 secrets, the server pages and filters', async ({ page, server }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  await server.kill()
  const program = join(import.meta.dirname, 'insertSecrets.mjs')
  execFileSync(process.execPath, [program, server.dataDir, org.id, user.id, '20001'])
  await server.start()

  const links = page.getByRole('table').getByRole('link')
  const list = path`/org/${org.name}/secret`
  await asUser(page, user)
  await page.goto(list)
  await expect(page.locator('.page-title .facts')).toContainText(
    'More than 20,000 secrets: filter by name to search them all',
  )
  await page.goto(`${list}?page=400`)
  await expect(page.getByText('19951–20000 of at least 20,001 secrets')).toBeVisible()
  await page.getByRole('link', { name: 'Next' }).click()
  await expect(links).toHaveText([name(20_000)])
  await expect(page.getByText('20001–20001 of 20,001 secrets')).toBeVisible()

  await page.getByRole('searchbox').fill('key-19')
  await expect(page.getByText('1–50 of 1,000 secrets')).toBeVisible()
  await page.getByRole('button', { name: 'Name' }).click()
  await expect(links.first()).toHaveText(name(19_999))
  await page.getByLabel('Visibility', { exact: true }).selectOption({ label: 'Public (100)' })
  await expect(page.getByText('1–50 of 100 secrets')).toBeVisible()
})
