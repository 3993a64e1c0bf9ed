import { call, path, send } from './concord.ts'
import { asUser, expect, test } from './fixtures.ts'
import {
  givenAccess,
  givenMovable,
  givenProject,
  givenRepository,
  givenSecret,
  givenTeam,
  readSecret,
} from './given.ts'
import { picture } from './screens.ts'
import { addressOf, askToMove, confirm, dangerZone, nameField, openSettings, pick, tabTo } from './steps.ts'
import { readValue } from './value.ts'

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

const grantsOf = async ({ orgName, name }: { orgName: string; name: string }) =>
  (await call<{ teamId: string }[]>(path`/api/v1/org/${orgName}/secret/${name}/access`)).map(({ teamId }) => teamId)
