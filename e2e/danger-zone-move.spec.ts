import type { Locator, Page } from '@playwright/test'
import { call, path, send } from './concord.ts'
import { givenDirectoryUser, needsDirectory } from './directory.ts'
import { asUser, expect, test } from './fixtures.ts'
import {
  givenAccess,
  givenMember,
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
import { addressOf, askToMove, confirm, dangerZone, nameField, openSettings, pick, picker } from './steps.ts'
import { readValue } from './value.ts'
import { needs } from './version.ts'

/** Two organizations, a member of both, and a secret of theirs in the first. */
async function givenMovable() {
  const [from, to] = await Promise.all([givenOrg(), givenOrg()])
  const user = await givenUser({ of: [from, to] })
  const secret = await givenSecret(from, { by: user })
  return { from, to, user, secret }
}

test('moves a secret as Concord’s documentation says', { tag: '@concord' }, async ({ page }) => {
  const { from, to, user, secret } = await givenMovable()
  await asUser(page, user)

  await page.goto('/')
  await page.getByRole('link', { name: from.name }).click()
  await page.getByRole('link', { name: secret.name }).click()
  await page.getByRole('link', { name: 'Settings' }).click()
  const zone = dangerZone(page)
  await pick(zone, 'New organization', to.name)
  await zone.getByRole('button', { name: 'Move', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: `Move secret “${secret.name}” to ${to.name}` })
  await dialog.getByLabel(`Type ${secret.name} to confirm`).fill(secret.name)
  await dialog.getByRole('button', { name: `Yes, move to ${to.name}` }).click()

  await expect(page).toHaveURL(addressOf({ orgName: to.name, name: secret.name }))
  await expect(page.getByRole('heading', { level: 1, name: secret.name })).toBeFocused()
  await expect(page.getByRole('status').filter({ hasText: `Moved ${secret.name} to ${to.name}.` })).toBeVisible()
  await expect(page.getByRole('navigation', { name: 'Breadcrumb' })).toContainText(to.name)

  const moved = await readSecret({ orgName: to.name, name: secret.name })
  expect(moved).toMatchObject({ id: secret.id, visibility: 'PRIVATE', owner: { username: user.username } })
  expect(String(await readValue(moved))).toBe('a value of no interest')
  expect((await send(path`/api/v2/org/${from.name}/secret/${secret.name}`)).status).toBe(404)
})

test('the old URL says where the secret went', async ({ page, expectErrors }) => {
  expectErrors(404, '/api/v2/org/*/secret/*')
  const { from, to, user, secret } = await givenMovable()
  await openSettings(page, user, secret)
  await confirm(await askToMove(page, secret, to), secret, `Yes, move to ${to.name}`)
  await expect(page).toHaveURL(addressOf({ orgName: to.name, name: secret.name }))

  await page.goto(addressOf({ orgName: from.name, name: secret.name }))
  await page.getByRole('link', { name: `${to.name} / ${secret.name}` }).click()
  await expect(page).toHaveURL(addressOf({ orgName: to.name, name: secret.name }))
})

test('a taken name, with the keyboard on a phone: nothing to look for, moved and renamed in one step', {
  tag: '@concord',
}, async ({ page }) => {
  const { from, to, user } = await givenMovable()
  const project = await givenProject(from)
  const secret = await givenSecret(from, { by: user, projects: [project] })
  const repository = await givenRepository(project, secret)
  await givenAccess(secret, await givenTeam(from), 'READER')
  const taken = await givenSecret(to, { name: secret.name })
  await page.setViewportSize({ width: 375, height: 667 })
  await openSettings(page, user, secret)
  const { keyboard } = page
  const zone = dangerZone(page)
  await tabTo(page, zone.getByLabel('New organization'))
  await keyboard.type(to.name)
  await expect(zone.getByRole('option')).toHaveText([to.name])
  await keyboard.press('Enter')
  await tabTo(page, zone.getByRole('button', { name: 'Move', exact: true }))
  await keyboard.press('Enter')

  const dialog = page.getByRole('dialog', { name: `Move secret “${secret.name}” to ${to.name}` })
  const field = dialog.getByLabel(`Name in ${to.name}`)
  await expect(field).toBeFocused()
  await expect(field).toHaveAccessibleDescription(`${to.name} already has a secret named ${secret.name}. ${OTHER_NAME}`)
  const yes = dialog.getByRole('button', { name: `Yes, move to ${to.name}` })
  // All that somebody needs is in sight, and the fields stand in the order in which they are filled in.
  const needed = [
    dialog.getByText('1 repository stops working.'),
    dialog.getByText(`${project.name} › ${repository.name}`),
    dialog.getByText('Its limit to 1 project ends.'),
    dialog.getByText(`1 team of ${from.name} keeps access.`),
    field,
    nameField(dialog, secret),
    yes,
  ]
  for (const each of needed) await expect(each).toBeInViewport({ ratio: 1 })
  const tops = await Promise.all(needed.map(async (each) => (await each.boundingBox())?.y ?? 0))
  expect(tops).toEqual(tops.toSorted((a, b) => a - b))
  await picture(page, 'move-taken-name')

  await keyboard.type('a b')
  await expect(field).toHaveAccessibleDescription('A name has no blanks. Use a-b')
  await field.press('ControlOrMeta+A')
  const newName = `${secret.name}-moved`
  await keyboard.type(newName)
  await expect(field).toHaveAccessibleDescription(`The name ${newName} is free in ${to.name}.`)
  await keyboard.press('Enter')
  await expect(nameField(dialog, secret)).toBeFocused()
  await keyboard.type(secret.name)
  await expect(yes).toBeEnabled()
  await keyboard.press('Enter')

  await expect(page).toHaveURL(addressOf({ orgName: to.name, name: newName }))
  expect(await readSecret({ orgName: to.name, name: newName })).toMatchObject({ id: secret.id, visibility: 'PRIVATE' })
  expect((await readSecret(taken)).id).toBe(taken.id)
})

const OTHER_NAME = 'Give it another name there.'

/** With the Tab key, as far as it takes. */
async function tabTo(page: Page, what: Locator) {
  for (let key = 0; key < 40; key++) {
    if (await what.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  await expect(what).toBeFocused()
}

test('what is as it should be is folded away, below who can use it afterwards', async ({ page }) => {
  const { to, user, secret } = await givenMovable()
  await openSettings(page, user, secret)
  const dialog = await askToMove(page, secret, to)
  const free = dialog.getByText(`The name ${secret.name} is free in ${to.name}.`)
  const summary = dialog.getByText(/\d checks passed/)
  await expect(summary).toBeVisible()
  await expect(free).toBeHidden()
  await expect(dialog.getByRole('list', { name: 'Who can use it afterwards' })).toContainText('its owner')
  await picture(page, 'move')
  await summary.focus()
  await page.keyboard.press('Enter')
  await expect(free).toBeVisible()
})

test('a name taken a moment ago: shows the server’s message and keeps the typed text', { tag: '@concord' }, async ({
  page,
  expectErrors,
}) => {
  expectErrors(400, '/api/v1/org/*/secret/*')
  const { to, user, secret } = await givenMovable()
  await openSettings(page, user, secret)
  const dialog = await askToMove(page, secret, to)
  await expect(dialog.getByText(/checks passed/)).toBeVisible()
  await nameField(dialog, secret).fill(secret.name)

  await givenSecret(to, { name: secret.name })
  await confirm(dialog, secret, `Yes, move to ${to.name}`)

  await expect(dialog.getByRole('alert').filter({ hasText: `Secret already exists: ${secret.name}` })).toBeVisible()
  await expect(nameField(dialog, secret)).toHaveValue(secret.name)
  await expect(dialog.getByLabel(`Name in ${to.name}`)).toBeVisible()
  await nameField(dialog, secret).press('Enter')
  await expect(dialog.getByLabel(`Name in ${to.name}`)).toBeFocused()
  expect((await readSecret(secret)).orgName).toBe(secret.orgName)
})

test('lists the repositories and projects that lose it', { tag: '@concord' }, async ({ page }) => {
  const { from, to, user } = await givenMovable()
  const [pipeline, website] = await Promise.all([givenProject(from), givenProject(from)])
  const secret = await givenSecret(from, { by: user, projects: [pipeline, website] })
  const first = await givenRepository(pipeline, secret)
  const second = await givenRepository(website, secret)
  const losers = [`${pipeline.name} › ${first.name}`, `${website.name} › ${second.name}`]

  const zone = await openSettings(page, user, secret)
  await zone.scrollIntoViewIfNeeded()
  await expect(zone).toContainText('2 repositories stop working · Limit to 2 projects ends')
  await picture(page, 'settings')
  const dialog = await askToMove(page, secret, to)
  for (const loser of losers) await expect(dialog.getByText(loser)).toBeVisible()
  await expect(dialog).toContainText('Its limit to 2 projects ends.')
  await confirm(dialog, secret, `Yes, move to ${to.name}`)

  const outcome = page.getByRole('region', { name: `Moved from ${from.name} / ${secret.name}` })
  for (const loser of losers) await expect(outcome.getByText(loser)).toBeVisible()
  await expect(outcome).toContainText('It is no longer limited to 2 projects')

  expect((await readSecret({ orgName: to.name, name: secret.name })).projects).toEqual([])
  for (const { project, name } of [first, second]) {
    const repository = await call(path`/api/v1/org/${from.name}/project/${project}/repository/${name}`)
    expect(repository).not.toHaveProperty('secretId')
  }

  await page.reload()
  for (const loser of losers) await expect(outcome.getByText(loser)).toBeVisible()
  await outcome.getByRole('button', { name: 'Dismiss what is left to do after the move' }).click()
  await expect(outcome).toBeHidden()
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  await page.reload()
  await expect(page.getByRole('region', { name: 'Facts' })).toBeVisible()
  await expect(outcome).toBeHidden()
})

test('teams of the old organization keep their access until somebody removes it', { tag: '@concord' }, async ({
  page,
}) => {
  const { from, to, user, secret } = await givenMovable()
  const team = await givenTeam(from)
  await givenAccess(secret, team, 'WRITER')
  await openSettings(page, user, secret)

  const dialog = await askToMove(page, secret, to)
  await expect(dialog).toContainText(`1 team of ${from.name} keeps access`)
  await expect(dialog.getByText(`${team.name} (Writer)`)).toBeVisible()
  await confirm(dialog, secret, `Yes, move to ${to.name}`)

  const outcome = page.getByRole('region', { name: `Moved from ${from.name} / ${secret.name}` })
  await expect(outcome.getByText(`${team.name} (Writer)`)).toBeVisible()
  const here = { orgName: to.name, name: secret.name }
  expect(await grantsOf(here)).toEqual([team.id])
  // A dialog knows whose team that is, like the page.
  await page.goto(addressOf(here, 'settings'))
  await dangerZone(page).getByRole('button', { name: 'Delete this secret' }).click()
  await expect(page.getByRole('dialog').getByText(`${team.name} of ${from.name} (Writer)`)).toBeVisible()
  await page.keyboard.press('Escape')
  await outcome.getByRole('button', { name: 'Remove old teams’ access' }).click()
  const removal = page.getByRole('dialog', { name: `Remove the old teams’ access to ${secret.name}` })
  await removal.getByRole('button', { name: 'Yes, remove their access' }).click()
  await expect(removal).toBeHidden()
  await expect(outcome.getByText(team.name)).toBeHidden()
  expect(await grantsOf(here)).toEqual([])
})

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

const grantsOf = async ({ orgName, name }: { orgName: string; name: string }) =>
  (await call<{ teamId: string }[]>(path`/api/v1/org/${orgName}/secret/${name}/access`)).map(({ teamId }) => teamId)

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

test('the typed name is case-sensitive, and whitespace around it is ignored', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { to, user, from } = await givenMovable()
  const secret = await givenSecret(from, { by: user, name: 'Deploy-Key' })
  await openSettings(page, user, secret)
  const dialog = await askToMove(page, secret, to)
  const yes = dialog.getByRole('button', { name: `Yes, move to ${to.name}` })
  const typed = nameField(dialog, secret)

  await typed.fill('deploy-key')
  await typed.press('Enter')
  await expect(yes).toBeDisabled()
  await typed.blur()
  await expect(dialog.getByText('This is not the name. Names are case-sensitive.')).toBeVisible()
  expect((await readSecret(secret)).orgName).toBe(from.name)

  await typed.fill('')
  await page.evaluate(() => navigator.clipboard.writeText('Deploy-\nKey'))
  await typed.press('Control+V')
  await expect(typed).toHaveAccessibleDescription(/^The 2 lines became one\./)

  await typed.fill('  Deploy-Key ')
  await typed.press('Enter')
  await expect(page).toHaveURL(addressOf({ orgName: to.name, name: secret.name }))
})

test('works with the keyboard alone', async ({ page }) => {
  const { to, user, secret } = await givenMovable()
  await openSettings(page, user, secret)
  const { keyboard } = page
  const zone = dangerZone(page)
  const move = zone.getByRole('button', { name: 'Move', exact: true })

  await tabTo(page, zone.getByLabel('New organization'))
  await keyboard.type(to.name)
  // Offers only matches, even before the server has responded: Enter never selects anything else.
  await expect(zone.getByRole('option')).toHaveText([to.name])
  await keyboard.press('Enter')
  await tabTo(page, move)
  await keyboard.press('Enter')

  const dialog = page.getByRole('dialog')
  const typed = nameField(dialog, secret)
  await expect(typed).toBeFocused()
  await keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(move).toBeFocused()

  await keyboard.press('Enter')
  await expect(typed).toBeFocused()
  // Tab cycles inside the dialog.
  await tabTo(page, dialog.getByRole('button', { name: 'Cancel' }))
  await tabTo(page, typed)
  await keyboard.type(secret.name)
  await expect(dialog.getByRole('button', { name: `Yes, move to ${to.name}` })).toBeEnabled()
  await keyboard.press('Control+Enter')
  await expect(page).toHaveURL(addressOf({ orgName: to.name, name: secret.name }))
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
})

test('a click outside the dialog closes it only while nothing is typed', async ({ page }) => {
  const { to, user, secret } = await givenMovable()
  await openSettings(page, user, secret)
  const dialog = await askToMove(page, secret, to)
  await nameField(dialog, secret).fill('some')
  await page.mouse.click(5, 5)
  await expect(nameField(dialog, secret)).toHaveValue('some')

  await nameField(dialog, secret).fill('')
  // Text selected by dragging past the edge.
  await dialog.getByRole('heading').first().hover()
  await page.mouse.down()
  await page.mouse.move(5, 5)
  await page.mouse.up()
  await expect(dialog).toBeVisible()
  await page.mouse.click(5, 5)
  await expect(dialog).toBeHidden()
  await expect(dangerZone(page).getByRole('button', { name: 'Move', exact: true })).toBeFocused()
})

test('shows changes by others before anything is sent', async ({ page }) => {
  const { to, user, secret } = await givenMovable()
  await openSettings(page, user, secret)
  const dialog = await askToMove(page, secret, to)
  await call(path`/api/v1/org/${secret.orgName}/secret/${secret.name}`, { json: { visibility: 'PUBLIC' } })
  await confirm(dialog, secret, `Yes, move to ${to.name}`)

  await expect(dialog).toContainText('Nothing was sent')
  expect((await readSecret(secret)).orgName).toBe(secret.orgName)
})
