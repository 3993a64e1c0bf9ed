import { resize } from './axe.ts'
import { call, path } from './concord.ts'
import { asUser, expect, test } from './fixtures.ts'
import { givenOrg, givenSecret, givenUser, unique } from './given.ts'
import { addressOf } from './steps.ts'
import { isOurs } from './version.ts'

test('my and all organizations, filtered by name, in the URL', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const stem = unique('walk')
  const [mine, others, hidden] = await Promise.all([
    givenOrg({ name: `${stem}-mine` }),
    givenOrg({ name: `${stem}-others` }),
    givenOrg({ name: `${stem}-hidden`, visibility: 'PRIVATE' }),
  ])
  const user = await givenUser({ of: [mine] })
  await asUser(page, user)
  await page.goto('/')
  await expect(page).toHaveURL('/org')
  await expect(page).toHaveTitle('Organizations · Concord secrets')
  await expect(page.getByRole('link', { name: mine.name })).toBeVisible()
  await expect(page.getByRole('link', { name: others.name })).toBeHidden()
  // On a wide screen the column's head has the noun.
  await expect(page.getByRole('row', { name: mine.name })).toContainText('Member')
  if (await isOurs())
    await expect(page.getByRole('row', { name: mine.name }).getByRole('cell').nth(1)).toHaveText('0 secrets')

  await page.getByRole('button', { name: 'All' }).click()
  await page.getByRole('searchbox', { name: 'Filter by name' }).fill(stem)
  await expect(page).toHaveURL(`/org?show=all&filter=${stem}`)
  await expect(page.getByRole('link', { name: others.name })).toBeVisible()
  await expect(page.getByRole('link', { name: hidden.name })).toBeHidden()

  await page.reload()
  await expect(page.getByRole('searchbox', { name: 'Filter by name' })).toHaveValue(stem)
  await expect(page.getByRole('row')).toHaveCount(3)

  // A paste may bring along what nobody sees.
  const filter = page.getByRole('searchbox', { name: 'Filter by name' })
  await page.evaluate((text) => navigator.clipboard.writeText(text), `\u200b${others.name}\u200b\n`)
  await filter.fill('')
  await filter.press('Control+V')
  await expect(page.getByRole('link', { name: others.name })).toBeVisible()
  await expect(page.getByRole('link', { name: mine.name })).toBeHidden()
  await expect(page.getByText('The line break was left out.')).toBeVisible()

  await page.getByRole('searchbox', { name: 'Filter by name' }).fill('nobody-has-this-name')
  await expect(page.getByText('No organization has “nobody-has-this-name” in its name.')).toBeVisible()
  await page.getByRole('button', { name: 'Clear the filter' }).last().click()
  await expect(page).toHaveURL('/org?show=all')
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
})

test('navigates from the organizations to a secret and back', { tag: '@concord' }, async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const secret = await givenSecret(org, { by: user })
  await asUser(page, user)
  await page.goto('/org')
  await page.getByRole('link', { name: org.name }).click()
  await expect(page).toHaveURL(path`/org/${org.name}/secret`)
  await expect(page).toHaveTitle(`Secrets of ${org.name} · Concord secrets`)
  await expect(page.getByRole('heading', { level: 1, name: org.name })).toBeFocused()

  await page.getByRole('link', { name: secret.name }).click()
  await expect(page).toHaveURL(addressOf(secret))
  await expect(page).toHaveTitle(`${secret.name} · Info · ${org.name} · Concord secrets`)
  await page.getByText('Ids', { exact: true }).click()
  await expect(page.getByText(secret.id)).toBeVisible()
  await expect(page.getByText(secret.orgId)).toBeVisible()

  const crumbs = page.getByRole('navigation', { name: 'Breadcrumb' })
  await expect(crumbs.getByRole('listitem')).toHaveText(['Organizations', org.name, secret.name])
  await crumbs.getByRole('link', { name: org.name }).click()
  await expect(page).toHaveURL(path`/org/${org.name}/secret`)
  await page.goBack()
  await expect(page).toHaveURL(addressOf(secret))
  await crumbs.getByRole('link', { name: 'Organizations' }).click()
  const visited = page.getByRole('navigation', { name: 'Last visited' })
  await visited.getByRole('link', { name: org.name }).click()
  await expect(page).toHaveURL(path`/org/${org.name}/secret`)
  await page.getByRole('link', { name: secret.name }).click()
  for (const tab of ['Access', 'Audit', 'Settings', 'Info']) {
    await page.getByRole('link', { name: tab, exact: true }).click()
    await expect(page).toHaveURL(addressOf(secret, tab.toLowerCase()))
    await expect(page).toHaveTitle(`${secret.name} · ${tab} · ${org.name} · Concord secrets`)
  }
})

test('a not-found page names what is missing, with a way on', { tag: '@concord' }, async ({ page, expectErrors }) => {
  expectErrors(400, '/api/v1/SECRET/canCreate', '/api/v2/org/*/secret')
  expectErrors(404, '/api/v2/org/*/secret/*')
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/secret/no-such-key/info`)
  await expect(
    page.getByRole('heading', { level: 1, name: `There is no secret “no-such-key” in ${org.name}` }),
  ).toBeVisible()
  await page.getByRole('link', { name: `Look for this name in ${org.name}` }).click()
  await expect(page).toHaveURL(`${path`/org/${org.name}/secret`}?filter=no-such-key`)

  await page.goto('/org/no-such-organization/secret')
  await expect(page.getByRole('heading', { level: 1, name: 'Not found' })).toBeVisible()
  await expect(page.getByText('no-such-organization').first()).toBeVisible()

  await page.goto('/nowhere')
  await expect(page.getByRole('heading', { level: 1, name: 'No such page' })).toBeVisible()
  // A bookmark of Concord's own console.
  await page.goto(path`/#/org/${org.name}/project/web`)
  await expect(page.getByText('Projects are in Concord’s own console.')).toBeVisible()
  await page.getByRole('link', { name: `Secrets of ${org.name}` }).click()
  await expect(page).toHaveURL(path`/org/${org.name}/secret`)
})

test('shows the longest name completely and links to its page', async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const secret = await givenSecret(org, { by: user, name: `long.${'Name-with_all@kinds~'.repeat(6)}end` })
  await asUser(page, user)
  await page.setViewportSize({ width: 320, height: 640 })
  await page.goto(path`/org/${org.name}/secret`)
  await page.getByRole('link', { name: secret.name }).click()
  await expect(page).toHaveURL(addressOf(secret))
  await expect(page.getByRole('heading', { level: 1, name: secret.name })).toBeVisible()
  expect(await call(path`/api/v2/org/${org.name}/secret/${secret.name}`)).toMatchObject({ id: secret.id })
})

test('help lists the shortcuts, which can be switched off, and the account menu copies the link', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  await givenSecret(org, { by: user, name: 'any-key' })
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/secret?type=DATA`)
  const filter = page.getByRole('searchbox')
  const help = page.getByRole('dialog', { name: 'Help' })
  await expect(page.getByRole('link', { name: 'any-key' })).toBeVisible()
  await page.keyboard.press('/')
  await expect(filter).toBeFocused()
  await page.keyboard.type('?g/o')
  await expect(filter).toHaveValue('?g/o')
  await expect(help).toBeHidden()
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { level: 1 }).focus()
  await page.keyboard.press('?')
  await expect(help).toContainText(/Server.*Concord.* \d+\.\d+/)
  await help.getByRole('checkbox', { name: 'Use shortcuts of single keys' }).uncheck()
  await expect(help).not.toContainText('Filter the list')
  await page.keyboard.press('Escape')
  await page.reload()
  await expect(page.getByRole('link', { name: 'any-key' })).toBeVisible()
  await page.keyboard.press('?')
  await page.keyboard.press('/')
  await expect(help).toBeHidden()
  await expect(filter).not.toBeFocused()

  const account = page.getByRole('button', { name: `Account of ${user.displayName}` })
  await account.click()
  await page.getByRole('menuitem', { name: 'Copy link to this page' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Copied the link to this page.' })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url())
  await account.click()
  await page.getByRole('menuitem', { name: 'Help' }).click()
  await help.getByRole('checkbox', { name: 'Use shortcuts of single keys' }).check()
  await help.getByRole('button', { name: 'Close' }).click()
  await expect(account).toBeFocused()
  await page.keyboard.press('g')
  await page.keyboard.press('o')
  await expect(page.getByRole('heading', { level: 1, name: 'Organizations' })).toBeFocused()

  // Bar and content share one width, however wide the screen is.
  await resize(page, { width: 2200, height: 800 })
  const edges = await page.evaluate(() =>
    ['.product', '.menu-button', 'main .tools'].map((selector) => {
      const { left, right } = document.querySelector(selector)?.getBoundingClientRect() ?? {}
      return [left, right]
    }),
  )
  expect(edges[0]?.[0]).toBe(edges[2]?.[0])
  expect(edges[1]?.[1]).toBe(edges[2]?.[1])
  await page.keyboard.press('?')
  await expect(help).toBeVisible()
})
