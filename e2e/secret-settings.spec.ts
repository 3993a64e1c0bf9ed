import { call, path } from './concord.ts'
import { asUser, expect, test } from './fixtures.ts'
import {
  givenAccess,
  givenOrg,
  givenProject,
  givenRepository,
  givenRight,
  givenSecret,
  givenTeam,
  givenUser,
  keyPair,
  keyPairParts,
  type Ref,
  readSecret,
} from './given.ts'
import { picture } from './screens.ts'
import { addressOf, confirm, nameField, openSettings, pick } from './steps.ts'

async function givenOwned(visibility: 'PUBLIC' | 'PRIVATE' = 'PRIVATE') {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const secret = await givenSecret(org, { by: user, visibility })
  return { org, user, secret }
}

test('renames a private secret, which stays private and keeps its repositories', { tag: '@concord' }, async ({
  page,
}) => {
  const { org, user, secret } = await givenOwned()
  const project = await givenProject(org)
  const repository = await givenRepository(project, secret)
  await openSettings(page, user, secret)
  const newName = `${secret.name}.renamed`

  await page.getByLabel('Secret name').fill(newName)
  await page.getByRole('button', { name: 'Rename' }).click()
  const dialog = page.getByRole('dialog', { name: `Rename secret “${secret.name}” to “${newName}”` })
  await expect(dialog.getByText(`${project.name} › ${repository.name}`)).toBeVisible()
  await picture(page, 'rename')
  await confirm(dialog, secret, `Yes, rename to ${newName}`)

  await expect(page).toHaveURL(addressOf({ orgName: org.name, name: newName }, 'settings'))
  await expect(page.getByRole('heading', { level: 1, name: newName })).toBeVisible()
  await expect(page.getByRole('status').filter({ hasText: `Renamed ${secret.name} to ${newName}.` })).toBeVisible()
  expect(await readSecret({ orgName: org.name, name: newName })).toMatchObject({ id: secret.id, visibility: 'PRIVATE' })
  expect(await call(path`/api/v1/org/${org.name}/project/${project.name}/repository/${repository.name}`)).toMatchObject(
    { secretId: secret.id },
  )
})

test('rejects names that Concord would refuse or could not handle', async ({ page }) => {
  const { org, user, secret } = await givenOwned()
  const taken = await givenSecret(org)
  await openSettings(page, user, secret)
  const field = page.getByLabel('Secret name')
  const rename = page.getByRole('button', { name: 'Rename' })
  const hint = page.getByText('Type another name first.')
  await expect(hint).not.toBeInViewport()
  await expect(rename).toHaveAccessibleDescription('Type another name first.')
  await field.press('Tab')
  await expect(rename).toBeFocused()
  await expect(hint).toBeInViewport()

  await field.fill('a b')
  await rename.click()
  await expect(field).toBeFocused()
  await expect(field).toHaveAccessibleDescription('A name has no blanks. Use a-b')
  await expect(page.getByRole('dialog')).toBeHidden()

  // A paste brings what cannot be seen along.
  await field.fill(` ${taken.name}\u200b`)
  await page.getByRole('button', { name: `Use ${taken.name}` }).click()
  await expect(field).toHaveAccessibleDescription(`${org.name} has a secret with this name. Open it in a new tab`)
  await field.press('Enter')
  await expect(field).toBeFocused()
  await expect(page.getByRole('dialog')).toBeHidden()

  // Taken after it was typed.
  const free = page.waitForResponse(/\/exists$/)
  await field.fill(`${taken.name}-2`)
  await free
  await givenSecret(org, { name: `${taken.name}-2` })
  await rename.click()
  const dialog = page.getByRole('dialog')
  await nameField(dialog, secret).fill(secret.name)
  await expect(dialog).toContainText(`${org.name} already has a secret named ${taken.name}-2. Choose another name.`)
  await expect(dialog.getByRole('button', { name: `Yes, rename to ${taken.name}-2` })).toBeDisabled()
})

test('a name taken a moment ago: shows the server’s message in the dialog', async ({ page, expectErrors }) => {
  expectErrors(400, '/api/v1/org/*/secret/*')
  const { org, user, secret } = await givenOwned()
  const newName = `${secret.name}-2`
  await openSettings(page, user, secret)
  await page.getByLabel('Secret name').fill(newName)
  await page.getByRole('button', { name: 'Rename' }).click()
  const dialog = page.getByRole('dialog')
  await nameField(dialog, secret).fill(secret.name)
  const yes = dialog.getByRole('button', { name: `Yes, rename to ${newName}` })
  await expect(yes).toBeEnabled()
  await givenSecret(org, { name: newName })
  await yes.click()

  await expect(dialog.getByRole('alert')).toContainText('Secret already exists')
  await expect(nameField(dialog, secret)).toHaveValue(secret.name)
})

test('makes a secret public and private again', { tag: '@concord' }, async ({ page }) => {
  const { org, user, secret } = await givenOwned()
  await openSettings(page, user, secret)

  await page.getByRole('button', { name: 'Make public' }).click()
  const toPublic = page.getByRole('dialog', { name: `Make secret “${secret.name}” public` })
  await expect(toPublic).toContainText('Every signed-in user of this server can use it')
  await expect(toPublic).toContainText('All of them can download its value')
  await picture(page, 'make-public')
  await confirm(toPublic, secret, 'Yes, make it public')
  await expect(
    page.getByText(`It is public: every signed-in user can use it, and every member of ${org.name}`),
  ).toBeVisible()
  expect((await readSecret(secret)).visibility).toBe('PUBLIC')

  await page.getByRole('button', { name: 'Make private' }).click()
  const toPrivate = page.getByRole('dialog', { name: `Make secret “${secret.name}” private` })
  await expect(toPrivate.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await expect(toPrivate).toContainText(`${user.displayName}, its owner`)
  await picture(page, 'make-private')
  await toPrivate.getByRole('button', { name: 'Yes, make it private' }).click()
  await expect(page.getByRole('button', { name: 'Make public' })).toBeVisible()
  expect((await readSecret(secret)).visibility).toBe('PRIVATE')
})

test('shows a change by somebody else before anything is sent', async ({ page }) => {
  const { user, secret } = await givenOwned()
  await openSettings(page, user, secret)
  await page.getByLabel('Secret name').fill(`${secret.name}-new`)
  await page.getByRole('button', { name: 'Rename' }).click()
  await call(path`/api/v1/org/${secret.orgName}/secret/${secret.name}`, { json: { visibility: 'PUBLIC' } })
  const dialog = page.getByRole('dialog')
  await confirm(dialog, secret, `Yes, rename to ${secret.name}-new`)

  await expect(dialog.getByRole('alert')).toContainText('It is public now (it was private). Nothing was sent.')
  expect((await readSecret(secret)).id).toBe(secret.id)
})

test('warns a member who makes it private that they lose access too', async ({ page, expectErrors }) => {
  expectErrors(403, '/api/v2/org/*/secret/*')
  const { org, secret } = await givenOwned('PUBLIC')
  const member = await givenUser({ of: [org] })
  await openSettings(page, member, secret)
  await page.getByRole('button', { name: 'Make private' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('You lose it too')
  await dialog.getByRole('button', { name: 'Yes, make it private' }).click()
  await expect(page).toHaveURL(`${path`/org/${org.name}/secret`}?filter=${secret.name}`)
  await expect(page.getByRole('status').filter({ hasText: 'You may no longer open it.' })).toBeVisible()
})

test('if another secret has taken the name, sends nothing and says so', async ({ page }) => {
  const { org, user, secret } = await givenOwned()
  await openSettings(page, user, secret)
  await page.getByRole('button', { name: 'Make public' }).click()
  const dialog = page.getByRole('dialog')
  await nameField(dialog, secret).fill(secret.name)
  await call(path`/api/v1/org/${org.name}/secret/${secret.name}`, { method: 'DELETE' })
  const other = await givenSecret(org, { name: secret.name, by: user })
  await dialog.getByRole('button', { name: 'Yes, make it public' }).click()

  const said = page
    .getByRole('status')
    .filter({ hasText: `Another secret of ${org.name} is named ${secret.name} now.` })
  await expect(said).toBeVisible()
  await expect(dialog).toBeHidden()
  expect(await readSecret(secret)).toMatchObject({ id: other.id, visibility: 'PRIVATE' })
})

test('Ctrl+Enter submits the name and the access', async ({ page }) => {
  const { org, user, secret } = await givenOwned()
  const team = await givenTeam(org)
  await givenAccess(secret, team, 'READER')
  await openSettings(page, user, secret)
  await page.getByLabel('Secret name').fill(`${secret.name}-2`)
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('dialog', { name: /^Rename secret/ })).toBeVisible()
  await page.keyboard.press('Escape')

  await page.goto(addressOf(secret, 'access'))
  const level = page.getByLabel(`Level of ${team.name}`)
  await level.selectOption('Owner')
  await level.press('Control+Enter')
  await expect(page.getByRole('dialog', { name: /^Change access/ })).toBeVisible()
})

test('stages access for teams and saves it together', { tag: '@concord' }, async ({ page }) => {
  const { org, user, secret } = await givenOwned()
  const [builders, operators, leavers] = await Promise.all([givenTeam(org), givenTeam(org), givenTeam(org)])
  await givenAccess(secret, builders, 'READER')
  await givenAccess(secret, leavers, 'WRITER')
  await asUser(page, user)
  await page.goto(addressOf(secret, 'access'))

  const save = page.getByRole('button', { name: 'Save access' })
  await expect(save).toBeDisabled()
  await page.getByLabel(`Level of ${builders.name}`).selectOption('Owner')
  await page.getByRole('button', { name: `Remove ${leavers.name}` }).click()
  await pick(page.getByRole('main'), 'Add a team', operators.name)
  await expect(page.getByText('3 changes not saved yet')).toBeVisible()
  expect(await grants(secret)).toEqual({ [builders.name]: 'READER', [leavers.name]: 'WRITER' })

  await save.click()
  await page.getByRole('dialog').getByRole('button', { name: 'Yes, change access' }).click()
  await expect(page.getByText('Nothing to save')).toBeVisible()
  expect(await grants(secret)).toEqual({ [builders.name]: 'OWNER', [operators.name]: 'READER' })
})

test('leaving with staged access asks first', async ({ page }) => {
  const { org, user, secret } = await givenOwned()
  const team = await givenTeam(org)
  await givenAccess(secret, team, 'READER')
  await asUser(page, user)
  await page.goto(addressOf(secret, 'access'))
  await page.getByRole('button', { name: `Remove ${team.name}` }).click()
  await page.getByRole('link', { name: 'Info' }).click()
  const dialog = page.getByRole('dialog', { name: 'Leave without saving access?' })
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByText('1 change not saved yet')).toBeVisible()
  await page.getByRole('link', { name: 'Info' }).click()
  await dialog.getByRole('button', { name: 'Yes, leave without saving' }).click()
  await expect(page).toHaveURL(addressOf(secret))
})

test('warns users who are about to lock themselves out', async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const secret = await givenSecret(org)
  const team = await givenRight(secret, org, user, 'OWNER')
  await asUser(page, user)
  await page.goto(addressOf(secret, 'access'))
  await page.getByRole('button', { name: `Remove ${team.name}` }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'You lock yourself out' })).toBeVisible()
  // They could not undo it, so it is as serious as a move.
  await page.getByRole('button', { name: 'Save access' }).click()
  await expect(nameField(page.getByRole('dialog', { name: /^Change access/ }), secret)).toBeFocused()
})

test('shows the log in sentences, including entries under another name', { tag: '@concord' }, async ({ page }) => {
  const { org, user, secret } = await givenOwned()
  const newName = `${secret.name}-2`
  await call(path`/api/v1/org/${org.name}/secret/${secret.name}`, { as: user, json: { name: newName } })
  await asUser(page, user)
  await page.goto(addressOf({ orgName: org.name, name: newName }, 'audit'))
  await expect(page.getByText(user.displayName).first()).toBeVisible()
  await expect(page.getByText(/created/).first()).toBeVisible()
  await expect(page.getByText(/renamed/).first()).toBeVisible()
})

test('filters the log by action and days, also with the keyboard', async ({ page }) => {
  const { user, secret } = await givenOwned()
  await asUser(page, user)
  const address = addressOf(secret, 'audit')
  await page.goto(address)
  await expect(page.getByText('The log goes back to the creation of the secret.')).toBeVisible()
  const entry = page.getByRole('button', { name: new RegExp(`^All details: ${user.username} created it as`) })
  await entry.click()
  await expect(entry).toHaveAttribute('aria-expanded', 'true')

  await page.getByLabel('Period').selectOption('Choose days')
  const from = page.getByLabel('From', { exact: true })
  await from.focus()
  await page.keyboard.type('05052026')
  await expect(page).toHaveURL(`${address}?period=days&from=2026-05-05`)
  await expect(from).toHaveValue('2026-05-05')
  await page.getByLabel('Action').selectOption('Changed')
  await expect(page).toHaveURL(`${address}?period=days&from=2026-05-05&action=UPDATE`)
  await expect(page.getByText('Nothing in the log matches.')).toBeVisible()
  await page.getByRole('link', { name: 'Clear the filters' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  await expect(entry).toBeVisible()

  // For an offset that it cannot parse, Concord returns a 404, as if the secret did not exist.
  await page.goto(`${address}?page=99999999999`)
  await expect(page.getByText('The log ends before page 1000000.')).toBeVisible()
})

test('fingerprints a public key, warns of junk, and never shows a private key', async ({ page }) => {
  const { org, user } = await givenOwned()
  const pair = keyPair()
  const given = (publicKey: string) =>
    givenSecret(org, { by: user, parts: keyPairParts({ ...pair, public: publicKey }) })
  const show = async (secret: Ref) => {
    await page.goto(addressOf(secret))
    await page.getByRole('button', { name: 'Show public key' }).click()
  }
  await asUser(page, user)
  await show(await given(pair.public))
  await expect(page.getByText('Fingerprint SHA256:')).toBeVisible()
  await expect(page.getByText(/^MD5:/)).toBeVisible()

  await show(await given('hello world'))
  await expect(page.getByText('This is not a public key')).toBeVisible()
  await expect(page.getByText('SHA256:')).toBeHidden()

  await show(await given(pair.private))
  await expect(page.getByRole('alert')).toContainText('This public key field holds a private key. Replace the pair.')
  await expect(page.getByText('-----BEGIN')).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Copy public key' })).toBeHidden()
})

async function grants({ orgName, name }: { orgName: string; name: string }) {
  const entries = await call<{ teamName: string; level: string }[]>(path`/api/v1/org/${orgName}/secret/${name}/access`)
  return Object.fromEntries(entries.map(({ teamName, level }) => [teamName, level]))
}
