import type { Page } from '@playwright/test'
import { expectAccessible } from './axe.ts'
import { admin, path } from './concord.ts'
import { givenDirectoryUser, needsDirectory } from './directory.ts'
import { asUser, endSession, expect, test } from './fixtures.ts'
import {
  type Entry,
  givenAccess,
  givenOrg,
  givenProject,
  givenRepository,
  givenSecret,
  givenTeam,
  givenUser,
  keyPairParts,
  unique,
} from './given.ts'
import { picture } from './screens.ts'
import {
  addressOf,
  askForOwner,
  askToMove,
  chooseKind,
  create,
  createdHeading,
  dangerZone,
  newName,
  openScope,
  openSettings,
  pick,
  READ_BY_SETTINGS,
} from './steps.ts'
import { needsOurs } from './version.ts'

/* Checks each page and each open dialog with axe, and that nothing is wider than the screen, at 320 and 1280 px. */

/** An organization whose secrets have content for every part of the pages. */
async function givenWorld() {
  const [org, other] = await Promise.all([givenOrg(), givenOrg()])
  const user = await givenUser({ of: [org, other] })
  const [project, team, foreign] = await Promise.all([givenProject(org), givenTeam(org), givenTeam(other)])
  const secret = await givenSecret(org, { by: user, parts: keyPairParts(), projects: [project] })
  const open = await givenSecret(org, { by: user, visibility: 'PUBLIC', storePassword: 'Aa1!Bb2!Cc' })
  const closed = await givenSecret(org, { name: `closed-${'with-a-long-name-'.repeat(7)}` })
  await givenRepository(project, secret)
  await givenAccess(secret, team, 'WRITER')
  await givenAccess(secret, foreign, 'READER')
  return { org, other, user, project, team, secret, open, closed }
}

/** What every state has to be, and its picture for docs/screens. */
async function expectGood(page: Page, name: string) {
  await expectAccessible(page)
  await picture(page, name)
}

const opened = (page: Page, title: string | RegExp) =>
  expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()

test('signing in', async ({ page, expectErrors }) => {
  expectErrors(401, '/api/service/console/whoami')
  await page.goto('/login')
  await opened(page, 'Sign in')
  await expectGood(page, 'sign-in')
  await page.getByRole('radio', { name: 'API key' }).check()
  await page.getByRole('textbox', { name: 'API key' }).fill('bm90IGEga2V5IG9mIGFueWJvZHk')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert')).toBeVisible()
  await expectGood(page, 'sign-in-refused')

  await asUser(page, await givenUser())
  await page.reload()
  await expect(page.getByRole('button', { name: /^Continue as/ })).toBeVisible()
  await expectGood(page, 'sign-in-as-somebody-else')
})

test('lists', async ({ page, expectErrors }) => {
  expectErrors(403, '/api/v2/org/*/secret/*')
  const { org, other, user, closed, secret } = await givenWorld()
  await asUser(page, user)
  await page.goto('/org')
  await expect(page.getByRole('link', { name: org.name })).toBeVisible()
  await expectGood(page, 'organizations')
  await page.getByRole('button', { name: /^Account of/ }).click()
  await expectGood(page, 'account-menu')
  await page.keyboard.press('Escape')

  await page.goto(path`/org/${org.name}/secret`)
  await expect(page.getByRole('link', { name: closed.name })).toBeVisible()
  await expect(page.getByText('No access')).toBeVisible()
  await expectGood(page, 'secrets')
  await page.getByRole('button', { name: `Actions for ${secret.name}` }).click()
  await expectGood(page, 'secrets-row-menu')
  await page.keyboard.press('Escape')
  await page.getByRole('searchbox').fill('nothing-like-it')
  await expect(page.getByRole('link', { name: /^Create “/ })).toBeVisible()
  await expectGood(page, 'secrets-nothing-matches')

  await page.goto(path`/org/${other.name}/secret`)
  await expect(page.getByRole('link', { name: 'Create a secret' })).toBeVisible()
  await expectGood(page, 'secrets-empty')
})

test('error pages', async ({ page, expectErrors }) => {
  expectErrors(400, '/api/v1/SECRET/canCreate', '/api/v2/org/*/secret')
  expectErrors(403, '/api/v2/org/*/secret/*')
  expectErrors(404, '/api/v2/org/*/secret/*')
  const { org, user, closed } = await givenWorld()
  await asUser(page, user)
  await page.goto(addressOf(closed))
  await opened(page, /^You may not open/)
  await expectGood(page, 'no-access')
  await page.goto(addressOf({ orgName: org.name, name: 'no-such-key' }))
  await opened(page, /^There is no secret/)
  await expectGood(page, 'no-such-secret')
  await page.goto('/org/no-such-organization/secret')
  await opened(page, 'Not found')
  await expectGood(page, 'no-such-organization')
  await page.goto('/nowhere')
  await opened(page, 'No such page')
  await expectGood(page, 'no-such-page')
})

test('a secret’s tabs', async ({ page }) => {
  test.slow()
  const { user, secret, open, team } = await givenWorld()
  await asUser(page, user)
  await page.goto(addressOf(secret))
  await page
    .getByRole('button', { name: /public key/i })
    .first()
    .click()
  await expect(page.getByText('ssh-ed25519').first()).toBeVisible()
  await expectGood(page, 'info')
  await page.goto(addressOf(open))
  await opened(page, open.name)
  await expectGood(page, 'info-public')

  await page.goto(addressOf(open, 'access'))
  await expect(page.getByText('The secret is public: grants hardly matter')).toBeVisible()
  await expectGood(page, 'access-public')
  await page.goto(addressOf(secret, 'access'))
  await page.getByLabel(`Level of ${team.name}`).selectOption('Owner')
  await expectGood(page, 'access-staged')
  await page.getByRole('button', { name: 'Save access' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await expectGood(page, 'access-dialog')
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('link', { name: 'Audit' }).click()
  await expect(page.getByRole('dialog', { name: 'Leave without saving access?' })).toBeVisible()
  await expectGood(page, 'access-leave')
  await page.getByRole('button', { name: 'Yes, leave without saving' }).click()
  await expect(page.getByText(/created/).first()).toBeVisible()
  await expectGood(page, 'audit')
})

/** What a screen reader finds: a modal dialog with a name, the focus in it, and nothing of the page behind it. */
async function expectOnlyDialogInTree(page: Page) {
  const browser = await page.context().newCDPSession(page)
  const { nodes } = await browser.send('Accessibility.getFullAXTree')
  await browser.detach()
  const found = nodes.filter(({ ignored }) => !ignored)
  const byId = new Map(nodes.map((node) => [node.nodeId, node]))
  const has = (node: (typeof nodes)[number], property: string) =>
    node.properties?.some(({ name, value }) => name === property && value.value === true) === true
  const isIn = (node: (typeof nodes)[number], roles: string[]): boolean => {
    const above = node.parentId === undefined ? undefined : byId.get(node.parentId)
    return roles.includes(String(node.role?.value)) || (above !== undefined && isIn(above, roles))
  }
  const dialogs = found.filter(({ role }) => role?.value === 'dialog')
  expect(dialogs.map((node) => [Boolean(node.name?.value), has(node, 'modal')])).toEqual([[true, true]])
  const controls = found.filter(({ role }) =>
    /^(button|link|textbox|combobox|checkbox|radio)$/.test(String(role?.value)),
  )
  expect(controls.length).toBeGreaterThan(0)
  expect(controls.filter((node) => !node.name?.value || !isIn(node, ['dialog']))).toEqual([])
  expect(found.filter((node) => has(node, 'focused') && isIn(node, ['dialog']))).toHaveLength(1)
}

/** Opens a dialog, checks it, and closes it again. */
async function lookAt(page: Page, open: () => Promise<void>, name?: string) {
  await open()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toBeVisible()
  // Wait until everything is looked up, when the line about it disappears.
  await expect(dialog.getByText('…', { exact: false }).filter({ hasText: /^Look/ })).toHaveCount(0)
  await expectOnlyDialogInTree(page)
  await (name ? expectGood(page, name) : expectAccessible(page))
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
}

test('settings and the dialogs above the danger zone', async ({ page }) => {
  const { user, secret, open } = await givenWorld()
  await openSettings(page, user, secret)
  await expectAccessible(page)
  await lookAt(page, async () => {
    await page.getByLabel('Secret name').fill(`${secret.name}-new`)
    await page.getByRole('button', { name: 'Rename' }).click()
  })
  await lookAt(page, () => page.getByRole('button', { name: 'Make public' }).click())
  await openSettings(page, user, open)
  await lookAt(page, () => page.getByRole('button', { name: 'Make private' }).click())
})

test('the dialogs of the danger zone', async ({ page }) => {
  test.slow()
  const { other, user, secret } = await givenWorld()
  const heir = await givenUser()
  await openSettings(page, user, secret)
  const zone = dangerZone(page)
  await lookAt(page, async () => {
    await zone.getByRole('button', { name: 'Change projects…' }).click()
    await zone.getByRole('radio', { name: /^Every project/ }).check()
    await zone.getByRole('button', { name: 'Change projects' }).click()
  })
  await lookAt(page, async () => {
    await askForOwner(zone, heir)
  })
  await lookAt(page, () => zone.getByRole('button', { name: 'Delete this secret' }).click())
  await page.reload()
  await lookAt(page, async () => {
    await askToMove(page, secret, other)
  })
  // With an open list.
  await zone.getByLabel('New organization').fill('o')
  await expect(zone.getByRole('option').first()).toBeVisible()
  await expectGood(page, 'move-picker')
})

test('the dialog of a move with every possible problem, and the steps left after a move', async ({ page }) => {
  const { other, user, secret } = await givenWorld()
  const taken: Entry = await givenSecret(other, { name: secret.name })
  await openSettings(page, user, secret)
  const dialog = await askToMove(page, secret, other)
  await expect(dialog.getByLabel(`Name in ${other.name}`)).toBeVisible()
  await expectAccessible(page)

  await dialog.getByLabel(`Name in ${other.name}`).fill(`${taken.name}-2`)
  await dialog.getByLabel(`Type ${secret.name} to confirm`).fill(secret.name)
  await dialog.getByRole('button', { name: `Yes, move to ${other.name}` }).click()
  await expect(page.getByRole('region', { name: /^Moved from/ })).toBeVisible()
  await expectGood(page, 'moved')
})

test('the page that creates a secret, in each of its states', async ({ page }) => {
  test.slow()
  const { org, user } = await givenWorld()
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/new-secret`)
  await opened(page, 'Create a secret')
  await expectGood(page, 'create')
  for (const kind of ['Existing key pair', 'Username and password', 'File', 'New key pair', 'Single value']) {
    await chooseKind(page, kind)
    await create(page)
    await expect(newName(page)).toBeFocused()
    await expectGood(page, `create-${kind.toLowerCase().replaceAll(' ', '-')}`)
  }
  await newName(page).fill('a new secret')
  await page.getByRole('textbox', { name: 'Value' }).fill(' with blanks\nand lines\n')
  await openScope(page)
  await page.getByRole('radio', { name: /^Public/ }).check()
  await page.getByRole('radio', { name: /^Store password of your own/ }).check()
  await create(page)
  await expectGood(page, 'create-problems')
  await page.getByRole('button', { name: 'Use a-new-secret' }).click()
  await page.getByRole('radio', { name: /^Store password, made by the server/ }).check()
  await create(page)
  await expect(page.getByRole('dialog', { name: 'Create public secret a-new-secret' })).toBeVisible()
  await expectGood(page, 'create-review')
  await page.getByRole('button', { name: 'Yes, create it' }).click()
  await expect(page.getByRole('textbox', { name: 'Store password' })).toBeVisible()
  await expectGood(page, 'created')
  await page.getByRole('link', { name: 'Open secret' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await expectGood(page, 'created-leave')
})

/** 128 characters without a break opportunity. */
const longest = (what: string) => `${unique(what)}${'WideName'.repeat(16)}`.slice(0, 128)

test('the longest names fit on every page and in every dialog', async ({ page }) => {
  const [org, other] = await Promise.all([givenOrg({ name: longest('org') }), givenOrg({ name: longest('other') })])
  const user = await givenUser({ of: [org, other], displayName: `Mildred ${'Wide'.repeat(12)}` })
  const project = await givenProject(org, { name: longest('project') })
  const secret = await givenSecret(org, { name: longest('secret'), by: user, parts: keyPairParts() })
  const team = await givenTeam(org, [], longest('team'))
  await givenRepository(project, secret, longest('repository'))
  await givenAccess(secret, team, 'WRITER')
  await givenSecret(other, { name: secret.name })
  await asUser(page, user)
  await page.goto('/org')
  await expect(page.getByRole('link', { name: org.name })).toBeVisible()
  await expectAccessible(page)
  await page.goto(path`/org/${org.name}/secret`)
  const missing = longest('missing')
  await page.getByRole('searchbox').fill(missing)
  await expect(page.getByRole('link', { name: `Create “${missing}”` })).toBeVisible()
  await expectAccessible(page)

  await page.goto(addressOf(secret))
  await page.getByRole('button', { name: 'Show public key' }).click()
  await expect(page.getByRole('button', { name: `Download ${secret.name}.pub` })).toBeVisible()
  await expectAccessible(page)
  await page.goto(addressOf(secret, 'access'))
  await expect(page.getByLabel(`Level of ${team.name}`)).toBeVisible()
  await expectAccessible(page)

  await openSettings(page, user, secret)
  await expectAccessible(page)
  await lookAt(page, async () => {
    await page.getByLabel('Secret name').fill(longest('renamed'))
    await page.getByRole('button', { name: 'Rename' }).click()
  })
  await lookAt(page, () => page.getByRole('button', { name: 'Make public' }).click())
  await lookAt(page, async () => {
    await page.getByRole('button', { name: 'Change projects…' }).click()
    await dangerZone(page).getByRole('radio', { name: /^Only/ }).check()
    await pick(dangerZone(page), 'Projects', project.name)
    await page.getByRole('button', { name: 'Change projects' }).click()
  })
  await lookAt(page, () => page.getByRole('button', { name: 'Delete this secret' }).click())
  const move = await askToMove(page, secret, other)
  await move.getByLabel(`Name in ${other.name}`).fill(longest('moved'))
  await expect(move.getByText(/is free in/)).toBeVisible()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await page.goto('about:blank')

  const made = longest('made')
  await page.goto(path`/org/${org.name}/new-secret?name=${made}&kind=value`)
  await page.getByRole('textbox', { name: 'Value' }).fill('of no interest')
  await openScope(page)
  await page.getByRole('radio', { name: /^Store password, made by the server/ }).check()
  await expectAccessible(page)
  await create(page)
  await expect(page.getByRole('dialog')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Yes, create it' }).click()
  await expect(createdHeading(page, made)).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: /^Download/ }).click()
})

test('the list of sessions, and the change of the password', async ({ page, expectErrors }) => {
  await needsOurs('Concord has no such pages')
  needsDirectory()
  expectErrors(400, '/api/x/v1/password')
  const user = await givenDirectoryUser()
  await asUser(page, user)
  await page.goto('/profile/session')
  await opened(page, 'Where you are signed in')
  await expectGood(page, 'sessions')
  await page.getByRole('button', { name: /^Account of/ }).click()
  await expect(page.getByRole('menuitem', { name: 'Change password' })).toBeVisible()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await asUser(page, user)
  await page.reload()
  await lookAt(page, () => page.getByRole('button', { name: 'Sign out everywhere' }).click(), 'sign-out-everywhere')

  await page.goto('/profile/password')
  await expectGood(page, 'password')
  await page.getByLabel('Current password', { exact: true }).fill('not this one')
  await page.getByLabel('New password', { exact: true }).fill('password1234')
  await page.getByRole('main').getByRole('button', { name: 'Change password' }).click()
  await expect(page.getByRole('alert')).toBeVisible()
  await expectGood(page, 'password-refused')
  await page.goto('about:blank')

  const somebody = await givenUser({ displayName: `Mildred ${'Wide'.repeat(12)}` })
  await page.context().clearCookies()
  await asUser(page, admin())
  await page.goto(`/profile/session?user=${somebody.id}`)
  await expect(page.getByText('is not signed in anywhere')).toBeVisible()
  await expectGood(page, 'sessions-of-another-user')
  await page.goto('/profile/password')
  await expect(page.getByText('Your password cannot be changed here')).toBeVisible()
  await expectGood(page, 'password-of-a-directory')
})

test('API keys, and a string to encrypt', async ({ page }) => {
  const { org, user, project } = await givenWorld()
  await asUser(page, user)
  await page.goto('/profile/api-token')
  await page.getByLabel('Name of the new key').fill('ci-deploy')
  await page.getByRole('button', { name: 'Create API key' }).click()
  await expect(page.getByRole('textbox', { name: 'API key' })).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Download the API key' }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  await expectGood(page, 'api-keys')
  const remove = page.getByRole('row', { name: 'ci-deploy' }).getByRole('button', { name: 'Delete' })
  await lookAt(page, () => remove.click(), 'api-key-delete')

  await page.goto(path`/org/${org.name}/project/${project.name}/encrypt`)
  await page.getByRole('textbox', { name: 'Text' }).fill('of no interest')
  await page.getByRole('button', { name: 'Encrypt' }).click()
  await expect(page.getByRole('textbox', { name: 'Expression' })).toBeVisible()
  await expectGood(page, 'encrypt')
})

test('help', async ({ page }) => {
  const { user } = await givenWorld()
  await asUser(page, user)
  await page.goto('/org')
  await opened(page, 'Organizations')
  await lookAt(page, () => page.keyboard.press('?'), 'help')
})

test('the sign-in dialog over the page', async ({ page, expectErrors }) => {
  expectErrors(401, ...READ_BY_SETTINGS)
  const { user, secret } = await givenWorld()
  await asUser(page, user)
  await page.goto(addressOf(secret))
  const usedBy = page.getByRole('region', { name: 'Used by' })
  await usedBy.scrollIntoViewIfNeeded()
  await expect(usedBy.getByRole('listitem')).toHaveCount(1)
  await endSession(page)
  await page.getByRole('link', { name: 'Settings' }).click()
  await expect(page.getByRole('dialog', { name: 'Sign in again' })).toBeVisible()
  await expectGood(page, 'sign-in-again')
})
