import type { Page } from '@playwright/test'
import { path } from './concord.ts'
import { expectCost } from './counting.ts'
import { asUser, expect, test } from './fixtures.ts'
import { givenOrg, givenSecret, givenTeam, givenUser, unique } from './given.ts'
import { addressOf, createdHeading, dangerZone } from './steps.ts'
import { readValue } from './value.ts'
import { needsOurs } from './version.ts'

/* The lines of docs/jobs.md: what the usual jobs cost. */

test.beforeEach(() => needsOurs('The requests are those to our server'))

async function givenList(page: Page) {
  const [org, other] = await Promise.all([givenOrg(), givenOrg()])
  const user = await givenUser({ of: [org, other] })
  const secret = await givenSecret(org, { by: user })
  await asUser(page, user)
  const address = path`/org/${org.name}/secret`
  const open = async () => {
    await page.goto(address)
    await expect(page.getByRole('link', { name: secret.name })).toBeVisible()
  }
  await open()
  return { org, other, user, secret, open, address }
}

test('creating a secret', async ({ page }) => {
  const { org, open } = await givenList(page)
  const [value, pair] = [unique('value'), unique('pair')]
  await expectCost(page, 'Create a single value, from the list', async () => {
    await page.getByRole('link', { name: 'Create secret' }).click()
    await page.getByRole('radio', { name: /^Single value/ }).click()
    await page.keyboard.type(value)
    await page.getByRole('textbox', { name: 'Value' }).click()
    await page.keyboard.type('of no interest')
    await page.getByRole('button', { name: 'Create secret' }).click()
    await expect(createdHeading(page, value)).toBeVisible()
  })
  expect(String(await readValue({ orgName: org.name, name: value }))).toBe('of no interest')

  await open()
  await expectCost(page, 'Create a new key pair, from the list', async () => {
    await page.getByRole('link', { name: 'Create secret' }).click()
    await page.getByRole('radio', { name: /^New key pair/ }).click()
    await page.keyboard.type(pair)
    await page.getByRole('button', { name: 'Create secret' }).click()
    await expect(createdHeading(page, pair)).toBeVisible({ timeout: 60_000 })
  })
})

test('creating a secret with the keyboard alone', async ({ page }) => {
  const { open } = await givenList(page)
  const [value, pair] = [unique('value'), unique('pair')]
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  const start = () => page.getByRole('link', { name: 'Create secret' }).focus()
  await start()
  await expectCost(page, 'Create a single value with the keyboard alone', async () => {
    await press('Enter')
    await expect(page.getByRole('heading', { level: 1, name: 'Create a secret' })).toBeFocused()
    // The arrows only pass through the kinds.
    await press('Tab', 'ArrowUp', 'ArrowUp', 'Enter')
    await page.keyboard.type(value)
    await press('Tab')
    await page.keyboard.type('of no interest')
    // Two keys.
    await press('Control+Enter')
    await expect(createdHeading(page, value)).toBeVisible()
  })

  await open()
  await start()
  await expectCost(page, 'Create a new key pair with the keyboard alone', async () => {
    await press('Enter')
    await expect(page.getByRole('heading', { level: 1, name: 'Create a secret' })).toBeFocused()
    await press('Tab', 'Enter')
    await page.keyboard.type(pair)
    await press('Enter')
    await expect(createdHeading(page, pair)).toBeVisible({ timeout: 60_000 })
  })
})

test('moving and renaming a secret', async ({ page }) => {
  const { org, other, secret } = await givenList(page)
  const { name } = secret
  const dialog = page.getByRole('dialog')
  await page.goto(addressOf({ orgName: org.name, name }))
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
  await expectCost(page, 'Move a secret, from its page', async () => {
    await page.getByRole('link', { name: 'Settings' }).click()
    const zone = dangerZone(page)
    await zone.getByLabel('New organization').click()
    await page.keyboard.type(other.name)
    await zone.getByRole('option', { name: other.name }).click()
    await zone.getByRole('button', { name: 'Move', exact: true }).click()
    await page.keyboard.type(name)
    await dialog.getByRole('button', { name: `Yes, move to ${other.name}` }).click()
    await expect(page).toHaveURL(addressOf({ orgName: other.name, name }))
  })

  const newName = `${name}-2`
  await expectCost(page, 'Rename a secret, from its page', async () => {
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByLabel('Secret name').click()
    await page.keyboard.press('End')
    await page.keyboard.type('-2')
    await page.getByRole('button', { name: 'Rename' }).click()
    await page.keyboard.type(name)
    await dialog.getByRole('button', { name: `Yes, rename to ${newName}` }).click()
    await expect(page.getByRole('heading', { level: 1, name: newName })).toBeVisible()
  })
})

test('moving a secret onto a taken name with the keyboard, on a phone', async ({ page }) => {
  const { other, secret } = await givenList(page)
  const { name } = secret
  await givenSecret(other, { name })
  await page.setViewportSize({ width: 375, height: 667 })
  await page.goto(addressOf(secret, 'settings'))
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
  const { keyboard } = page
  const newName = `${name}-2`
  await expectCost(page, 'Move a secret onto a taken name, with the keyboard on a phone', async () => {
    const zone = dangerZone(page)
    const field = zone.getByLabel('New organization')
    while (!(await field.evaluate((element) => element === document.activeElement))) await keyboard.press('Tab')
    await keyboard.type(other.name)
    await expect(zone.getByRole('option')).toHaveText([other.name])
    await keyboard.press('Enter')
    await keyboard.press('Tab')
    await keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    // The old name is selected in it.
    await expect(dialog.getByLabel(`Name in ${other.name}`)).toBeFocused()
    await keyboard.type(newName)
    await expect(dialog.getByText(`The name ${newName} is free in ${other.name}.`)).toBeVisible()
    await keyboard.press('Enter')
    await keyboard.type(name)
    await expect(dialog.getByRole('button', { name: /^Yes/ })).toBeEnabled()
    await keyboard.press('Enter')
    await expect(page).toHaveURL(addressOf({ orgName: other.name, name: newName }))
  })
})

test('finding a secret, giving a team access and deleting it', async ({ page }) => {
  const { org, user, secret, address } = await givenList(page)
  const { name } = secret
  const team = await givenTeam(org)
  await givenSecret(org, { by: user })
  await page.reload()
  await expect(page.getByRole('row')).toHaveCount(3)
  await expectCost(page, 'Find a secret by a part of its name', async () => {
    await page.getByRole('searchbox').click()
    await page.keyboard.type(name.slice(-6))
    await expect(page.getByRole('row')).toHaveCount(2)
  })

  await page.goto(addressOf(secret))
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
  await expectCost(page, 'Give a team access, from the page of a secret', async () => {
    await page.getByRole('link', { name: 'Access', exact: true }).click()
    await page.getByLabel('Add a team', { exact: true }).click()
    await page.keyboard.type(team.name)
    await page.getByRole('option', { name: team.name }).click()
    await page.getByRole('button', { name: 'Save access' }).click()
    await page.getByRole('dialog').getByRole('button', { name: /^Yes/ }).click()
    await expect(page.getByRole('dialog')).toBeHidden()
  })

  await page.goto(address)
  await expect(page.getByRole('link', { name })).toBeVisible()
  await expectCost(page, 'Delete a secret, from the list', async () => {
    await page.getByRole('button', { name: `Actions for ${name}` }).click()
    await page.getByRole('menuitem', { name: 'Delete…' }).click()
    const dialog = page.getByRole('dialog')
    await expect(dialog.getByLabel(`Type ${name} to confirm`)).toBeFocused()
    await page.keyboard.type(name)
    await dialog.getByRole('button', { name: 'Yes, delete this secret' }).click()
    await expect(page).toHaveURL(address)
  })
})
