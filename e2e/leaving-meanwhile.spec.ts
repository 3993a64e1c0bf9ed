import { path } from './concord.ts'
import { asUser, expect, settled } from './fixtures.ts'
import { givenOrg, givenSecret, givenUser, readSecret, unique } from './given.ts'
import { test } from './ownServer.ts'
import { addressOf, askToMove, chooseKind, createAfterReview, nameField, newName, openScope } from './steps.ts'

/*
 * A sent request takes effect even if the user leaves the page before the response: they are informed, but not taken
 * back.
 */

test.skip(!process.env.E2E_DATA_DIR, 'Only a server that was built here can be paused')

test('the console asks before leaving while a secret is being created, and reports the result', async ({
  page,
  server,
}) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const name = unique('made')
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/secret`)
  await page.getByRole('link', { name: 'Create secret' }).click()
  await chooseKind(page, 'New key pair')
  await newName(page).fill(name)
  await openScope(page)
  await page.getByRole('radio', { name: /^Store password, made by the server/ }).check()
  await settled(page)
  server.hold()
  await createAfterReview(page, name)

  await expect(page.getByRole('button', { name: 'Create secret' })).toBeFocused()
  await expect(newName(page)).toBeDisabled()
  const cancel = page.getByRole('link', { name: 'Cancel' })
  await expect(cancel).toBeDisabled()
  await expect(cancel).toHaveAccessibleDescription(/^The server makes the key pair/)
  await cancel.click({ force: true })
  await page.goBack()
  const guard = page.getByRole('dialog', { name: 'Leave while the secret is being created?' })
  await expect(guard).toContainText('It will still be created. Its store password is shown only here')
  await guard.getByRole('button', { name: 'Cancel' }).click()
  await expect(page).toHaveURL(/new-secret\?kind=new-key-pair$/)

  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: org.name }).click()
  await guard.getByRole('button', { name: 'Yes, leave' }).click()
  server.goOn()
  await expect(page.getByText(`Created ${name}. You left before its store password was shown`)).toBeVisible({
    timeout: 60_000,
  })
  await expect(page).toHaveURL(path`/org/${org.name}/secret`)
  await expect(page.getByRole('link', { name })).toBeVisible()
  expect(await readSecret({ orgName: org.name, name })).toMatchObject({ encryptedBy: 'PASSWORD' })
})

test('a user who goes back during a move is not taken to the new URL', async ({ page, server }) => {
  const [from, to] = [await givenOrg(), await givenOrg()]
  const user = await givenUser({ of: [from, to] })
  const secret = await givenSecret(from, { by: user })
  await asUser(page, user)
  await page.goto(path`/org/${from.name}/secret`)
  await page.getByRole('link', { name: secret.name }).click()
  await page.getByRole('link', { name: 'Settings' }).click()
  const dialog = await askToMove(page, secret, to)
  await nameField(dialog, secret).fill(secret.name)
  const yes = dialog.getByRole('button', { name: `Yes, move to ${to.name}` })
  await expect(yes).toBeEnabled()
  server.hold()
  await yes.click()
  await page.goBack()
  await page.goBack()
  server.goOn()

  await expect(page.getByRole('status').filter({ hasText: `Moved ${secret.name} to ${to.name}.` })).toBeVisible()
  await expect(page).toHaveURL(path`/org/${from.name}/secret`)
  await expect(page.getByRole('link', { name: secret.name })).toBeHidden()
  expect((await readSecret({ orgName: to.name, name: secret.name })).id).toBe(secret.id)
  await page.goto(addressOf({ orgName: to.name, name: secret.name }))
  await expect(page.getByRole('region', { name: `Moved from ${from.name} / ${secret.name}` })).toBeVisible()
})
