import { path, send } from './concord.ts'
import { givenDirectoryUser, needsDirectory } from './directory.ts'
import { expect, test } from './fixtures.ts'
import {
  givenAccess,
  givenOrg,
  givenProject,
  givenRepository,
  givenRight,
  givenSecret,
  givenTeam,
  givenUser,
  readSecret,
} from './given.ts'
import { picture } from './screens.ts'
import { addressOf, confirm, nameField, openSettings } from './steps.ts'
import { needs } from './version.ts'

test('deletes a secret after its name was typed', { tag: '@concord' }, async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const project = await givenProject(org)
  const secret = await givenSecret(org, { by: user })
  const repository = await givenRepository(project, secret)
  const team = await givenTeam(org)
  await givenAccess(secret, team, 'READER')
  const zone = await openSettings(page, user, secret)

  await expect(zone).toContainText('Its value is gone for good · 1 repository stops working · 1 team loses access')
  await zone.getByRole('button', { name: 'Delete this secret' }).click()
  const dialog = page.getByRole('dialog', { name: `Delete secret “${secret.name}” from ${org.name}` })
  await expect(dialog).toContainText('This cannot be undone.')
  await expect(dialog.getByText(`${project.name} › ${repository.name}`)).toBeVisible()
  await expect(dialog.getByText(`${team.name} (Reader)`)).toBeVisible()
  const yes = dialog.getByRole('button', { name: 'Yes, delete this secret' })
  await expect(nameField(dialog, secret)).toBeFocused()
  await expect(yes).toBeDisabled()
  await picture(page, 'delete')
  await confirm(dialog, secret, 'Yes, delete this secret')

  await expect(page).toHaveURL(path`/org/${org.name}/secret`)
  await expect(page.getByRole('status').filter({ hasText: `Deleted ${secret.name}.` })).toBeVisible()
  await expect(page.getByRole('link', { name: secret.name })).toBeHidden()
  expect((await send(path`/api/v2/org/${org.name}/secret/${secret.name}`)).status).toBe(404)
})

test('Cancel deletes nothing and returns the focus', async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const secret = await givenSecret(org, { by: user })
  const zone = await openSettings(page, user, secret)
  const button = zone.getByRole('button', { name: 'Delete this secret' })
  await button.click()
  await nameField(page.getByRole('dialog'), secret).fill(secret.name)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(button).toBeFocused()
  expect((await readSecret(secret)).id).toBe(secret.id)
})

test('all members can change a public secret, but only its owner can delete it', { tag: '@concord' }, async ({
  page,
  expectErrors,
}) => {
  expectErrors(403, '/api/v1/org/*/secret/*')
  const org = await givenOrg()
  const [member, owner] = await Promise.all([givenUser({ of: [org] }), givenUser({ of: [org] })])
  const secret = await givenSecret(org, { visibility: 'PUBLIC', by: owner })
  const zone = await openSettings(page, member, secret)
  await expect(page.getByRole('button', { name: 'Make private' })).toBeEnabled()

  await zone.getByRole('button', { name: 'Delete this secret' }).click()
  const dialog = page.getByRole('dialog')
  await confirm(dialog, secret, 'Yes, delete this secret')
  const alert = dialog.getByRole('alert')
  await expect(alert).toContainText('necessary access level (OWNER)')
  await expect(alert).toContainText(`Ask its owner, ${owner.displayName}`)
  expect((await readSecret(secret)).id).toBe(secret.id)
})

test('a writer who cannot delete it sees once whom to ask, and copies the request', async ({ page }) => {
  needsDirectory()
  await needs('2.17', 'Nobody can know which teams they are in')
  const org = await givenOrg()
  const writer = await givenDirectoryUser({ of: [org] })
  const secret = await givenSecret(org)
  await givenRight(secret, org, writer, 'WRITER')
  const zone = await openSettings(page, writer, secret)
  const words = 'Only teams with Owner access can delete it or change its owner. Ask admin.'
  await expect(zone.getByText(words)).toHaveCount(1)
  await expect(zone.getByRole('button', { name: /^Delete|^Change owner/ })).toHaveCount(0)
  await expect(zone.getByRole('button', { name: 'Change projects…' })).toBeEnabled()
  await picture(page, 'settings-writer')
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await zone.getByRole('button', { name: 'Copy request' }).click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    `Please give a team of ${writer.username} Owner access to the secret ${org.name} / ${secret.name}: ` +
      new URL(addressOf(secret, 'access'), page.url()),
  )
})
