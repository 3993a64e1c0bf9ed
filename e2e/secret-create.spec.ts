import { randomBytes } from 'node:crypto'
import { call, path } from './concord.ts'
import { begin, finish, givenCreator, NEW_KEY } from './creating.ts'
import { expect, test } from './fixtures.ts'
import { givenProject, keyPair, readSecret } from './given.ts'
import { addressOf, create, createAfterReview, createdHeading, openScope, pick } from './steps.ts'
import { readCredentials, readKeyPair, readValue } from './value.ts'

const MIB = 1024 * 1024
test('a new key pair with a generated store password: shows both once', { tag: '@concord' }, async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { org, user, name } = await givenCreator()
  await begin(page, { org, user, name, kind: 'New key pair' })
  await openScope(page)
  await page.getByRole('radio', { name: /^Store password, made by the server/ }).check()
  await expect(page.getByText('A repository cannot use it: it has no way to give the store password.')).toBeVisible()
  await createAfterReview(page, name)
  await expect(createdHeading(page, name)).toBeFocused({ timeout: NEW_KEY })

  const shown = page.getByRole('textbox', { name: 'Store password' })
  await expect(shown).toHaveAttribute('type', 'text')
  const storePassword = await shown.inputValue()
  const publicKey = await page.getByRole('textbox', { name: 'Public key' }).inputValue()
  expect(storePassword).toHaveLength(12)
  expect(publicKey).toMatch(/^ssh-rsa AAAA/)

  const guard = page.getByRole('dialog', { name: 'Leave without saving what is shown once?' })
  for (const wayOut of ['Open secret', 'Give a team access', 'Create another']) {
    await page.getByRole('link', { name: wayOut }).click()
    await expect(guard).toContainText('Without it the value can never be read.')
    await guard.getByRole('button', { name: 'Cancel' }).click()
  }

  await page.getByRole('button', { name: 'Copy the store password' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Copied' })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(storePassword)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the public key' }).click(),
  ])
  expect(download.suggestedFilename()).toBe(`${name}.pub`)
  await page.getByRole('link', { name: 'Open secret' }).click()
  await expect(page).toHaveURL(addressOf({ orgName: org.name, name }))

  const stored = await readKeyPair({ orgName: org.name, name }, { storePassword })
  expect(stored.public.trim()).toBe(publicKey.trim())
  expect(stored.private).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/)
  expect(await readSecret({ orgName: org.name, name })).toMatchObject({
    type: 'KEY_PAIR',
    encryptedBy: 'PASSWORD',
    visibility: 'PRIVATE',
    owner: { id: user.id },
  })
})

test('an existing key pair, one half pasted and one from a file', { tag: '@concord' }, async ({ page }) => {
  const { org, user, name } = await givenCreator()
  const pair = keyPair()
  await begin(page, { org, user, name, kind: 'Existing key pair' })
  await page.getByRole('textbox', { name: 'Public key' }).fill(pair.public)
  await page
    .getByLabel('Choose a file: Private key')
    .setInputFiles({ name: 'id_ed25519', mimeType: 'application/octet-stream', buffer: Buffer.from(pair.private) })
  await expect(page.getByText('id_ed25519')).toBeVisible()
  await finish(page, name)
  expect(await readKeyPair({ orgName: org.name, name })).toEqual(pair)
})

test('a key pair is looked at before it is sent: swapped, mended, matched', async ({ page }) => {
  const { org, user, name } = await givenCreator()
  const pair = keyPair()
  const publicKey = page.getByRole('textbox', { name: 'Public key' })
  const privateKey = page.getByRole('textbox', { name: 'Private key' })
  await begin(page, { org, user, name, kind: 'Existing key pair' })

  // Concord would store it, and show it to every reader.
  await publicKey.fill(pair.private)
  await privateKey.fill(pair.public)
  await expect(page.getByText('This is a private key. Every reader of the secret would see it.')).toBeVisible()
  await create(page)
  await expect(publicKey).toBeFocused()
  await page.getByRole('button', { name: 'Swap them' }).click()
  await expect(publicKey).toHaveValue(pair.public)
  await expect(page.getByRole('status').filter({ hasText: 'matches the private key' })).toBeVisible()

  // Every field says what is wrong, and what its fix changes.
  for (const other of [keyPair().public, 'hello world']) {
    await publicKey.fill(other)
    const words = other === 'hello world' ? 'This is not a public key' : 'It does not match the private key.'
    await expect(page.getByText(words)).toBeVisible()
    await expect(page.getByText('Puts the public half of the private key here.')).toBeVisible()
  }
  await page.getByRole('button', { name: 'Fix', exact: true }).click()
  await expect(publicKey).toBeFocused()
  await expect(publicKey).toHaveValue(pair.public.replace(/ story.*/, ''))
  const file = { name: 'id_ed25519', mimeType: '', buffer: Buffer.from(pair.private.replaceAll('\n', '\r\n')) }
  await page.getByLabel('Choose a file: Private key').setInputFiles(file)
  await expect(page.getByText('Its lines end with CRLF.')).toContainText('Removes 3 carriage returns.')
  await page.getByRole('button', { name: 'Fix', exact: true }).click()
  await expect(page.getByText(/carriage return/)).toBeHidden()
  await finish(page, name)
  expect(await readKeyPair({ orgName: org.name, name })).toEqual({
    ...pair,
    public: pair.public.replace(/ story.*/, ''),
  })
})

test('username and password outside of ASCII', { tag: '@concord' }, async ({ page }) => {
  const { org, user, name } = await givenCreator()
  const credentials = { username: 'Jörg Grünwald', password: 'päss wörd € 🔑 "quoted" \\back' }
  await begin(page, { org, user, name, kind: 'Username and password' })
  await page.getByRole('textbox', { name: /^User ?name/i }).fill(credentials.username)
  await page.getByRole('textbox', { name: 'Password' }).fill(credentials.password)
  await finish(page, name)
  expect(await readCredentials({ orgName: org.name, name })).toEqual(credentials)
})

test('a multi-line value with outer whitespace is stored byte for byte', { tag: '@concord' }, async ({ page }) => {
  const { org, user, name } = await givenCreator()
  const value = '  first line – “ä€🔑”\n\n\tindented, with a blank at the end \nlast line  \n'
  await begin(page, { org, user, name, kind: 'Single value' })
  await page.getByRole('textbox', { name: 'Value' }).fill(value)
  await expect(page.getByText('It ends with a line break, which is kept.')).toBeVisible()
  await finish(page, name)
  expect(await readValue({ orgName: org.name, name })).toEqual(Buffer.from(value))
})

test('Windows line endings can be kept', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { org, user, name } = await givenCreator()
  const value = 'one\r\ntwo\r\n'
  await begin(page, { org, user, name, kind: 'Single value' })
  await page.evaluate((text) => navigator.clipboard.writeText(text), value)
  await page.getByRole('textbox', { name: 'Value' }).press('Control+V')
  await page.getByRole('button', { name: 'Keep CRLF' }).click()
  await expect(page.getByText('Every line ends with CRLF, as pasted.')).toBeVisible()
  await finish(page, name)
  expect(String(await readValue({ orgName: org.name, name }))).toBe(value)
})

test('keeping line endings for one value does not affect the next', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { org, user, name } = await givenCreator()
  await begin(page, { org, user, name, kind: 'Single value' })
  const field = page.getByRole('textbox', { name: 'Value' })
  const paste = async (text: string) => {
    await page.evaluate((value) => navigator.clipboard.writeText(value), text)
    await field.press('Control+A')
    await field.press('Control+V')
  }
  await paste('one\r\ntwo\r\n')
  await page.getByRole('button', { name: 'Keep CRLF' }).click()
  await expect(page.getByText('Every line ends with CRLF, as pasted.')).toBeVisible()
  await expect(field).toBeFocused()

  await paste('three\nfour\n')
  await expect(page.getByText(/CRLF/)).toBeHidden()
  await paste('one\r\ntwo\r\n')
  await page.getByRole('button', { name: 'Keep CRLF' }).click()
  await field.fill('')
  await field.pressSequentially('five\nsix')
  await expect(page.getByText(/CRLF/)).toBeHidden()
  await finish(page, name)
  expect(String(await readValue({ orgName: org.name, name }))).toBe('five\nsix')
})

test('accepts a file of 1 MiB of any bytes, and rejects one byte more before sending', { tag: '@concord' }, async ({
  page,
}) => {
  const { org, user, name } = await givenCreator()
  const buffer = randomBytes(MIB)
  await begin(page, { org, user, name, kind: 'File' })
  const file = page.getByLabel('Choose a file: File')
  await file.setInputFiles({ name: 'large.bin', mimeType: '', buffer: Buffer.concat([buffer, Buffer.from('!')]) })
  await expect(page.getByText(/It has 1,048,577 bytes; Concord stores at most 1 MiB/)).toBeVisible()
  await create(page)
  await expect(file).toBeFocused()

  await page.getByRole('button', { name: 'Remove' }).click()
  await expect(file).toBeFocused()
  await file.setInputFiles({ name: 'full.bin', mimeType: '', buffer })
  await finish(page, name)
  expect((await readValue({ orgName: org.name, name })).equals(buffer)).toBe(true)
})

test('checks a chosen store password while it is typed; projects limit the secret', { tag: '@concord' }, async ({
  page,
}) => {
  const { org, user, name } = await givenCreator()
  const project = await givenProject(org)
  const storePassword = 'Gehëim1 pass'
  await begin(page, { org, user, name, kind: 'Single value' })
  await page.getByRole('textbox', { name: 'Value' }).fill('of no interest')
  await openScope(page)
  await page.getByRole('radio', { name: /^Store password of your own/ }).check()
  const field = page.getByRole('textbox', { name: 'Store password' })
  const rules = page.getByRole('list', { name: 'Rules for store passwords' })
  await field.fill(user.username)
  await expect(rules.getByRole('listitem').filter({ hasText: 'An uppercase letter' })).toContainText(': not yet')
  await expect(rules.getByRole('listitem').filter({ hasText: 'No three consecutive characters' })).toContainText(
    ': not yet',
  )
  await openScope(page)
  await create(page)
  await expect(field).toBeFocused()
  await expect(field).toHaveAccessibleDescription('The password does not follow every rule below yet.')

  await field.fill(storePassword)
  await expect(rules.getByText(': not yet')).toHaveCount(0)
  await pick(page.getByRole('main'), 'Projects', project.name)
  await create(page)
  const review = page.getByRole('dialog', { name: `Create secret ${name}` })
  await expect(review.getByRole('definition').filter({ hasText: project.name })).toBeVisible()
  await expect(review).not.toContainText(storePassword)
  await review.getByRole('button', { name: 'Yes, create it' }).click()
  await expect(createdHeading(page, name)).toBeVisible()
  expect(await readSecret({ orgName: org.name, name })).toMatchObject({
    encryptedBy: 'PASSWORD',
    projects: [{ name: project.name }],
  })

  // Only processes of its projects can read a limited value; without the limit, it can be read here.
  await call(path`/api/v1/org/${org.name}/secret/${name}`, { json: { orgId: org.id, projectName: '' } })
  expect(String(await readValue({ orgName: org.name, name }, { storePassword }))).toBe('of no interest')
})
