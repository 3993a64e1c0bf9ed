import { call, path } from './concord.ts'
import { givenDirectoryUser, needsDirectory } from './directory.ts'
import { expect, test } from './fixtures.ts'
import {
  givenAccess,
  givenMember,
  givenMovable,
  givenOrg,
  givenRight,
  givenSecret,
  givenUser,
  readSecret,
} from './given.ts'
import { picture } from './screens.ts'
import { askToMove, confirm, nameField, openSettings, pick, picker } from './steps.ts'
import { needs } from './version.ts'

test('warns users who would remove their own access with that of the old teams', async ({ page }) => {
  await needs('2.17', 'Nobody can know which teams they are in')
  const [from, to] = await Promise.all([givenOrg(), givenOrg()])
  const user = await givenUser({ of: [from, to] })
  const secret = await givenSecret(from)
  await givenRight(secret, from, user, 'OWNER')
  await openSettings(page, user, secret)
  const dialog = await askToMove(page, secret, to)
  await confirm(dialog, secret, `Yes, move to ${to.name}`)

  await page.getByRole('button', { name: 'Remove old teams’ access' }).click()
  const removal = page.getByRole('dialog', { name: `Remove the old teams’ access to ${secret.name}` })
  await expect(removal.getByRole('alert')).toContainText('You lock yourself out')
  await expect(nameField(removal, secret)).toBeFocused()
})

test('tells a reader once why they cannot change it', async ({ page }) => {
  needsDirectory()
  await needs('2.17', 'Nobody can know which teams they are in')
  const from = await givenOrg()
  const reader = await givenDirectoryUser({ of: [from] })
  const secret = await givenSecret(from)
  await givenRight(secret, from, reader, 'READER')
  const zone = await openSettings(page, reader, secret)
  await expect(page.getByText('Only teams with Writer access can change it. Ask admin.')).toHaveCount(1)
  await expect(page.getByRole('button', { name: 'Copy request' })).toBeVisible()
  await picture(page, 'settings-no-right')
  await expect(page.getByRole('definition').filter({ hasText: secret.name })).toBeVisible()
  await expect(zone).toHaveCount(0)
  await expect(page.getByRole('main').getByRole('textbox')).toHaveCount(0)
  await page.getByRole('link', { name: 'Access' }).click()
  await expect(page.getByText('Only teams with Owner access can change who has access. Ask admin.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Copy request' })).toBeVisible()
})

test('if a right cannot be determined in advance, the dialog says so and the server decides', {
  tag: '@concord',
}, async ({ page, expectErrors }) => {
  expectErrors(403, '/api/v1/org/*/secret/*')
  const [from, to] = await Promise.all([givenOrg(), givenOrg()])
  // With an API key, the console does not see its user's groups.
  const reader = await givenUser({ of: [from, to] })
  const secret = await givenSecret(from)
  await givenRight(secret, from, reader, 'READER')
  await openSettings(page, reader, secret)

  const dialog = await askToMove(page, secret, to)
  await expect(dialog).toContainText(
    'You may not be able to move it. Needs Writer access to this secret: ask its owner admin',
  )
  await confirm(dialog, secret, `Yes, move to ${to.name}`)
  await expect(dialog.getByRole('alert')).toContainText('necessary access level (WRITER)')
  expect((await readSecret(secret)).orgName).toBe(from.name)
})

test('a right revoked in the meantime: shows the refusal in the dialog', { tag: '@concord' }, async ({
  page,
  expectErrors,
}) => {
  expectErrors(403, '/api/v1/org/*/secret/*')
  const [from, to] = await Promise.all([givenOrg(), givenOrg()])
  const writer = await givenUser({ of: [from, to] })
  const secret = await givenSecret(from)
  const team = await givenRight(secret, from, writer, 'WRITER')
  await openSettings(page, writer, secret)
  const dialog = await askToMove(page, secret, to)
  const yes = dialog.getByRole('button', { name: `Yes, move to ${to.name}` })
  await nameField(dialog, secret).fill(secret.name)
  await expect(yes).toBeEnabled()

  await givenAccess(secret, team, 'READER')
  await yes.click()

  await expect(dialog.getByRole('alert')).toContainText(
    `The current user doesn't have the necessary access level (WRITER) to the secret: ${secret.name}`,
  )
  await expect(nameField(dialog, secret)).toHaveValue(secret.name)
  expect((await readSecret(secret)).orgName).toBe(from.name)
})

test('a user who left the target in the meantime is informed before anything is sent', async ({
  page,
  expectErrors,
}) => {
  expectErrors(403, '/api/v1/SECRET/canCreate')
  const { to, user, secret } = await givenMovable()
  const zone = await openSettings(page, user, secret)
  await pick(zone, 'New organization', to.name)
  await call(path`/api/v1/org/${to.name}/team/default/users`, { method: 'DELETE', json: [user.username] })
  await zone.getByRole('button', { name: 'Move', exact: true }).click()

  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText(`You are not a member of ${to.name}: only its members can move secrets there.`)
  await nameField(dialog, secret).fill(secret.name)
  await expect(dialog.getByRole('button', { name: `Yes, move to ${to.name}` })).toBeDisabled()
  await givenMember(to, user)
})

test('a user who left the target at the last moment is told who can help', { tag: '@concord' }, async ({
  page,
  expectErrors,
}) => {
  expectErrors(403, '/api/v1/SECRET/canCreate', '/api/v1/org/*/secret/*')
  const { to, user, secret } = await givenMovable()
  await openSettings(page, user, secret)
  const dialog = await askToMove(page, secret, to)
  await nameField(dialog, secret).fill(secret.name)
  const yes = dialog.getByRole('button', { name: `Yes, move to ${to.name}` })
  await expect(yes).toBeEnabled()
  await call(path`/api/v1/org/${to.name}/team/default/users`, { method: 'DELETE', json: [user.username] })
  await yes.click()

  const alert = dialog.getByRole('alert')
  await expect(alert).toContainText(`doesn't belong to the specified organization: ${to.name}`)
  await expect(alert).toContainText(new RegExp(`Only members of ${to.name} can do this. Ask its owner, .+, to add you`))
})

test('a target that was deleted meanwhile is named and taken out, and another one can be picked', {
  tag: '@concord',
}, async ({ page, expectErrors }) => {
  expectErrors(400, '/api/v1/SECRET/canCreate', '/api/v1/org/*/team', '/api/v1/org/*/secret/*')
  expectErrors(400, '/api/service/console/org/*/secret/*/exists')
  const { to, user, secret } = await givenMovable()
  const [before, later] = await Promise.all([givenOrg(), givenOrg()])
  await Promise.all([givenMember(before, user), givenMember(later, user)])
  const deleteOrg = ({ name }: { name: string }) =>
    call(path`/api/v1/org/${name}?confirmation=yes`, { method: 'DELETE' })
  const zone = await openSettings(page, user, secret)
  const field = picker(zone, 'New organization')
  const expectDropped = async ({ name }: { name: string }) => {
    await expect(page.getByRole('dialog')).toBeHidden()
    await expect(field).toBeFocused()
    await expect(field).toHaveValue('')
    await expect(field).toHaveAccessibleDescription(`There is no organization “${name}” any more. Choose another one.`)
  }

  // Before the dialog opens.
  await pick(zone, 'New organization', before.name)
  await deleteOrg(before)
  await zone.getByRole('button', { name: 'Move', exact: true }).click()
  await expectDropped(before)

  // At the last moment.
  const dialog = await askToMove(page, secret, later)
  await nameField(dialog, secret).fill(secret.name)
  const yes = dialog.getByRole('button', { name: `Yes, move to ${later.name}` })
  await expect(yes).toBeEnabled()
  await deleteOrg(later)
  await yes.click()
  await expectDropped(later)

  await pick(zone, 'New organization', to.name)
  await expect(field).not.toHaveAccessibleDescription(/any more/)
})

test('an owner who has left the organization is told that they cannot move it', { tag: '@concord' }, async ({
  page,
}) => {
  await needs('2.17', 'Nobody can know which roles they have')
  const { from, to, user, secret } = await givenMovable()
  await call(path`/api/v1/org/${from.name}/team/default/users`, { method: 'DELETE', json: [user.username] })
  const zone = await openSettings(page, user, secret)
  await expect(page.getByText(`Only members of ${from.name} can change it. Ask admin.`)).toBeVisible()
  await expect(zone).toHaveCount(0)

  // Once an admin has, no new sign-in is needed.
  await givenMember(from, user)
  await page.reload()
  await pick(zone, 'New organization', to.name)
  await expect(zone.getByRole('button', { name: 'Move', exact: true })).toBeEnabled()
})
