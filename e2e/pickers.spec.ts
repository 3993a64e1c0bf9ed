import type { Locator, Page } from '@playwright/test'
import { PHONE, resize } from './axe.ts'
import { call } from './concord.ts'
import { expect, test } from './fixtures.ts'
import { givenOrg, givenProject, givenSecret, givenTeam, givenUser, type Org, unique } from './given.ts'
import { addressOf, openSettings, picker } from './steps.ts'
import { needs } from './version.ts'

/* Every picker with the keyboard alone, and what a screen reader finds in it. */

const twoDigits = (number: number) => String(number).padStart(2, '0')
const numbers = (length: number) => Array.from({ length }, (_, number) => number)

/** What a screen reader is at: the option that the arrow keys lead to. */
async function expectAt(page: Page, input: Locator, name: string | RegExp) {
  await expect(input).toHaveAttribute('aria-expanded', 'true')
  await expect(input).toHaveAttribute('aria-activedescendant', /./)
  const id = await input.getAttribute('aria-activedescendant')
  await expect(page.locator(`[role=listbox] > [role=option][id="${id}"]`)).toHaveAccessibleName(name)
}

/** Notes the requests of the page from now on whose path matches. */
function requestsTo(page: Page, path: RegExp) {
  const found: string[] = []
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url())
    if (path.test(pathname)) found.push(pathname + search)
  })
  return found
}

const said = (scope: Locator, words: string) =>
  expect(scope.getByRole('status').filter({ hasText: words })).toHaveCount(1)

async function openProjects(page: Page, org: Org) {
  const user = await givenUser({ of: [org] })
  const zone = await openSettings(page, user, await givenSecret(org, { by: user }))
  await zone.getByRole('button', { name: 'Change projects…' }).click()
  await zone.getByRole('radio', { name: 'Only these projects' }).check()
  return { zone, input: picker(zone, 'Projects') }
}

test('picks projects: the exact name first, the 25th by typing more', async ({ page }) => {
  const org = await givenOrg()
  await Promise.all(
    ['web', ...numbers(25).map((n) => `svc-${twoDigits(n)}-web`)].map((name) => givenProject(org, { name })),
  )
  const { zone, input } = await openProjects(page, org)
  const requests = requestsTo(page, /\/project$/)
  const { keyboard } = page

  await page.keyboard.press('Tab')
  await expect(input).toBeFocused()
  await expect(input).toHaveAttribute('aria-expanded', 'false')
  await keyboard.type('web')
  await said(zone, '20 of 26, type more')
  await expectAt(page, input, 'web')
  await expect(zone.getByRole('option')).toHaveCount(20)
  await expect(zone).toMatchAriaSnapshot(`
    - text: Projects
    - combobox "Projects" [expanded]: web
    - button "Show projects of ${org.name}" [expanded]
    - listbox "projects of ${org.name} to choose from":
      - option "web"
      - option "svc-00-web"
    - status: 20 of 26, type more
  `)
  await keyboard.press('ArrowDown')
  await expectAt(page, input, 'svc-00-web')
  await keyboard.press('End')
  await expectAt(page, input, 'svc-18-web')
  await keyboard.press('Home')
  await keyboard.press('Enter')
  await said(zone, 'web is chosen')
  await expect(input).toHaveAttribute('aria-expanded', 'false')

  await keyboard.type('svc-24')
  await expectAt(page, input, 'svc-24-web')
  await keyboard.press('Enter')
  const chosen = zone.getByRole('list', { name: `Chosen projects of ${org.name}` })
  await expect(chosen.getByRole('listitem')).toHaveText(['web', 'svc-24-web'])
  await keyboard.type('web')
  await said(zone, 'web is chosen already')
  await keyboard.press('Escape')
  await input.fill('nothing-like-it')
  await said(zone, 'No project matches')
  await input.fill('')

  await keyboard.press('Backspace')
  await said(zone, 'Removed svc-24-web')
  await keyboard.press('Shift+Tab')
  await expect(chosen.getByRole('button', { name: 'Remove web' })).toBeFocused()
  await keyboard.press('Enter')
  await expect(chosen).toHaveCount(0)
  await expect(input).toBeFocused()
  expect(requests).toHaveLength(1)
})

test('finds a name that the server’s first two hundred do not have', async ({ page }) => {
  const org = await givenOrg()
  await givenProject(org, { name: 'web' })
  // The server takes 64 requests at once.
  for (const tens of numbers(21))
    await Promise.all(numbers(10).map((ones) => givenProject(org, { name: `a-${tens}-${ones}-web` })))
  const { zone, input } = await openProjects(page, org)
  const requests = requestsTo(page, /\/project(\/web)?$/)
  await input.fill('web')
  await said(zone, 'First 20, type more')
  await expectAt(page, input, 'web')
  expect(requests.filter((request) => request.includes('/project/'))).toHaveLength(1)
  await page.keyboard.press('Enter')
  await expect(zone.getByRole('button', { name: 'Remove web' })).toBeVisible()
})

test('picks the organization with exactly this name, not that of the secret, on a phone', async ({ page }) => {
  const name = unique('org')
  const names = [name, ...numbers(21).map((n) => `many-${name}-${twoDigits(n)}`)]
  const [from, target, ...others] = await Promise.all([givenOrg(), ...names.map((each) => givenOrg({ name: each }))])
  if (!target) throw new Error('No organization was made')
  const user = await givenUser({ of: [from, target, ...others] })
  await resize(page, PHONE)
  const zone = await openSettings(page, user, await givenSecret(from, { by: user }))
  const requests = requestsTo(page, /^\/api\/v1\/org(\/|$)/)
  const input = picker(zone, 'New organization')
  const { keyboard } = page
  await input.focus()

  // It stands at the lower edge: the list opens upwards.
  await input.evaluate((element) => element.scrollIntoView({ block: 'end' }))
  await keyboard.type(name)
  await said(zone, '20 of 22, type more')
  await expectAt(page, input, name)
  const [list, box] = await Promise.all([zone.getByRole('listbox').boundingBox(), input.boundingBox()])
  expect(list && box && list.y + list.height).toBeLessThan(box?.y ?? 0)
  expect(list?.y).toBeGreaterThanOrEqual(0)
  expect((list?.x ?? 0) + (list?.width ?? 0)).toBeLessThanOrEqual(PHONE.width)

  await keyboard.press('Escape')
  await expect(zone.getByRole('listbox')).toBeHidden()
  await expect(input).toHaveValue(name)
  // Tab leaves without choosing, and says so.
  await keyboard.press('ArrowDown')
  await expectAt(page, input, name)
  await keyboard.press('Tab')
  await expect(input).toHaveValue('')
  await expect(input).toHaveAccessibleDescription(`“${name}” is not chosen: pick one from the list.`)

  await input.focus()
  await keyboard.type(from.name)
  await said(zone, `It is already in ${from.name}`)
  await input.fill(name)
  await expectAt(page, input, name)
  await keyboard.press('Enter')
  await expect(input).toHaveValue(name)
  await expect(zone.getByRole('button', { name: 'Move', exact: true })).toBeEnabled()
  expect(requests).toHaveLength(1)
})

test('picks a user by the exact username, and says which one it is', async ({ page }) => {
  await needs('2.12', 'Users cannot be searched')
  const org = await givenOrg()
  const owner = await givenUser({ of: [org] })
  const jan = unique('jan')
  // More than are shown, and first by their display names.
  const add = (username: string, displayName: string) =>
    call('/api/v1/user', { json: { username, displayName, userType: 'LOCAL', email: `${username}@example.com` } })
  await Promise.all([...numbers(21).map((n) => add(`svc${n}.${jan}`, 'A service')), add(jan, 'Jan Novak')])
  const zone = await openSettings(page, owner, await givenSecret(org, { by: owner }))
  await zone.getByRole('button', { name: 'Change owner…' }).click()
  const input = picker(zone, 'New owner')
  await input.focus()
  await page.keyboard.type(jan)
  await said(zone, '20 of 22, type more')
  await expectAt(page, input, `Jan Novak (${jan}) ${jan}@example.com`)
  await page.keyboard.press('Enter')
  await expect(input).toHaveValue(`Jan Novak (${jan})`)
  await zone.getByRole('button', { name: 'Change owner', exact: true }).click()
  await expect(page.getByRole('dialog')).toHaveAccessibleName(new RegExp(`to Jan Novak \\(${jan}\\)$`))
})

test('picks a team, and says when it is in the list already', async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const team = await givenTeam(org)
  const secret = await givenSecret(org, { by: user })
  await openSettings(page, user, secret)
  await page.goto(addressOf(secret, 'access'))
  const main = page.getByRole('main')
  const input = picker(main, 'Add a team')
  await input.focus()
  await page.keyboard.type(team.name)
  await expectAt(page, input, new RegExp(`^${org.name} / ${team.name}`))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('row', { name: team.name })).toBeVisible()
  await page.keyboard.type(team.name)
  await said(main, `${team.name} is in the list already`)
})
