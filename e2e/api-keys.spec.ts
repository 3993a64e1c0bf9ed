import { admin, call, send } from './concord.ts'
import { asUser, expect, test } from './fixtures.ts'
import { givenUser } from './given.ts'

const whoamiWith = (key: string) => send('/api/service/console/whoami', { as: { apiKey: key } })

test('creates an API key that signs in, and deletes it', { tag: '@concord' }, async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const user = await givenUser()
  await asUser(page, user)
  await page.goto('/org')
  await page.getByRole('button', { name: `Account of ${user.displayName}` }).click()
  await page.getByRole('menuitem', { name: 'API keys' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'API keys' })).toBeFocused()
  await expect(page).toHaveURL('/profile/api-token')

  const name = page.getByLabel('Name of the new key')
  await name.fill('ci deploy')
  await page.getByRole('button', { name: 'Create API key' }).click()
  await expect(name).toHaveAccessibleDescription('A name has no blanks.')
  await name.fill('ci-deploy')
  await name.press('Enter')

  await expect(page.getByRole('heading', { name: '“ci-deploy” is created' })).toBeFocused()
  const key = await page.getByRole('textbox', { name: 'API key' }).inputValue()
  expect((await whoamiWith(key)).status).toBe(200)

  await page.getByRole('link', { name: 'Organizations' }).click()
  const guard = page.getByRole('dialog', { name: 'Leave without saving the API key?' })
  await guard.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Copy the API key' }).click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key)
  await page.getByRole('button', { name: 'Done' }).click()
  expect(await page.content()).not.toContain(key)

  const row = page.getByRole('row', { name: 'ci-deploy' })
  await name.fill('ci-deploy')
  await expect(name).toHaveAccessibleDescription('You have a key with this name.')
  await row.getByRole('button', { name: 'Delete' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete API key “ci-deploy”' })
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await dialog.getByRole('button', { name: 'Yes, delete this key' }).click()
  await expect(page.getByRole('status').getByText('API key “ci-deploy” deleted.')).toBeVisible()
  await expect(row).toHaveCount(0)
  expect((await whoamiWith(key)).status).toBe(401)
})

test('a key that was deleted elsewhere is reported as deleted', async ({ page, expectErrors }) => {
  expectErrors(400, '/api/v1/apikey/*')
  const user = await givenUser()
  const { id } = await call<{ id: string }>('/api/v1/apikey', { as: user, json: { name: 'of-a-laptop' } })
  await asUser(page, user)
  // As bookmarked in Concord's own console.
  await page.goto('/#/profile/api-token/_new')
  const row = page.getByRole('row', { name: 'of-a-laptop' })
  await row.getByRole('button', { name: 'Delete' }).click()
  await call(`/api/v1/apikey/${id}`, { as: admin(), method: 'DELETE' })
  await page.getByRole('button', { name: 'Yes, delete this key' }).click()
  await expect(page.getByRole('status').getByText('API key “of-a-laptop” deleted.')).toBeVisible()
  await expect(row).toHaveCount(0)
})
