import type { Page, Request } from '@playwright/test'
import { path } from './concord.ts'
import { asUser, expect, settled, test } from './fixtures.ts'
import { givenOrg, givenSecret, givenUser } from './given.ts'
import { holdBack } from './holdBack.ts'
import { addressOf } from './steps.ts'
import { isOurs } from './version.ts'

const CFG = '/api/service/console/cfg'
const VERSION = '/api/v1/server/version'
const WHOAMI = '/api/service/console/whoami'
/** The console's own script. */
const SCRIPT = '**/assets/base-*.js'

/**
 * Opens an address, but holds back the script and the user until what must not wait for them was asked for. Nothing of
 * it may be asked for again afterwards, and of the rest only `later`: what the page reads first belongs into
 * src/early/firstPage.ts.
 */
async function openBeforeScript(page: Page, address: string, expected: string[], later?: string[]) {
  const asked: string[] = []
  const note = (request: Request) => {
    const { pathname, search } = new URL(request.url())
    asked.push(pathname + search)
  }
  page.on('request', note)
  const held = [await holdBack(page, SCRIPT), await holdBack(page, `**${WHOAMI}`)]
  await page.goto(address, { waitUntil: 'commit' })
  const missing = () => expected.filter((each) => !asked.some((one) => one.startsWith(each)))
  await expect.poll(missing, 'not asked before the script').toEqual([])
  const before = asked.filter((each) => each.startsWith('/api/'))
  for (const release of held) release()
  await expect(page.getByRole('button', { name: /^Account of/ })).toBeVisible()
  await settled(page)
  const again = before.filter((each) => asked.filter((one) => one === each).length > 1)
  expect(again, 'asked twice').toEqual([])
  const after = asked.filter((each) => each.startsWith('/api/') && !before.includes(each))
  if (later) expect(after, 'asked after the script').toEqual(later)
  await page.unrouteAll()
  page.off('request', note)
}

test('the first visit prints no error, at the front door and behind it', { tag: '@concord' }, async ({ page }) => {
  await page.goto('/')
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
  await page.goto('/org/acme/secret')
  await expect(page).toHaveURL('/login?from=%2Forg%2Facme%2Fsecret')
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
  await settled(page)
})

test('settings, user and the first read start together, before the script has come', { tag: '@concord' }, async ({
  page,
}) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const secret = await givenSecret(org, { by: user })
  await asUser(page, user)
  const list = path`/org/${org.name}/secret`
  const readsOfList = [
    path`/api/v1/org/${org.name}`,
    path`/api/v1/SECRET/canCreate`,
    path`/api/v2/org/${org.name}/secret`,
  ]

  // Not expected to have a session: who that is comes first.
  await openBeforeScript(page, list, [CFG, '/api/x/v1/session', ...readsOfList, '/assets/SecretListPage-'])

  const userInfo = '/api/service/console/userInfo'
  await openBeforeScript(page, list, [CFG, WHOAMI, ...readsOfList, '/assets/SecretListPage-'], [userInfo])
  const counts = (await isOurs()) ? ['/api/x/v1/org?onlyCurrent=true&offset=0&limit=50'] : []
  await openBeforeScript(
    page,
    '/',
    [CFG, WHOAMI, '/api/v1/org?', VERSION, '/assets/OrganizationListPage-'],
    [userInfo, ...counts],
  )
  await openBeforeScript(page, addressOf(secret), [WHOAMI, path`/api/v2/org/${org.name}/secret/${secret.name}`])
  await openBeforeScript(page, path`/org/${org.name}/new-secret`, [
    WHOAMI,
    ...readsOfList.slice(0, 2),
    '/assets/SecretCreatePage-',
  ])
})

test('after signing out, nothing is asked for until somebody has signed in', async ({ page }) => {
  const user = await givenUser()
  await asUser(page, user)
  await page.goto('/org')
  await page.getByRole('button', { name: `Account of ${user.displayName}` }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page).toHaveURL('/login')
  // The fixture fails on a 401.
  await page.goto('/org')
  await expect(page).toHaveURL('/login?from=%2Forg')
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
})

test('the sign-in page waits for the settings, other pages do not', async ({ page }) => {
  // Our server has no single sign-on.
  const body = "window.concord = { loginUrl: '/sso' }"
  const release = await holdBack(page, `**${CFG}`, {
    answer: (route) => route.fulfill({ contentType: 'text/javascript', body }),
  })
  const user = await givenUser()
  await asUser(page, user)
  await page.goto('/org', { waitUntil: 'commit' })
  await page.getByRole('button', { name: `Account of ${user.displayName}` }).click()
  const isOut = page.waitForResponse('**/api/service/console/logout')
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await isOut
  await expect(page.locator('.progress-line')).toBeVisible()
  await expect(page).toHaveURL('/org')
  release()
  await expect(page).toHaveURL('/login')
  await expect(page.getByRole('link', { name: 'Single sign-on' })).toBeVisible()
})
