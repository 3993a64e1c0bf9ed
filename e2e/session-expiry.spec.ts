import type { Page } from '@playwright/test'
import { path, type User } from './concord.ts'
import { asUser, endSession, expect, test } from './fixtures.ts'
import { givenOrg, givenSecret, givenUser, readSecret, unique } from './given.ts'
import {
  addressOf,
  chooseKind,
  confirm,
  create,
  createdHeading,
  nameField,
  newName,
  openSettings,
  READ_BY_SETTINGS,
} from './steps.ts'
import { readValue } from './value.ts'

// What a story does after the end of its session: that is refused first.
test.beforeEach(({ expectErrors }) =>
  expectErrors(401, '/api/v1/org', '/api/x/v1/org', '/api/v1/org/*/secret', '/api/v2/org/*/secret/*'),
)

async function signInAgain(page: Page, { apiKey }: Pick<User, 'apiKey'>) {
  const dialog = page.getByRole('dialog', { name: 'Sign in again' })
  await dialog.getByRole('radio', { name: 'API key' }).check()
  await dialog.getByRole('textbox', { name: 'API key' }).fill(apiKey)
  await dialog.getByRole('button', { name: 'Sign in' }).click()
  await expect(dialog).toBeHidden()
}

/** Its dialog checks whether the name is free; without a session, that request would be refused first. */
async function openRename(page: Page) {
  const looked = page.waitForResponse(/\/exists$/)
  await page.getByRole('button', { name: 'Rename' }).click()
  await looked
}

async function givenOwned() {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  return { org, user, secret: await givenSecret(org, { by: user }) }
}

test('the page that creates a secret keeps its input, and resends its request after the new sign-in', {
  tag: '@concord',
}, async ({ page }) => {
  const { org, user } = await givenOwned()
  const name = unique('late')
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/new-secret`)
  await chooseKind(page, 'Single value')
  const looked = page.waitForResponse(/\/exists$/)
  await newName(page).fill(name)
  await page.getByRole('textbox', { name: 'Value' }).fill('typed before\nthe session was over')
  await looked
  await endSession(page)
  await create(page)

  await expect(page.getByRole('dialog', { name: 'Sign in again' })).toContainText('what you typed is still here')
  await page.keyboard.press('Escape')
  await signInAgain(page, user)
  await expect(createdHeading(page, name)).toBeVisible()
  expect(String(await readValue({ orgName: org.name, name }))).toBe('typed before\nthe session was over')
})

test('over an open dialog: keeps the typed name and continues the rename', { tag: '@concord' }, async ({ page }) => {
  const { org, user, secret } = await givenOwned()
  const newName = `${secret.name}-new`
  await openSettings(page, user, secret)
  await page.getByLabel('Secret name').fill(newName)
  await openRename(page)
  const dialog = page.getByRole('dialog', { name: `Rename secret “${secret.name}” to “${newName}”` })
  await nameField(dialog, secret).fill(secret.name)
  const yes = dialog.getByRole('button', { name: `Yes, rename to ${newName}` })
  await expect(yes).toBeEnabled()
  await endSession(page)
  await yes.click()

  await signInAgain(page, user)
  await expect(page).toHaveURL(addressOf({ orgName: org.name, name: newName }, 'settings'))
  expect((await readSecret({ orgName: org.name, name: newName })).visibility).toBe('PRIVATE')
})

test('during navigation: opens the requested page after the sign-in', { tag: '@concord' }, async ({ page }) => {
  const { org, user, secret } = await givenOwned()
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/secret`)
  await expect(page.getByRole('link', { name: secret.name })).toBeVisible()
  await endSession(page)
  await page.getByRole('link', { name: secret.name }).click()
  await signInAgain(page, user)
  await expect(page).toHaveURL(addressOf(secret))
  await expect(page.getByRole('heading', { level: 1, name: secret.name })).toBeVisible()
})

test('a wrong key keeps the dialog open, and Leave this page leads to the sign-in page', async ({
  page,
  expectErrors,
}) => {
  expectErrors(401, ...READ_BY_SETTINGS)
  const { user, secret } = await givenOwned()
  await asUser(page, user)
  await page.goto(addressOf(secret))
  const usedBy = page.getByRole('region', { name: 'Used by' })
  await usedBy.scrollIntoViewIfNeeded()
  await expect(usedBy).toContainText('No repository')
  await endSession(page)
  await page.getByRole('link', { name: 'Settings' }).click()
  const dialog = page.getByRole('dialog', { name: 'Sign in again' })
  await dialog.getByRole('radio', { name: 'API key' }).check()
  await dialog.getByRole('textbox', { name: 'API key' }).fill('bm90IGEga2V5IG9mIGFueWJvZHk')
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('alert')).toHaveText('This API key is unknown or has expired.')
  await dialog.getByRole('button', { name: 'Leave this page' }).click()
  await expect(page).toHaveURL(/\/login\?from=/)
  await expect(page.getByText(secret.name)).toBeHidden()
})

test('never sends one user’s input as another user', { tag: '@concord' }, async ({ page }) => {
  const org = await givenOrg()
  const [user, other] = await Promise.all([givenUser({ of: [org] }), givenUser({ of: [org] })])
  // Every member can rename it.
  const secret = await givenSecret(org, { by: user, visibility: 'PUBLIC' })
  await openSettings(page, user, secret)
  await page.getByLabel('Secret name').fill(`${secret.name}-new`)
  await openRename(page)
  await endSession(page)
  await confirm(page.getByRole('dialog'), secret, `Yes, rename to ${secret.name}-new`)
  await signInAgain(page, other)

  await expect(page.getByRole('status').filter({ hasText: 'You are now signed in as' })).toHaveText(
    `You are now signed in as ${other.username} instead of ${user.username}. What ${user.username} was about to change was not sent. The page was read again.`,
  )
  await expect(page.getByRole('button', { name: `Account of ${other.displayName}` })).toBeVisible()
  await expect(page.getByRole('heading', { level: 1, name: secret.name, exact: true })).toBeVisible()
  expect((await readSecret(secret)).id).toBe(secret.id)
})

test('a warning stays next to other messages, and is gone for the next user', async ({ page, expectErrors }) => {
  expectErrors(403, '/api/v2/org/*/secret/*')
  const { org, user, secret } = await givenOwned()
  const [second, third] = await Promise.all([givenUser({ of: [org] }), givenUser({ of: [org] })])
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/secret`)
  await expect(page.getByRole('link', { name: secret.name })).toBeVisible()
  await endSession(page)
  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Organizations' }).click()
  await signInAgain(page, second)
  const warning = page.getByRole('status').getByText(`You are now signed in as ${second.username}`)
  await expect(warning).toBeVisible()
  await page.getByRole('link', { name: org.name }).click()
  await page.getByRole('button', { name: `Actions for ${secret.name}` }).click()
  await page.getByRole('menuitem', { name: 'Copy id' }).click()
  const success = page.getByRole('status').getByText(`Copied the id ${secret.id}.`)
  await expect(success).toBeVisible()
  await expect(warning).toBeVisible()

  await page.getByRole('button', { name: 'Dismiss' }).last().click()
  await expect(success).toBeHidden()
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  await expect(warning).toBeVisible()

  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('radio', { name: 'API key' }).check()
  await page.getByRole('textbox', { name: 'API key' }).fill(third.apiKey)
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('button', { name: `Account of ${third.displayName}` })).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(warning).toBeHidden()
})

test('another user signs in in another tab: sends nothing of this tab as them', async ({ page, context }) => {
  const { user, secret } = await givenOwned()
  const other = await givenUser()
  const newName = `${secret.name}-new`
  await openSettings(page, user, secret)
  await page.getByLabel('Secret name').fill(newName)
  const renames: string[] = []
  page.on('request', (request) => request.method() === 'POST' && renames.push(request.url()))

  const tab = await context.newPage()
  await tab.goto('/login')
  await tab.getByRole('button', { name: 'Sign out' }).click()
  const over = page.getByRole('dialog', { name: 'Sign in again' })
  await expect(over).toContainText('Your session has ended.')
  await tab.getByRole('radio', { name: 'API key' }).check()
  await tab.getByRole('textbox', { name: 'API key' }).fill(other.apiKey)
  await tab.getByRole('button', { name: 'Sign in' }).click()
  await expect(tab.getByRole('button', { name: `Account of ${other.displayName}` })).toBeVisible()
  await expect(over).toContainText(`In another tab ${other.username} has signed in`)
  expect(renames).toEqual([])

  // Signing in here again ends the other user's session there.
  await signInAgain(page, user)
  await expect(page.getByLabel('Secret name')).toHaveValue(newName)
  await expect(tab.getByRole('dialog', { name: 'Sign in again' })).toContainText(
    `In another tab ${user.username} has signed in`,
  )
  await page.getByRole('button', { name: 'Rename' }).click()
  await confirm(page.getByRole('dialog'), secret, `Yes, rename to ${newName}`)
  await expect(page).toHaveURL(addressOf({ orgName: secret.orgName, name: newName }, 'settings'))
  await tab.close()
})

test('Tab cycles in the sign-in dialog, for each way to sign in', async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  await asUser(page, user)
  await page.goto('/org')
  await expect(page.getByRole('link', { name: org.name })).toBeVisible()
  await endSession(page)
  await page.getByRole('searchbox').fill('any')
  const dialog = page.getByRole('dialog', { name: 'Sign in again' })
  const way = dialog.getByRole('radio', { name: 'API key' })
  await way.check()
  await way.press('Shift+Tab')
  await expect(dialog.getByRole('button', { name: 'Sign in' })).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(way).toBeFocused()
})
