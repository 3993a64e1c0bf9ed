import { path } from './concord.ts'
import { asUser, expect } from './fixtures.ts'
import { holdBack } from './holdBack.ts'
import { asking, head, layout, links, keyName as name, test } from './longLists.ts'
import { confirm } from './steps.ts'

/*
 * Our own server filters, sorts, pages and counts a list that is too long to read. In front of a real Concord:
 * long-list.spec.ts.
 */

test.skip(!process.env.E2E_DATA_DIR, 'Only the data folder of a server that was built here can be filled')

const COUNT = 100_000
test.use({ lengths: [COUNT] })
test.describe.configure({ mode: 'default' })

const names = (from: number, count = 50) => Array.from({ length: count }, (_, i) => name(from + i))

test('of 100,000 secrets the first rows are there before they are counted, and nothing moves then', async ({
  page,
  lists: [list],
}) => {
  const address = path`/org/${list?.org.name ?? ''}/secret`
  const counted = await holdBack(page, asking(/counts=true/))
  await asUser(page, list?.user ?? { apiKey: '' })
  const read: string[] = []
  page.on('request', (request) => {
    if (/secrets?\?/.test(request.url())) read.push(new URL(request.url()).search)
  })
  await page.goto(address)
  await expect(links(page)).toHaveText(names(0))
  await expect(page.getByText('1–50 of at least 51 secrets')).toBeVisible()
  const before = await layout(page)
  counted()
  await expect(head(page)).toContainText('100,000 secrets')
  await expect(page.getByText('1–50 of 100,000 secrets')).toBeVisible()
  await expect(page.getByLabel('Visibility', { exact: true })).toContainText('Public (10000)')
  expect(await layout(page)).toEqual(before)
  expect(read.filter((search) => search === '?limit=51')).toHaveLength(1)
  expect(read.join()).not.toContain('limit=2000')

  await page.getByRole('link', { name: 'Next' }).click()
  await expect(page.getByText('51–100 of 100,000 secrets')).toBeVisible()
  await expect(links(page)).toHaveText(names(50))
  await page.getByRole('link', { name: 'Page 2000' }).click()
  await expect(page.getByText('99951–100000 of 100,000 secrets')).toBeVisible()
  await expect(page.getByRole('link', { name: 'Page 2000' })).toHaveAttribute('aria-current', 'page')
  await expect(page.getByRole('navigation', { name: 'Pages' }).getByRole('listitem')).toHaveText([
    '1',
    '…',
    '1996',
    '1997',
    '1998',
    '1999',
    '2000',
  ])
  await page.goto(`${address}?page=2345`)
  await expect(page.getByText('99951–100000 of 100,000 secrets')).toBeVisible()
  await expect(links(page)).toHaveText(names(99_950))
})

test('filter, facets and order are found among all of them, and in the URL', async ({ page, lists: [list] }) => {
  const address = path`/org/${list?.org.name ?? ''}/secret`
  await asUser(page, list?.user ?? { apiKey: '' })
  await page.goto(address)
  await page.getByRole('searchbox').fill('KEY-9')
  await expect(page.getByText('1–50 of 10,000 secrets')).toBeVisible()
  await expect(links(page).first()).toHaveText(name(90_000))
  await page.getByLabel('Visibility', { exact: true }).selectOption({ label: 'Public (1000)' })
  await expect(page.getByText('1–50 of 1,000 secrets')).toBeVisible()
  await expect(page.getByLabel('Visibility', { exact: true })).toContainText('Private (9000)')
  await page.getByRole('button', { name: 'Name' }).click()
  await expect(links(page).first()).toHaveText(name(99_990))
  await expect(page).toHaveURL(`${address}?filter=KEY-9&visibility=PUBLIC&sort=-name`)
  await page.getByRole('link', { name: 'Next' }).click()
  await expect(links(page).first()).toHaveText(name(99_490))
  await page.reload()
  await expect(links(page).first()).toHaveText(name(99_490))
  await expect(page.getByText('51–100 of 1,000 secrets')).toBeVisible()
  await expect(page.getByText('Filters and order cover')).toBeHidden()

  await page.getByRole('searchbox').fill('no-such-key')
  await expect(page.getByText('No secret has “no-such-key” in its name and matches the filters.')).toBeVisible()
  await page.getByRole('button', { name: 'Clear all' }).click()
  await expect(page.getByText('1–50 of 100,000 secrets')).toBeVisible()
  await expect(links(page).first()).toHaveText(name(99_999))
})

test('the rows stay until the next ones come, and an answer that comes too late is dropped', async ({
  page,
  lists: [list],
}) => {
  await asUser(page, list?.user ?? { apiKey: '' })
  await page.goto(path`/org/${list?.org.name ?? ''}/secret`)
  await expect(page.getByText('1–50 of 100,000 secrets')).toBeVisible()
  const before = await layout(page)
  const late = await holdBack(page, asking(/filter=key-7&/))
  const asked = page.waitForRequest(/filter=key-7&/)
  const filter = page.getByRole('searchbox')
  await filter.fill('key-7')
  await asked
  await expect(page).toHaveURL(/filter=key-7$/)
  await expect(links(page)).toHaveText(names(0))
  expect((await layout(page)).slice(0, 20)).toEqual(before.slice(0, 20))
  await filter.fill('key-71')
  await expect(page.getByText('1–50 of 1,000 secrets')).toBeVisible()
  late()
  await expect(links(page)).toHaveText(names(71_000))
})

test('a deleted secret is missing from rows and counts', async ({ page, lists: [list] }) => {
  const { org, user } = list ?? { org: { name: '' }, user: { apiKey: '' } }
  const address = path`/org/${org.name}/secret`
  await asUser(page, user)
  await page.goto(address)
  await expect(head(page)).toContainText('100,000 secrets')
  await page.getByRole('button', { name: `Actions for ${name(7)}` }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  await confirm(page.getByRole('dialog'), { orgName: org.name, name: name(7) }, 'Yes, delete this secret')
  await expect(page).toHaveURL(address)
  await expect(head(page)).toContainText('99,999 secrets')
  await expect(page.getByText('1–50 of 99,999 secrets')).toBeVisible()
  await expect(page.getByRole('link', { name: name(7) })).toBeHidden()
  await expect(links(page).last()).toHaveText(name(50))
})
