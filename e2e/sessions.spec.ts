import { type Browser, devices, type Page } from '@playwright/test'
import { admin, call, concordUrl, path, send, type User } from './concord.ts'
import { asUser, expect, test } from './fixtures.ts'
import { givenOrg, givenUser, unique } from './given.ts'
import { onRealConcord } from './realConcord.ts'
import { pickUser } from './steps.ts'
import { needsOurs } from './version.ts'

const LIST = '/profile/session'
const TITLE = 'Where you are signed in'

/** The same user in another Firefox, with the list of organizations open. */
async function inFirefox(browser: Browser, user: User) {
  const { userAgent } = devices['Desktop Firefox']
  const context = await browser.newContext({ baseURL: concordUrl(), ...(userAgent && { userAgent }) })
  const page = await context.newPage()
  await asUser(page, user)
  await page.goto('/org')
  await expect(page.getByRole('heading', { level: 1, name: 'Organizations' })).toBeVisible()
  return page
}

/** The rows of the list, without the header. */
const rows = (page: Page) => page.getByRole('row').filter({ has: page.getByRole('button', { name: /^Sign out/ }) })
const isSignedIn = async (page: Page) =>
  (await page.context().request.get('/api/service/console/whoami')).status() === 200

test.describe('on our server', () => {
  test.beforeEach(() => needsOurs('Concord keeps no list of sessions'))

  test('the menu leads to the list, where another session is signed out', async ({ page, browser }) => {
    const user = await givenUser()
    const elsewhere = await inFirefox(browser, user)
    await asUser(page, user)
    await page.goto('/org')
    await page.getByRole('button', { name: `Account of ${user.displayName}` }).click()
    await page.getByRole('menuitem', { name: TITLE }).click()

    await expect(page).toHaveURL(LIST)
    await expect(page).toHaveTitle(`${TITLE} · Concord secrets`)
    await expect(page.getByRole('heading', { level: 1, name: TITLE })).toBeFocused()
    await expect(rows(page)).toHaveCount(2)
    const mine = rows(page).filter({ hasText: 'This session' })
    await expect(mine).toContainText('Chrome on')
    await expect(mine).toContainText('just now')
    const other = rows(page).filter({ hasText: 'Firefox on' })
    await expect(other).toContainText('API key session')
    await expect(other).toContainText('127.0.0.1')

    await other.getByRole('button', { name: /^Sign out/ }).click()
    await expect(page.getByRole('status').getByText('1 session ended.')).toBeVisible()
    await expect(rows(page)).toHaveCount(1)
    await expect(page.getByRole('heading', { level: 1, name: TITLE })).toBeFocused()
    expect(await isSignedIn(elsewhere)).toBe(false)
    expect(await isSignedIn(page)).toBe(true)
  })

  test('says that a session has ended in the meantime', async ({ page, browser, expectErrors }) => {
    expectErrors(404, '/api/x/v1/sessions/*')
    const user = await givenUser()
    const elsewhere = await inFirefox(browser, user)
    await asUser(page, user)
    await page.goto(LIST)
    await expect(rows(page)).toHaveCount(2)
    await elsewhere.context().request.post('/api/service/console/logout')
    await rows(page).filter({ hasText: 'Firefox on' }).getByRole('button').click()
    await expect(page.getByRole('status').getByText('The session had already ended.')).toBeVisible()
    await expect(rows(page)).toHaveCount(1)
  })

  test('Sign out everywhere ends this session too, and the other browser asks to sign in again', async ({
    page,
    browser,
    expectErrors,
  }) => {
    expectErrors(401, '/api/service/console/whoami')
    const user = await givenUser({ of: [await givenOrg()] })
    const elsewhere = await inFirefox(browser, user)
    await asUser(page, user)
    await page.goto(LIST)
    await page.getByRole('button', { name: 'Sign out everywhere' }).click()
    const dialog = page.getByRole('dialog', { name: 'Sign out everywhere' })
    await expect(dialog).toContainText('Ends 2 sessions, this one included.')
    await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
    await dialog.getByRole('button', { name: 'Yes, sign out everywhere' }).click()

    await expect(page).toHaveURL('/login')
    await expect(page.getByRole('textbox', { name: 'Username' })).toBeFocused()
    expect(await isSignedIn(page)).toBe(false)
    await page.goBack()
    await expect(page).toHaveURL(/\/login/)

    await elsewhere.getByRole('button', { name: 'All', exact: true }).click()
    await expect(elsewhere.getByRole('dialog', { name: 'Sign in again' })).toContainText('Your session has ended.')
  })

  test('Sign out everywhere else keeps this session', async ({ page, browser }) => {
    const user = await givenUser()
    const elsewhere = await inFirefox(browser, user)
    await inFirefox(browser, user)
    await asUser(page, user)
    await page.goto(LIST)
    await page.getByRole('button', { name: 'Sign out everywhere' }).click()
    const dialog = page.getByRole('dialog', { name: 'Sign out everywhere' })
    await dialog.getByRole('checkbox', { name: 'Keep this session' }).check()
    await expect(dialog).toContainText('Ends 2 sessions. This one stays signed in.')
    await dialog.getByRole('button', { name: 'Yes, sign out the others' }).click()
    await expect(page.getByRole('status').getByText('2 sessions ended.')).toBeVisible()
    await expect(rows(page)).toHaveCount(1)
    await expect(rows(page)).toContainText('This session')
    expect(await isSignedIn(page)).toBe(true)
    expect(await isSignedIn(elsewhere)).toBe(false)
  })

  test('signing out the current session in the list is a normal sign-out', async ({ page, expectErrors }) => {
    expectErrors(401, '/api/service/console/whoami')
    await asUser(page, await givenUser())
    await page.goto(LIST)
    await rows(page).filter({ hasText: 'This session' }).getByRole('button').click()
    await expect(page).toHaveURL('/login')
    expect(await isSignedIn(page)).toBe(false)
  })

  test('asks for confirmation before ending a process session', async ({ page }) => {
    const org = await givenOrg()
    const user = await givenUser({ of: [org] })
    const projectName = unique('project')
    await call(path`/api/v1/org/${org.name}/project`, { as: user, json: { name: projectName } })
    const { sessionToken } = await call<{ sessionToken: string }>('/api/x/v1/process-session', {
      as: user,
      json: { orgName: org.name, projectName },
    })
    const token = { 'X-Concord-SessionToken': sessionToken }
    const status = async () => (await fetch(`${concordUrl()}/api/v1/org/${org.name}`, { headers: token })).status
    expect(await status()).toBe(200)
    await asUser(page, user)
    await page.goto(LIST)
    await rows(page).filter({ hasText: 'Process session' }).getByRole('button').click()
    const dialog = page.getByRole('dialog', { name: 'End the session of a process' })
    await dialog.getByRole('button', { name: 'Yes, end it' }).click()
    await expect(page.getByRole('status').getByText('1 session ended.')).toBeVisible()
    expect(await status()).toBe(401)
  })

  test('an admin ends another user’s sessions', async ({ page, browser }) => {
    const user = await givenUser({ of: [await givenOrg()] })
    const elsewhere = await inFirefox(browser, user)
    await asUser(page, admin())
    await page.goto(LIST)
    const title = await pickUser(page.getByRole('main'), 'User', user)
    await expect(page).toHaveURL(`${LIST}?user=${user.id}`)
    await expect(page.getByRole('heading', { level: 1, name: `Where ${title} is signed in` })).toBeVisible()
    await expect(rows(page)).toHaveCount(1)
    await expect(page.getByText('This session')).toBeHidden()

    await page.getByRole('button', { name: 'Sign out everywhere' }).click()
    const dialog = page.getByRole('dialog', { name: `Sign ${title} out everywhere` })
    await expect(dialog).toContainText(`Ends 1 session of ${title}.`)
    await dialog.getByRole('button', { name: 'Yes, sign out everywhere' }).click()
    await expect(page.getByRole('status').getByText('1 session ended.')).toBeVisible()
    await expect(page.getByText(`${title} is not signed in anywhere.`)).toBeVisible()
    await elsewhere.getByRole('button', { name: 'All', exact: true }).click()
    await expect(elsewhere.getByRole('dialog', { name: 'Sign in again' })).toBeVisible()

    await page.getByRole('link', { name: 'Show where you are signed in' }).click()
    await expect(page.getByRole('heading', { level: 1, name: TITLE })).toBeVisible()
    await expect(page.getByText('This session')).toBeVisible()
  })

  test('other users cannot see a user’s sessions', async ({ page, expectErrors }) => {
    expectErrors(403, '/api/v2/user/*', '/api/x/v1/sessions')
    const [user, other] = await Promise.all([givenUser(), givenUser()])
    await asUser(page, user)
    await page.goto(LIST)
    await expect(rows(page)).toHaveCount(1)
    await expect(page.getByLabel('User', { exact: true })).toHaveCount(0)
    await page.goto(`${LIST}?user=${other.id}`)
    await expect(page.getByRole('heading', { level: 1, name: /^You may not open/ })).toBeVisible()
  })

  test('tells a disabled user so on the sign-in page', async ({ page, expectErrors }) => {
    // The list that is open is refused, and everything beside it; then nobody is signed in.
    expectErrors(
      403,
      '/api/x/v1/session',
      '/api/service/console/*',
      '/api/v1/org/*',
      '/api/v2/org/*/secret',
      '/api/v1/SECRET/canCreate',
    )
    expectErrors(401, '/api/service/console/whoami')
    const org = await givenOrg()
    const user = await givenUser({ of: [org] })
    await asUser(page, user)
    await page.goto('/org')
    await expect(page.getByRole('link', { name: org.name })).toBeVisible()
    await send(path`/api/v1/user/${user.id}/disable`, { method: 'PUT', json: {} })
    await page.getByRole('link', { name: org.name }).click()
    await expect(page).toHaveURL('/login')
    const alert = page.getByRole('alert')
    await expect(alert).toContainText(`The user ${user.username} is disabled`)
    await expect(alert).toContainText(`User is disabled: ${user.id}`)

    // A new visit shows no error either.
    await page.goto('/org')
    await expect(page).toHaveURL('/login?from=%2Forg')
    await expect(alert).toContainText('Your user is disabled')
    await expect(page.getByRole('textbox', { name: 'Username' })).toBeVisible()
  })
})

onRealConcord(
  'a real Concord has neither page: the menu leaves them out, the addresses say why',
  { tag: '@concord' },
  async ({ page, expectErrors }) => {
    // Asked once, because the console has not seen the sign-in.
    expectErrors(404, '/api/x/v1/session')
    const user = await givenUser()
    await asUser(page, user)
    const answered = page.waitForResponse('**/api/v1/server/version')
    await page.goto('/org')
    await page.getByRole('button', { name: `Account of ${user.displayName}` }).click()
    await answered
    await expect(page.getByRole('menuitem')).toHaveText(['Copy link to this page', 'API keys', 'Help', 'Sign out'])

    await page.goto(LIST)
    await expect(page.getByText('This Concord keeps no list of sessions.')).toBeVisible()
    await page.goto('/profile/password')
    await expect(page.getByText('This Concord cannot change passwords.')).toBeVisible()
  },
)
