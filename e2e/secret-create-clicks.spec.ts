import { path } from './concord.ts'
import { costOf } from './counting.ts'
import { asUser, expect, test } from './fixtures.ts'
import { givenOrg, givenUser, unique } from './given.ts'
import { createdHeading } from './steps.ts'
import { readValue } from './value.ts'

/*
 * How many clicks and keys it takes to create a secret. A click into a field is a click; the letters of names and
 * values are not counted. Concord's own console takes 7 clicks for a value, and 4 for a key pair.
 */

test('from the list, a value takes 4 clicks, and a new key pair 3', async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const [value, pair] = [unique('value'), unique('pair')]
  await asUser(page, user)

  await page.goto(path`/org/${org.name}/secret`)
  const ofValue = await costOf(page, async () => {
    await page.getByRole('link', { name: 'Create secret' }).click()
    await page.getByRole('radio', { name: /^Single value/ }).click()
    await page.keyboard.type(value)
    await page.getByRole('textbox', { name: 'Value' }).click()
    await page.keyboard.type('of no interest')
    await page.getByRole('button', { name: 'Create secret' }).click()
    await expect(createdHeading(page, value)).toBeVisible()
  })
  expect(ofValue).toEqual({ clicks: 4, keys: 0 })
  expect(String(await readValue({ orgName: org.name, name: value }))).toBe('of no interest')

  await page.goto(path`/org/${org.name}/secret`)
  const ofPair = await costOf(page, async () => {
    await page.getByRole('link', { name: 'Create secret' }).click()
    await page.getByRole('radio', { name: /^New key pair/ }).click()
    await page.keyboard.type(pair)
    await page.getByRole('button', { name: 'Create secret' }).click()
    await expect(createdHeading(page, pair)).toBeVisible({ timeout: 60_000 })
  })
  expect(ofPair).toEqual({ clicks: 3, keys: 0 })
})

test('with the keyboard alone, a value takes 8 keys, and a new key pair 4', async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const [value, pair] = [unique('value'), unique('pair')]
  await asUser(page, user)
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  const start = async () => {
    await page.goto(path`/org/${org.name}/secret`)
    await page.getByRole('link', { name: 'Create secret' }).focus()
  }

  await start()
  const ofValue = await costOf(page, async () => {
    await press('Enter')
    await expect(page.getByRole('heading', { level: 1, name: 'Create a secret' })).toBeFocused()
    // The arrows only pass through the kinds.
    await press('Tab', 'ArrowUp', 'ArrowUp', 'Enter')
    await page.keyboard.type(value)
    await press('Tab')
    await page.keyboard.type('of no interest')
    await press('Control+Enter')
    await expect(createdHeading(page, value)).toBeVisible()
  })
  // Control counts as a key.
  expect(ofValue).toEqual({ clicks: 0, keys: 8 })

  await start()
  const ofPair = await costOf(page, async () => {
    await press('Enter')
    await expect(page.getByRole('heading', { level: 1, name: 'Create a secret' })).toBeFocused()
    await press('Tab', 'Enter')
    await page.keyboard.type(pair)
    await press('Enter')
    await expect(createdHeading(page, pair)).toBeVisible({ timeout: 60_000 })
  })
  expect(ofPair).toEqual({ clicks: 0, keys: 4 })
})
