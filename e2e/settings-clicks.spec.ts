import { costOf } from './counting.ts'
import { asUser, expect, test } from './fixtures.ts'
import { givenOrg, givenSecret, givenUser } from './given.ts'
import { addressOf, dangerZone } from './steps.ts'

/* How many clicks it takes to move and to rename a secret from its page. A click into a field is a click. */

test('from the secret, a move takes 5 clicks, and a rename 4', async ({ page }) => {
  const [from, to] = await Promise.all([givenOrg(), givenOrg()])
  const user = await givenUser({ of: [from, to] })
  const { name } = await givenSecret(from, { by: user })
  await asUser(page, user)
  const dialog = page.getByRole('dialog')

  await page.goto(addressOf({ orgName: from.name, name }))
  const ofMove = await costOf(page, async () => {
    await page.getByRole('link', { name: 'Settings' }).click()
    const zone = dangerZone(page)
    await zone.getByLabel('New organization').click()
    await page.keyboard.type(to.name)
    await zone.getByRole('option', { name: to.name }).click()
    await zone.getByRole('button', { name: 'Move', exact: true }).click()
    await page.keyboard.type(name)
    await dialog.getByRole('button', { name: `Yes, move to ${to.name}` }).click()
    await expect(page).toHaveURL(addressOf({ orgName: to.name, name }))
  })
  expect(ofMove).toEqual({ clicks: 5, keys: 0 })

  const newName = `${name}-2`
  const ofRename = await costOf(page, async () => {
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByLabel('Secret name').click()
    await page.keyboard.press('End')
    await page.keyboard.type('-2')
    await page.getByRole('button', { name: 'Rename' }).click()
    await page.keyboard.type(name)
    await dialog.getByRole('button', { name: `Yes, rename to ${newName}` }).click()
    await expect(page.getByRole('heading', { level: 1, name: newName })).toBeVisible()
  })
  expect(ofRename).toEqual({ clicks: 4, keys: 1 })
})
