import { DESK, PHONE, resize } from './axe.ts'
import { path } from './concord.ts'
import { asUser, expect, test } from './fixtures.ts'
import {
  givenMember,
  givenOrg,
  givenProject,
  givenRight,
  givenSecret,
  givenUser,
  keyPairParts,
  unique,
} from './given.ts'
import { addressOf } from './steps.ts'

test('filters, narrows and sorts the list in the URL', async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const project = await givenProject(org)
  const parts = { type: 'USERNAME_PASSWORD', username: 'robot', password: 'of no interest' }
  await Promise.all([
    givenSecret(org, { by: user, name: 'alpha-key', parts: keyPairParts() }),
    givenSecret(org, { by: user, name: 'beta-login', parts, visibility: 'PUBLIC' }),
    givenSecret(org, { by: user, name: 'gamma-login', parts, projects: [project] }),
    givenSecret(org, { by: user, name: 'delta-value', storePassword: 'Aa1!Bb2!Cc' }),
  ])
  await asUser(page, user)
  const address = path`/org/${org.name}/secret`
  await page.goto(address)
  const names = page.getByRole('table').getByRole('link')
  await expect(names).toHaveText(['alpha-key', 'beta-login', 'delta-value', 'gamma-login'])

  await page.getByRole('button', { name: 'Name' }).click()
  await expect(names).toHaveText(['gamma-login', 'delta-value', 'beta-login', 'alpha-key'])
  await expect(page).toHaveURL(`${address}?sort=-name`)
  await page.getByLabel('Type', { exact: true }).selectOption({ label: 'Username and password (2)' })
  await expect(names).toHaveText(['gamma-login', 'beta-login'])
  await page.getByLabel('Visibility', { exact: true }).selectOption({ label: 'Public (1)' })
  await expect(names).toHaveText(['beta-login'])
  await expect(page).toHaveURL(`${address}?type=USERNAME_PASSWORD&visibility=PUBLIC&sort=-name`)

  await page.goBack()
  await expect(names).toHaveText(['gamma-login', 'beta-login'])
  // On a phone one button stands for all of them, and says how many there are.
  await resize(page, { width: 375, height: 700 })
  await expect(page.getByLabel('Type', { exact: true })).toBeHidden()
  await page.getByRole('button', { name: 'Filters (1)' }).click()
  await page.getByLabel('Visibility', { exact: true }).selectOption({ label: 'Public (1)' })
  await expect(names).toHaveText(['beta-login'])
  await page.getByRole('button', { name: 'Filters (2)' }).press('Enter')
  await expect(page.getByLabel('Type', { exact: true })).toBeHidden()
  await resize(page, { width: 1280, height: 800 })
  await page.getByRole('button', { name: 'Clear all' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  // Neither a pill nor the first letter moves anything.
  const rows = await page
    .getByRole('table')
    .getByRole('row')
    .evaluateAll((all) => all.map((row) => row.clientHeight))
  expect(new Set(rows.slice(2)).size).toBe(1)
  const tools = () =>
    page
      .locator(':is(.tools :is(.filter, select), table)')
      .evaluateAll((all) =>
        all.map((tool) => [tool.getBoundingClientRect().left, tool.getBoundingClientRect().top, tool.clientWidth]),
      )
  // Here all tools but *Clear all* have room in one line.
  await resize(page, { width: 1150, height: 800 })
  const before = await tools()
  await page.getByRole('searchbox').fill('lta')
  await expect(names).toHaveText(['delta-value'])
  expect(await tools()).toEqual(before)
  await expect(page.getByRole('row', { name: /delta-value/ })).toContainText('Store password')
  await page.getByRole('searchbox').press('Escape')
  await expect(names).toHaveCount(4)
})

test('a link followed right after typing leads to its target, and Back to the typed filter', async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const secret = await givenSecret(org, { by: user, name: 'quick-key' })
  await asUser(page, user)
  await page.goto(`/org?filter=${org.name}`)
  const filter = page.getByRole('searchbox')
  await filter.fill(org.name.slice(0, -1))
  await page.getByRole('link', { name: org.name }).click()
  // The URL changes before its page, whose field looks like that of the previous page.
  await expect(page.getByRole('heading', { level: 1, name: org.name })).toBeVisible()
  await expect(page).toHaveURL(path`/org/${org.name}/secret`)
  await filter.fill('quick')
  await page.getByRole('link', { name: secret.name }).click()
  await expect(page.getByRole('heading', { level: 1, name: secret.name })).toBeVisible()
  await expect(page).toHaveURL(addressOf(secret))
  await page.goBack()
  await expect(filter).toHaveValue('quick')
})

test('an empty list offers to create a secret, an empty search offers its name', async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  await asUser(page, user)
  const address = path`/org/${org.name}/secret`
  await page.goto(address)
  await expect(page.getByText(`There are no secrets in ${org.name} yet.`)).toBeVisible()
  await expect(page.getByRole('link', { name: 'Create a secret' })).toBeVisible()

  await givenSecret(org, { by: user })
  await page.reload()
  await page.getByRole('searchbox').fill('git-key')
  await expect(page.getByText('No secret has “git-key” in its name.')).toBeVisible()
  await page.getByRole('link', { name: 'Create “git-key”' }).click()
  await expect(page).toHaveURL(`${path`/org/${org.name}/new-secret`}?name=git-key`)
})

test('a whole row is its link, and its text can be selected', async ({ page, context }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const secret = await givenSecret(org, { by: user, name: 'wide-key' })
  await asUser(page, user)
  const address = path`/org/${org.name}/secret`
  await page.goto(address)
  const type = page.getByRole('cell', { name: 'Single value or file' })
  await expect(page.getByRole('row', { name: /wide-key/ })).toContainText('PrivateServer keyAll projects')

  for (const open of [
    () => type.click({ button: 'middle' }),
    () => type.click({ modifiers: ['ControlOrMeta'] }),
    () => page.getByRole('link', { name: secret.name }).click({ modifiers: ['ControlOrMeta'] }),
  ]) {
    const [tab] = await Promise.all([context.waitForEvent('page'), open()])
    await expect(tab).toHaveURL(addressOf(secret))
    await tab.close()
  }
  const { x = 0, y = 0, width = 0, height = 0 } = (await type.boundingBox()) ?? {}
  await page.mouse.move(x + 30, y + height / 2)
  await page.mouse.down()
  await page.mouse.move(x + width - 20, y + height / 2, { steps: 4 })
  await page.mouse.up()
  expect(await page.evaluate(() => getSelection()?.toString())).toContain('value or')
  await expect(page).toHaveURL(address)

  await page.getByRole('link', { name: secret.name }).focus()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: `Actions for ${secret.name}` })).toBeFocused()
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(addressOf(secret))
  await page.goBack()
  await type.click()
  await expect(page).toHaveURL(addressOf(secret))
})

const bottomOf = (box: { y: number; height: number } | null) => (box ? box.y + box.height : Number.NaN)

test('a row’s menu copies the name, and opens the dialog that deletes it', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const secret = await givenSecret(org, { by: user })
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/secret`)
  const menu = page.getByRole('button', { name: `Actions for ${secret.name}` })

  await menu.press('Enter')
  await expect(page.getByRole('menuitem', { name: 'Copy name' })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  const said = page.getByRole('status').filter({ hasText: `Copied the id ${secret.id}.` })
  await expect(said).toBeVisible()
  for (const size of [PHONE, DESK]) {
    await resize(page, size)
    const title = page.getByRole('heading', { level: 1 })
    const [message, heading] = await Promise.all([said.boundingBox(), title.boundingBox()])
    expect.soft(bottomOf(message), `covers only the bar, at ${size.width} px`).toBeLessThanOrEqual(heading?.y ?? 0)
  }
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret.id)
  await expect(menu).toBeFocused()

  await menu.click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  const dialog = page.getByRole('dialog', { name: `Delete secret “${secret.name}” from ${org.name}` })
  await expect(dialog.getByLabel(`Type ${secret.name} to confirm`)).toBeFocused()
  await expect(page).toHaveURL(addressOf(secret, 'settings'))
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await page.reload()
  await expect(page.getByRole('button', { name: 'Delete this secret' })).toBeVisible()
  await page.goBack()
  await expect(menu).toBeVisible()
  await page.goForward()
  await expect(page.getByRole('button', { name: 'Delete this secret' })).toBeVisible()
  await expect(dialog).toBeHidden()
})

test('a row’s menu closes when its row becomes that of another secret', async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const secret = await givenSecret(org, { by: user, name: 'second-key' })
  await page.clock.install()
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/secret`)
  await page.getByRole('button', { name: `Actions for ${secret.name}` }).click()
  await expect(page.getByRole('menuitem', { name: 'Delete…' })).toBeVisible()

  await givenSecret(org, { by: user, name: 'first-key' })
  // The list is read again when the user comes back to its window.
  await page.clock.fastForward(10_000)
  await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
  await expect(page.getByRole('table').getByRole('link')).toHaveText(['first-key', 'second-key'])
  await expect(page.getByRole('menuitem', { name: 'Delete…' })).toBeHidden()
})

test('a failed copy is not reported as a success', async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const secret = await givenSecret(org, { by: user })
  // Like a browser that allows no access to the clipboard.
  await page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))
    document.execCommand = () => false
  })
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/secret`)
  await page.getByRole('button', { name: `Actions for ${secret.name}` }).click()
  await page.getByRole('menuitem', { name: 'Copy id' }).click()
  const warning = page.locator('.ui.warning.message')
  await expect(warning).toContainText('The id was not copied. Copy it from here:')
  await expect(warning).toContainText(secret.id)
})

test('a private secret of others is listed with “No access”, and its page says whom to ask', async ({
  page,
  expectErrors,
}) => {
  expectErrors(403, '/api/v2/org/*/secret/*')
  const org = await givenOrg()
  const [member, owner] = await Promise.all([givenUser({ of: [org] }), givenUser({ of: [org] })])
  const secret = await givenSecret(org, { by: owner, storePassword: unique('Store-1') })
  const open = await givenSecret(org, { by: owner })
  await givenRight(open, org, member, 'READER')
  await asUser(page, member)
  await page.goto(path`/org/${org.name}/secret`)
  const row = page.getByRole('row').filter({ hasText: secret.name })
  await expect(row.getByRole('cell', { name: 'Private: No access' })).toBeVisible()
  // A word that decides what somebody can do is never cut short, however narrow the columns.
  for (const width of [1280, 960, 640]) {
    await resize(page, { width, height: 800 })
    const cut = (facts: Element[]) =>
      facts.filter((fact) => fact.scrollWidth > fact.clientWidth).map((f) => f.textContent)
    expect(
      await row.locator('td:is(.visibility, .protection, .number) > :not(.visually-hidden)').evaluateAll(cut),
    ).toEqual([])
  }
  await page.getByRole('button', { name: `Actions for ${secret.name}` }).click()
  await expect(page.getByRole('menuitem')).toHaveText(['Copy name', 'Copy id'])
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: secret.name }).click()

  await expect(page.getByRole('heading', { level: 1, name: `You may not open “${secret.name}”` })).toBeVisible()
  await expect(page.getByText(`You need Reader access to open the secret ${secret.name} in ${org.name}.`)).toBeVisible()
  await expect(page.getByText(`It belongs to ${owner.displayName}`)).toBeVisible()
  await page.getByRole('link', { name: `Secrets of ${org.name}` }).click()
  await page.getByRole('link', { name: open.name }).click()
  await expect(page.getByRole('heading', { level: 1, name: open.name })).toBeVisible()
})

test('a non-member sees the public secrets, and why they cannot create any', { tag: '@concord' }, async ({
  page,
  expectErrors,
}) => {
  expectErrors(403, '/api/v1/SECRET/canCreate', '/api/v2/org/*/secret/*')
  const org = await givenOrg()
  const stranger = await givenUser()
  const hidden = await givenSecret(org)
  await asUser(page, stranger)
  await page.goto(path`/org/${org.name}/secret`)
  await expect(page.locator('.page-title .facts')).toContainText('No secrets you can see')
  const seen = await givenSecret(org, { visibility: 'PUBLIC' })
  await page.reload()
  await expect(page.locator('.page-title .facts')).toContainText('1 secret you can see')
  await expect(page.getByRole('link', { name: seen.name })).toBeVisible()
  await expect(page.getByRole('link', { name: hidden.name })).toBeHidden()
  const create = page.getByRole('button', { name: 'Create secret' })
  await expect(create).toHaveAccessibleDescription(
    `You are not a member of ${org.name}: you see its public secrets, but cannot create secrets.`,
  )

  await givenMember(org, stranger)
  await page.reload()
  await expect(page.getByRole('link', { name: 'Create secret' })).toBeVisible()
})

test('the list fits every width from a phone to a wide screen', async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org], displayName: 'Somebody With A Rather Long Display Name' })
  const project = await givenProject(org, { name: 'storefront-of-the-north' })
  await givenSecret(org, { by: user, name: 'kubeconfig-of-production', projects: [project] })
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/secret`)
  await expect(page.getByRole('link', { name: 'kubeconfig-of-production' })).toBeVisible()
  for (const width of [639, 640, 720, 859, 860, 1024, 1059, 1060, 1280, 1920]) {
    await resize(page, { width, height: 800 })
    const tooWide = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect(tooWide, `at ${width} px`).toBeLessThanOrEqual(0)
  }
})
