import { path, type User } from './concord.ts'
import { asUser, expect } from './fixtures.ts'
import { givenSecret, type Org, unique } from './given.ts'
import { holdBack } from './holdBack.ts'
import { asking, test as base, head, layout, links, keyName as name } from './longLists.ts'
import { withRealConcord } from './realConcord.ts'
import { confirm } from './steps.ts'

/** More than one slice of 2,000, and the start of the next one. */
const COUNT = 2_100
/** More than are read. */
const MANY = 20_001

// In front of a real Concord: our own server finds and counts them itself (longest-list.spec.ts).
const test = base.extend({
  consoleUrl: async ({ lists: _ }, use) => withRealConcord(use),
})
// One worker fills the server once for all of them.
test.use({ lengths: [COUNT, MANY] })
test.describe.configure({ mode: 'default' })

let org: Org
let user: User
test.beforeEach(({ lists: [first], expectErrors }) => {
  expectErrors(404, '/api/x/v1/session')
  if (first) ({ org, user } = first)
})

const list = (search = '') => path`/org/${org.name}/secret` + search

test('shows the first rows before the rest is read, and keeps them in place when it arrives', async ({ page }) => {
  const first = await holdBack(page, asking(/offset=0&limit=2000/))
  const second = await holdBack(page, asking(/offset=2000&limit=2000/))
  await asUser(page, user)
  await page.goto(list())
  await expect(links(page)).toHaveText(Array.from({ length: 50 }, (_, number) => name(number)))
  await expect(head(page)).toContainText('First 51 loaded')
  await expect(page.getByText('1–50 of at least 51 secrets')).toBeVisible()
  await expect(page.getByLabel('Type', { exact: true })).toContainText('Single value or file (51+)')
  const before = await layout(page)

  first()
  await expect(head(page)).toContainText('First 2,000 loaded')
  expect(await layout(page)).toEqual(before)
  await page.getByRole('link', { name: 'Next' }).click()
  await expect(page.getByText('51–100 of at least 2,000 secrets')).toBeVisible()
  await expect(links(page).first()).toHaveText(name(50))
  await page.goBack()
  await expect(links(page).first()).toHaveText(name(0))

  second()
  await expect(head(page)).toContainText('2,100 secrets')
  await expect(page.getByText('1–50 of 2,100 secrets')).toBeVisible()
  await expect(page.getByLabel('Type', { exact: true })).toContainText('Single value or file (2100)')
  expect(await layout(page)).toEqual(before)
  await page.getByRole('searchbox').focus()
})

test('a filter finds rows that are not read yet, and a URL opens its page', async ({ page }) => {
  const rest = await holdBack(page, asking(/limit=2000/))
  await asUser(page, user)
  await page.goto(list())
  await expect(links(page)).toHaveCount(50)
  const filter = page.getByRole('searchbox')
  // The first page has one of these.
  await filter.pressSequentially('99')
  await expect(links(page)).toHaveCount(39)
  await expect(page.getByText('1–39 of 39 secrets')).toBeVisible()
  await filter.fill('key-020')
  await expect(page.getByText('1–50 of at least 51 secrets')).toBeVisible()
  await page.getByRole('link', { name: 'Next' }).click()
  await expect(page.getByText('51–100 of 100 secrets')).toBeVisible()
  await expect(links(page).first()).toHaveText(name(2050))
  await expect(page).toHaveURL(list('?filter=key-020&page=2'))
  await page.reload()
  await expect(links(page).first()).toHaveText(name(2050))
  await filter.fill('no-such-key')
  await expect(page.getByText('No secret has “no-such-key” in its name.')).toBeVisible()

  await page.goto(list('?page=42'))
  await expect(links(page)).toHaveCount(50)
  await expect(links(page).first()).toHaveText(name(2050))
  await expect(page.getByText('2051–2100 of 2,100 secrets')).toBeVisible()
  rest()
  await expect(head(page)).toContainText('2,100 secrets')
  await expect(links(page).first()).toHaveText(name(2050))
})

test('sorting covers the rows read so far, which stay until they are sorted again', async ({ page }) => {
  const second = await holdBack(page, asking(/offset=2000&limit=2000/))
  await asUser(page, user)
  await page.goto(list())
  await expect(head(page)).toContainText('First 2,000 loaded')
  await page.getByRole('button', { name: 'Name' }).click()
  await expect(links(page).first()).toHaveText(name(1999))
  await expect(page.getByText('Filters and order cover the first 2,000 secrets.')).toBeVisible()
  const before = await layout(page)

  second()
  await expect(head(page)).toContainText('2,100 secrets')
  expect(await layout(page)).toEqual(before)
  await page.getByRole('button', { name: 'Sort 2,100 secrets' }).click()
  await expect(links(page).first()).toHaveText(name(2099))
  await expect(page.getByText('Filters and order cover all 2,100 secrets.')).toBeVisible()

  await page.getByLabel('Visibility', { exact: true }).selectOption({ label: 'Public (210)' })
  await expect(links(page).first()).toHaveText(name(2090))
  await expect(page.getByText('Filters and order cover')).toBeHidden()
})

test('leaving stops reading, and returning restores the position', async ({ page }) => {
  await holdBack(page, asking(/offset=2000&limit=2000/))
  await asUser(page, user)
  await page.goto(list())
  await expect(head(page)).toContainText('First 2,000 loaded')
  const cancelled = page.waitForEvent('requestfailed', (request) => request.url().includes('offset=2000'))
  await page.getByRole('link', { name: name(7) }).click()
  await cancelled
  await expect(page.getByRole('heading', { level: 1, name: name(7) })).toBeVisible()
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  // From memory, regardless of the server.
  await holdBack(page, asking(/limit=51/))
  await page.goBack()
  await expect(links(page)).toHaveCount(50)
  await expect(head(page)).toContainText('2,100 secrets')
})

test('the list is correct after a change', async ({ page }) => {
  const secretName = `a-${unique('secret')}`
  await givenSecret(org, { by: user, name: secretName })
  await asUser(page, user)
  await page.goto(list())
  await expect(head(page)).toContainText('2,101 secrets')
  await page.getByRole('button', { name: `Actions for ${secretName}` }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  await confirm(page.getByRole('dialog'), { orgName: org.name, name: secretName }, 'Yes, delete this secret')
  await expect(page).toHaveURL(list())
  await expect(links(page).first()).toHaveText(name(0))
  await expect(head(page)).toContainText('2,100 secrets')
})

test('a slow list is read to its end, and shows progress', async ({ page }) => {
  await page.clock.install()
  // Compressed it would be there at once.
  await page.setExtraHTTPHeaders({ 'Accept-Encoding': 'identity' })
  await asUser(page, user)
  await page.goto(list())
  const devTools = await page.context().newCDPSession(page)
  const slowLine = { offline: false, latency: 0, downloadThroughput: 100_000, uploadThroughput: -1 }
  await devTools.send('Network.emulateNetworkConditions', slowLine)
  await page.goto(list())
  for (const kilobytes of [100, 300, 500]) {
    await expect(head(page)).toContainText(`reading the rest: ${kilobytes} kB`)
    await page.clock.fastForward(20_000)
  }
  await expect(head(page)).toContainText('2,100 secrets')
  await expect(page.getByText('The server is not responding.')).toBeHidden()
})

test('above 20,000 secrets, the server pages and filters', async ({ page, lists }) => {
  const many = lists[1]
  test.skip(!many, 'By HTTP, so many take minutes')
  if (!many) return
  const address = path`/org/${many.org.name}/secret`
  await asUser(page, many.user)
  await page.goto(address)
  await expect(head(page)).toContainText('More than 20,000 secrets: filter by name to search them all')
  await page.goto(`${address}?page=400`)
  await expect(page.getByText('19951–20000 of at least 20,001 secrets')).toBeVisible()
  await page.getByRole('link', { name: 'Next' }).click()
  await expect(links(page)).toHaveText([name(20_000)])
  await expect(page.getByText('20001–20001 of 20,001 secrets')).toBeVisible()

  await page.getByRole('searchbox').fill('key-19')
  await expect(page.getByText('1–50 of 1,000 secrets')).toBeVisible()
  await page.getByRole('button', { name: 'Name' }).click()
  await expect(links(page).first()).toHaveText(name(19_999))
  await page.getByLabel('Visibility', { exact: true }).selectOption({ label: 'Public (100)' })
  await expect(page.getByText('1–50 of 100 secrets')).toBeVisible()
})
