import type { Page } from '@playwright/test'
import { concordUrl } from './concord.ts'
import { givenDirectoryUser, needsDirectory } from './directory.ts'
import { asUser, type Credentials, expect, test } from './fixtures.ts'
import { givenUser, unique } from './given.ts'
import { needsOurs } from './version.ts'

test.beforeEach(() => needsOurs('Concord leaves passwords to LDAP'))

const ADDRESS = '/profile/password'
const current = (page: Page) => page.getByRole('textbox', { name: 'Current password' })
const next = (page: Page) => page.getByRole('textbox', { name: 'New password' })
const submit = (page: Page) => page.getByRole('main').getByRole('button', { name: 'Change password' }).click()

async function statusWith({ username, password }: Extract<Credentials, { username: string }>) {
  const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  const answer = await fetch(`${concordUrl()}/api/service/console/whoami`, { headers: { Authorization: basic } })
  return answer.status
}

async function open(page: Page) {
  needsDirectory()
  const user = await givenDirectoryUser()
  await asUser(page, user)
  await page.goto(ADDRESS)
  await expect(page.getByRole('heading', { level: 1, name: 'Change password' })).toBeVisible()
  return user
}

test('a new password replaces the old one and ends the other sessions', async ({ page, browser }) => {
  const user = await open(page)
  const elsewhere = await browser.newContext({ baseURL: concordUrl() })
  await asUser(await elsewhere.newPage(), user)
  const password = `Long enough ${unique('grün')}`
  await expect(next(page)).toHaveAccessibleDescription(/12 to 128 characters/)
  await current(page).fill(user.password)
  await next(page).fill(password)
  await submit(page)

  await expect(page.getByRole('status').getByText('Password changed. Your other sessions have ended.')).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  await expect(current(page)).toHaveValue('')
  await expect(next(page)).toHaveValue('')
  expect(await statusWith(user)).toBe(401)
  expect(await statusWith({ username: user.username, password })).toBe(200)
  expect((await elsewhere.request.get('/api/service/console/whoami')).status()).toBe(401)

  // This one continues: the page works, and contains no password.
  await page.getByRole('link', { name: 'Where you are signed in' }).click()
  await expect(page.getByRole('row', { name: 'This session' })).toBeVisible()
  const kept = await page.evaluate(() => JSON.stringify([location.href, history.state, localStorage, sessionStorage]))
  expect(kept).not.toContain(user.password)
  expect(kept).not.toContain(password)
})

test('shows a wrong old password at its field, and keeps the input', async ({ page, expectErrors }) => {
  expectErrors(400, '/api/x/v1/password')
  const user = await open(page)
  await current(page).fill('not this one')
  await next(page).fill('a perfectly good one')
  await page.keyboard.press('Control+Enter')
  await expect(current(page)).toHaveAccessibleDescription('The old password is wrong.')
  await expect(current(page)).toBeFocused()
  await expect(next(page)).toHaveValue('a perfectly good one')
  expect(await statusWith(user)).toBe(200)

  await page.keyboard.type(user.password)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('status').getByText('Password changed.')).toBeVisible()
})

test('rejects a common password at its field', async ({ page, expectErrors }) => {
  expectErrors(400, '/api/x/v1/password')
  const user = await open(page)
  await current(page).fill(user.password)
  await next(page).fill('password1234')
  await submit(page)
  await expect(next(page)).toHaveAccessibleDescription(/too common/)
  await expect(next(page)).toBeFocused()
  await page.getByRole('button', { name: 'Show new password' }).click()
  await expect(next(page)).toHaveAttribute('type', 'text')
  expect(await statusWith(user)).toBe(200)
})

test('password managers recognize the user, the old and the new password', async ({ page }) => {
  const { username } = await open(page)
  const name = page.locator('input[autocomplete=username]')
  await expect(name).toHaveValue(username)
  await expect(current(page)).toHaveAttribute('autocomplete', 'current-password')
  await expect(next(page)).toHaveAttribute('autocomplete', 'new-password')
})

test('explains why a user has no password here', async ({ page }) => {
  await asUser(page, await givenUser())
  await page.goto(ADDRESS)
  await expect(page.getByText('Your password cannot be changed here')).toBeVisible()
  await expect(page.getByText('You have no password here, only API keys.')).toBeVisible()
  await expect(current(page)).toHaveCount(0)
})
