import { admin, call, path } from './concord.ts'
import { givenDirectoryUser, needsDirectory } from './directory.ts'
import { expect, test } from './fixtures.ts'
import { givenOrg, givenRight, givenSecret, givenUser, readSecret } from './given.ts'
import { picture } from './screens.ts'
import { addressOf, askForOwner, confirm, nameField, openSettings, picker } from './steps.ts'
import { needs } from './version.ts'

test('the owner changes the owner and sees what access remains', { tag: '@concord' }, async ({ page }) => {
  const org = await givenOrg()
  const [owner, heir] = await Promise.all([givenUser({ of: [org] }), givenUser({ of: [org] })])
  const secret = await givenSecret(org, { by: owner })
  const team = await givenRight(secret, org, owner, 'READER')
  const zone = await openSettings(page, owner, secret)
  await expect(zone).toContainText('You own it')

  const title = await askForOwner(zone, heir)
  const dialog = page.getByRole('dialog', { name: `Change the owner of secret “${secret.name}” to ${title}` })
  await expect(nameField(dialog, secret)).toBeFocused()
  await picture(page, 'change-owner')
  await expect(dialog.getByText(`${team.name} (Reader)`)).toBeVisible()
  await confirm(dialog, secret, `Yes, change the owner to ${title}`)

  await expect(dialog).toBeHidden()
  await expect(zone).toContainText(`${heir.displayName} owns it`)
  expect(await readSecret(secret)).toMatchObject({ owner: { id: heir.id }, visibility: 'PRIVATE' })
})

test('a former owner without access is taken to the list', { tag: '@concord' }, async ({ page, expectErrors }) => {
  needsDirectory()
  await needs('2.17', 'Nobody can know which teams they are in')
  expectErrors(403, '/api/v2/org/*/secret/*')
  const org = await givenOrg()
  const [owner, heir] = await Promise.all([givenDirectoryUser({ of: [org] }), givenUser({ of: [org] })])
  const secret = await givenSecret(org)
  await call(path`/api/v1/org/${org.name}/secret/${secret.name}`, { json: { owner: { id: owner.id } } })
  const zone = await openSettings(page, owner, secret)
  const title = await askForOwner(zone, heir)
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('You could no longer change it or undo this.')
  await confirm(dialog, secret, `Yes, change the owner to ${title}`)

  await expect(page).toHaveURL(`${path`/org/${org.name}/secret`}?filter=${secret.name}`)
  await expect(page.getByRole('status').filter({ hasText: 'You may no longer open it.' })).toBeVisible()
  expect((await readSecret(secret)).owner?.id).toBe(heir.id)
})

test('only an owner may do it: shows the server’s refusal in the dialog', { tag: '@concord' }, async ({
  page,
  expectErrors,
}) => {
  expectErrors(403, '/api/v1/org/*/secret/*')
  const org = await givenOrg()
  const [owner, writer] = await Promise.all([givenUser({ of: [org] }), givenUser({ of: [org] })])
  const secret = await givenSecret(org, { by: owner })
  await givenRight(secret, org, writer, 'WRITER')
  const zone = await openSettings(page, writer, secret)
  await askForOwner(zone, writer)
  const dialog = page.getByRole('dialog')
  await confirm(dialog, secret, /^Yes, change the owner/)

  const alert = dialog.getByRole('alert')
  await expect(alert).toContainText(`necessary access level (OWNER) to the secret: ${secret.name}`)
  await expect(alert).toContainText(`Ask its owner, ${owner.displayName}`)
  expect((await readSecret(secret)).owner?.id).toBe(owner.id)
})

test('a deleted owner is shown as nobody, and an administrator sets another', { tag: '@concord' }, async ({ page }) => {
  const org = await givenOrg()
  const [gone, heir] = await Promise.all([givenUser({ of: [org] }), givenUser({ of: [org] })])
  const secret = await givenSecret(org, { by: gone })
  await call(path`/api/v1/user/${gone.id}`, { method: 'DELETE' })
  const zone = await openSettings(page, admin(), secret)
  await expect(zone).toContainText('Nobody owns it: the user was deleted')
  const title = await askForOwner(zone, heir)
  await confirm(page.getByRole('dialog'), secret, `Yes, change the owner to ${title}`)
  await expect(zone).toContainText(`${heir.displayName} owns it`)
  await expect(page).toHaveURL(addressOf(secret, 'settings'))
})

test('a new owner who was deleted meanwhile is named and taken out', { tag: '@concord' }, async ({
  page,
  expectErrors,
}) => {
  await needs('2.17', 'There a user who was typed stays, to be corrected')
  expectErrors(400, '/api/v1/org/*/secret/*')
  const org = await givenOrg()
  const [owner, gone] = await Promise.all([givenUser({ of: [org] }), givenUser({ of: [org] })])
  const secret = await givenSecret(org, { by: owner })
  const zone = await openSettings(page, owner, secret)
  const title = await askForOwner(zone, gone)
  await call(path`/api/v1/user/${gone.id}`, { method: 'DELETE' })
  await confirm(page.getByRole('dialog'), secret, `Yes, change the owner to ${title}`)

  const field = picker(zone, 'New owner')
  await expect(field).toBeFocused()
  await expect(field).toHaveValue('')
  await expect(field).toHaveAccessibleDescription(`There is no user “${title}” any more. Choose another one.`)
  expect((await readSecret(secret)).owner?.id).toBe(owner.id)
})
