import type { Page } from '@playwright/test'
import { path, send, type User } from './concord.ts'
import { givenDirectoryUser, needsDirectory } from './directory.ts'
import { asUser, endSession, expect, test } from './fixtures.ts'
import { givenOrg, givenSecret, givenUser } from './given.ts'
import { addressOf } from './steps.ts'
import { needs } from './version.ts'

// A wrong password, and a visit after the session has ended.
test.beforeEach(({ expectErrors }) => expectErrors(401, '/api/service/console/whoami'))

async function signInWithKey(page: Page, { apiKey }: Pick<User, 'apiKey'>) {
  await page.getByRole('radio', { name: 'API key' }).check()
  await page.getByRole('textbox', { name: 'API key' }).fill(apiKey)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

test('signs in with username and password, and opens the requested page', { tag: '@concord' }, async ({ page }) => {
  needsDirectory()
  const { username, password } = await givenDirectoryUser()
  await page.goto('/org?show=all&filter=def')
  await expect(page).toHaveURL(`/login?from=${encodeURIComponent('/org?show=all&filter=def')}`)
  await expect(page).toHaveTitle('Sign in · Concord secrets')
  await expect(page.getByRole('textbox', { name: 'Username' })).toBeFocused()

  await page.keyboard.type(username)
  await page.getByRole('textbox', { name: 'Password' }).fill(password)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL('/org?show=all&filter=def')
  await expect(page.getByRole('link', { name: 'Default' })).toBeVisible()
  await expect(page.getByRole('button', { name: `Account of ${username}` })).toBeVisible()
})

test('a wrong password shows one sentence, keeps the name, and focuses the password', { tag: '@concord' }, async ({
  page,
}) => {
  needsDirectory()
  const { username, password } = await givenDirectoryUser()
  await page.goto('/login')
  await page.getByRole('textbox', { name: 'Username' }).fill(username)
  const field = page.getByRole('textbox', { name: 'Password' })
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.evaluate(() => navigator.clipboard.writeText('not this one\nnor this'))
  await field.press('ControlOrMeta+v')
  await expect(page.getByText('The 2 lines became one.')).toBeVisible()
  await page.getByRole('button', { name: 'Sign in' }).click()

  await expect(page.getByRole('alert')).toHaveText('Wrong username or password.')
  await expect(page.getByRole('textbox', { name: 'Username' })).toHaveValue(username)
  await expect(field).toBeFocused()
  await expect(field).toHaveAccessibleDescription('Wrong username or password.')

  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL('/org')
})

test('signs in with an API key, and reports a wrong one as unknown', { tag: '@concord' }, async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  await page.goto('/')
  await signInWithKey(page, { apiKey: 'bm90IGEga2V5IG9mIGFueWJvZHk' })
  await expect(page.getByRole('alert')).toHaveText('This API key is unknown or has expired.')

  // As a word processor writes a hyphen: no header takes it, so nothing is sent.
  await signInWithKey(page, { apiKey: `${user.apiKey.slice(0, 8)}–${user.apiKey.slice(8)}` })
  await expect(page.getByRole('alert')).toHaveText('An API key can’t contain “–” (character 9). Copy the key again.')

  await signInWithKey(page, { apiKey: `${user.apiKey}\u200b` })
  await expect(page.getByRole('link', { name: org.name })).toBeVisible()
  await expect(page).toHaveURL('/org')
})

test('a remembered browser needs no new sign-in after the session ends', { tag: '@concord' }, async ({
  page,
  context,
}) => {
  await needs('2.44', 'An API key is not remembered')
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  await page.goto('/')
  await page.getByRole('checkbox', { name: /Remember me/ }).check()
  await signInWithKey(page, user)
  await expect(page.getByRole('link', { name: org.name })).toBeVisible()

  await context.clearCookies({ name: 'JSESSIONID' })
  await page.reload()
  await expect(page.getByRole('link', { name: org.name })).toBeVisible()
})

test('without Remember me, sign-in ends with the session', async ({ page, context, expectErrors }) => {
  // It was asked for with the user, because a session was expected.
  expectErrors(401, '/api/v1/org')
  const user = await givenUser({ of: [await givenOrg()] })
  await page.goto('/')
  await signInWithKey(page, user)
  await expect(page).toHaveURL('/org')
  await context.clearCookies({ name: 'JSESSIONID' })
  await page.reload()
  await expect(page).toHaveURL('/login?from=%2Forg')
})

test('signing out ends the session on the server and empties the page', { tag: '@concord' }, async ({
  page,
  context,
}) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const secret = await givenSecret(org, { by: user })
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/secret`)
  await expect(page.getByRole('link', { name: secret.name })).toBeVisible()
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')

  await page.getByRole('button', { name: `Account of ${user.displayName}` }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page).toHaveURL('/login')
  await expect(page.getByRole('textbox', { name: 'Username' })).toBeFocused()

  const response = await fetch(new URL('/api/service/console/whoami', page.url()), { headers: { Cookie: cookie } })
  expect(response.status).toBe(401)
  await page.goBack()
  await expect(page).toHaveURL(/\/login/)
  await expect(page.getByText(secret.name)).toBeHidden()
})

test('signing out asks for confirmation if something would be lost', async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/new-secret?kind=username-password`)
  const password = page.getByRole('textbox', { name: 'Password' })
  await password.fill('of no interest')

  const signOut = async () => {
    await page.getByRole('button', { name: `Account of ${user.displayName}` }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
  }
  await signOut()
  const guard = page.getByRole('dialog', { name: 'Leave without creating the secret?' })
  await guard.getByRole('button', { name: 'Cancel' }).click()
  await expect(password).toHaveValue('of no interest')
  expect((await page.context().request.get('/api/service/console/whoami')).status()).toBe(200)

  await signOut()
  await guard.getByRole('button', { name: 'Yes, leave' }).click()
  await expect(page).toHaveURL('/login')
  expect((await page.context().request.get('/api/service/console/whoami')).status()).toBe(401)
  // A link from another site does not sign anybody out.
  await asUser(page, user)
  await page.goto('/logout')
  await expect(page).toHaveURL('/org')
})

test('a signed-in user is informed first, because other credentials would be ignored', async ({ page }) => {
  const org = await givenOrg()
  const [first, second] = await Promise.all([givenUser({ of: [org] }), givenUser({ of: [org] })])
  await asUser(page, first)
  await page.goto('/login')
  await expect(page.getByText(`You are signed in as ${first.displayName}`)).toBeVisible()
  await expect(page.getByRole('button', { name: `Continue as ${first.displayName}` })).toBeVisible()

  await page.getByRole('button', { name: 'Sign out' }).click()
  await signInWithKey(page, second)
  await expect(page.getByRole('button', { name: `Account of ${second.displayName}` })).toBeVisible()
})

test('does not follow a return address to another site', async ({ page }) => {
  const user = await givenUser()
  await page.goto('/login?from=//evil.example/org')
  await signInWithKey(page, user)
  await expect(page).toHaveURL('/org')
})

test('URLs of Concord’s own console still work', async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const secret = await givenSecret(org, { by: user })
  await asUser(page, user)
  await page.goto(`/#${path`/org/${org.name}/secret/${secret.name}`}`)
  await expect(page).toHaveURL(addressOf(secret))
  await page.goto(`/#${path`/org/${org.name}/secret/_new`}`)
  await expect(page).toHaveURL(path`/org/${org.name}/new-secret`)
})

test('rejects a disabled user', { tag: '@concord' }, async ({ page }) => {
  const user = await givenUser()
  await send(path`/api/v1/user/${user.id}/disable`, { method: 'PUT', json: {} })
  await page.goto('/login')
  await signInWithKey(page, user)
  await expect(page.getByRole('alert')).toHaveText('This API key is unknown or has expired.')
})

test('a session that ended before the visit leads to the sign-in page', { tag: '@concord' }, async ({ page }) => {
  const user = await givenUser()
  await asUser(page, user)
  await endSession(page)
  await page.goto('/org')
  await expect(page).toHaveURL('/login?from=%2Forg')
})
