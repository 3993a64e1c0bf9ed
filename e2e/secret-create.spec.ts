import { randomBytes } from 'node:crypto'
import type { Page } from '@playwright/test'
import { call, path, type User } from './concord.ts'
import { asUser, expect, test } from './fixtures.ts'
import { givenOrg, givenProject, givenSecret, givenUser, keyPair, type Org, readSecret, unique } from './given.ts'
import { addressOf, chooseKind, create, createAfterReview, createdHeading, newName, openScope, pick } from './steps.ts'
import { readCredentials, readKeyPair, readValue } from './value.ts'

const MIB = 1024 * 1024
/** Concord searches for primes of 2,048 bits: usually a second, sometimes many. */
const NEW_KEY = 60_000

async function givenMember() {
  const org = await givenOrg()
  return { org, user: await givenUser({ of: [org] }), name: unique('made') }
}

/** From the list to the form of the kind, with a name. */
async function begin(page: Page, { org, user, name, kind }: { org: Org; user: User; name: string; kind: string }) {
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/secret`)
  await page.getByRole('link', { name: 'Create secret' }).click()
  await chooseKind(page, kind)
  await newName(page).fill(name)
}

/** From the filled-in form to the result. */
async function finish(page: Page, name: string) {
  await create(page)
  await expect(createdHeading(page, name)).toBeFocused({ timeout: NEW_KEY })
}

test('a new key pair with a generated store password: shows both once', { tag: '@concord' }, async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { org, user, name } = await givenMember()
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
  const { org, user, name } = await givenMember()
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
  const { org, user, name } = await givenMember()
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
  const { org, user, name } = await givenMember()
  const credentials = { username: 'Jörg Grünwald', password: 'päss wörd € 🔑 "quoted" \\back' }
  await begin(page, { org, user, name, kind: 'Username and password' })
  await page.getByRole('textbox', { name: /^User ?name/i }).fill(credentials.username)
  await page.getByRole('textbox', { name: 'Password' }).fill(credentials.password)
  await finish(page, name)
  expect(await readCredentials({ orgName: org.name, name })).toEqual(credentials)
})

test('a multi-line value with outer whitespace is stored byte for byte', { tag: '@concord' }, async ({ page }) => {
  const { org, user, name } = await givenMember()
  const value = '  first line – “ä€🔑”\n\n\tindented, with a blank at the end \nlast line  \n'
  await begin(page, { org, user, name, kind: 'Single value' })
  await page.getByRole('textbox', { name: 'Value' }).fill(value)
  await expect(page.getByText('It ends with a line break, which is kept.')).toBeVisible()
  await finish(page, name)
  expect(await readValue({ orgName: org.name, name })).toEqual(Buffer.from(value))
})

test('Windows line endings can be kept', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { org, user, name } = await givenMember()
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
  const { org, user, name } = await givenMember()
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

test('a result stays, however soon it comes', async ({ page }) => {
  const { org, user, name } = await givenMember()
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/new-secret`)
  await expect(page.getByRole('heading', { level: 1, name: 'Create a secret' })).toBeVisible()
  // At once, before the address has the kind.
  await page.getByRole('radio', { name: /^New key pair/ }).evaluate((radio: HTMLInputElement, text) => {
    radio.click()
    document.execCommand('insertText', false, text)
    radio.form?.requestSubmit()
  }, name)
  await expect(createdHeading(page, name)).toBeVisible({ timeout: 60_000 })
  await expect(page).toHaveURL(/kind=new-key-pair/)
  await expect(page.getByRole('textbox', { name: 'Public key' })).toBeVisible()
})

test('accepts a file of 1 MiB of any bytes, and rejects one byte more before sending', { tag: '@concord' }, async ({
  page,
}) => {
  const { org, user, name } = await givenMember()
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
  const { org, user, name } = await givenMember()
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

test('a project that was deleted meanwhile is named and taken out; the rest stays', { tag: '@concord' }, async ({
  page,
  expectErrors,
}) => {
  // Of the database: Concord does not look for them.
  expectErrors(500, '/api/v1/org/*/secret')
  const { org, user, name } = await givenMember()
  const [stays, gone] = await Promise.all([givenProject(org), givenProject(org)])
  await begin(page, { org, user, name, kind: 'Single value' })
  const value = page.getByRole('textbox', { name: 'Value' })
  await value.fill('of no interest')
  await openScope(page)
  await pick(page.getByRole('main'), 'Projects', stays.name)
  await pick(page.getByRole('main'), 'Projects', gone.name)
  await call(path`/api/v1/org/${org.name}/project/${gone.name}`, { method: 'DELETE' })
  await create(page)
  await expect(page.getByRole('alert')).toContainText(`The project “${gone.name}” was deleted, and is taken out.`)
  await expect(page.getByRole('list', { name: 'Chosen projects' })).toHaveText(stays.name)
  await expect(value).toHaveValue('of no interest')

  await finish(page, name)
  expect(await readSecret({ orgName: org.name, name })).toMatchObject({ projects: [{ name: stays.name }] })
})

test('says that a name is taken while it is typed, and reports the server’s refusal at the field', {
  tag: '@concord',
}, async ({ page, expectErrors }) => {
  // The list, where the story begins, finds out that the other secret may not be opened.
  expectErrors(400, '/api/v1/org/*/secret')
  expectErrors(403, '/api/v2/org/*/secret/*')
  const { org, user, name } = await givenMember()
  await givenSecret(org, { name })
  await begin(page, { org, user, name, kind: 'Single value' })
  const field = newName(page)
  await expect(field).toHaveAccessibleDescription(/has a secret with this name. Open it in a new tab/)
  await expect(page.getByRole('link', { name: 'Open it in a new tab' })).toHaveAttribute(
    'href',
    addressOf({ orgName: org.name, name }),
  )
  await page.getByRole('textbox', { name: 'Value' }).fill('kept\nwhole')
  await create(page)
  await expect(field).toBeFocused()

  // Free when it was looked up, taken when the request arrives.
  const free = page.waitForResponse(/\/exists$/)
  await field.fill(`${name}-2`)
  await free
  await givenSecret(org, { name: `${name}-2` })
  await openScope(page)
  await page.getByRole('radio', { name: /^Public/ }).check()
  await createAfterReview(page, `${name}-2`)
  await expect(field).toBeFocused()
  await expect(field).toHaveAccessibleDescription(new RegExp(`Secret already exists: ${name}-2`))
  await expect(page.getByRole('textbox', { name: 'Value' })).toHaveValue('kept\nwhole')
  await field.fill(`${name}-3`)
  await createAfterReview(page, `${name}-3`)
  await expect(createdHeading(page, `${name}-3`)).toBeVisible()
  expect(await readSecret({ orgName: org.name, name: `${name}-3` })).toMatchObject({ visibility: 'PUBLIC' })
})

test('names missing input, and keeps a name with blanks as it was typed', async ({ page }) => {
  const { org, user } = await givenMember()
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/new-secret`)
  await chooseKind(page, 'Single value')
  const field = newName(page)
  await field.pressSequentially(' my deploy key')
  await expect(field).toHaveValue(' my deploy key')
  await expect(field).toHaveAccessibleDescription('A name has no blanks. Use my-deploy-key')
  await page.getByRole('button', { name: 'Use my-deploy-key' }).click()
  await expect(field).toBeFocused()
  await expect(field).toHaveValue('my-deploy-key')
  await expect(field).toHaveAccessibleDescription(/^Flows use it by this name/)

  await field.fill('')
  await create(page)
  await expect(field).toBeFocused()
  await expect(field).toHaveAccessibleDescription('Type a name.')
  await expect(page.getByRole('alert').filter({ hasText: 'Type or paste the value.' })).toBeVisible()
})

test('a reload and Back keep everything but the values, and leaving asks only for those', async ({ page }) => {
  const { org, user, name } = await givenMember()
  const project = await givenProject(org)
  await begin(page, { org, user, name, kind: 'New key pair' })
  await openScope(page)
  await page.getByRole('radio', { name: /^Public/ }).check()
  await pick(page.getByRole('main'), 'Projects', project.name)
  const expectKept = async () => {
    await expect(page.getByRole('radio', { name: /^New key pair/ })).toBeChecked()
    await expect(newName(page)).toHaveValue(name)
    await expect(page.getByText('1 project', { exact: true })).toBeVisible()
    await expect(page.getByText('Public', { exact: true }).first()).toBeVisible()
  }
  await page.reload()
  await expectKept()
  // Nothing would be lost: no question.
  await page.getByRole('link', { name: 'Cancel' }).click()
  await expect(page).toHaveURL(path`/org/${org.name}/secret`)
  await page.goBack()
  await expectKept()

  await chooseKind(page, 'Username and password')
  await expect(newName(page)).toHaveValue(name)
  await page.getByRole('textbox', { name: 'Password' }).fill('of no interest')
  await chooseKind(page, 'Single value')
  await page.getByRole('link', { name: 'Cancel' }).click()
  const guard = page.getByRole('dialog', { name: 'Leave without creating the secret?' })
  await guard.getByRole('button', { name: 'Cancel' }).click()
  await chooseKind(page, 'Username and password')
  await expect(page.getByRole('textbox', { name: 'Password' })).toHaveValue('of no interest')
  await page.getByRole('link', { name: 'Cancel' }).click()
  await guard.getByRole('button', { name: 'Yes, leave' }).click()
  await expect(page).toHaveURL(path`/org/${org.name}/secret`)

  // Another visit starts with nothing.
  await page.getByRole('link', { name: 'Create secret' }).click()
  await chooseKind(page, 'Single value')
  await expect(newName(page)).toHaveValue('')
  await expect(page.getByText('Private', { exact: true })).toBeVisible()
})

test('says when one line is made of several, and what a chosen file ends with', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { org, user, name } = await givenMember()
  await begin(page, { org, user, name, kind: 'Username and password' })
  const password = page.getByRole('textbox', { name: 'Password' })
  await page.evaluate((text) => navigator.clipboard.writeText(text), 'first\nsecond')
  await password.press('Control+V')
  await expect(page.getByText('The 2 lines became one.')).toBeVisible()
  await password.fill('')
  await expect(page.getByText('The 2 lines became one.')).toBeHidden()

  await chooseKind(page, 'Single value')
  const file = page.getByLabel('Choose a file: Value')
  await file.setInputFiles({ name: 'token', mimeType: '', buffer: Buffer.from('\ufefftoken\r\n') })
  await expect(page.getByText('It begins with a byte order mark (BOM), which is kept.')).toBeVisible()
  await page.getByRole('button', { name: 'Remove it' }).click()
  await expect(page.getByText('It ends with a line break, which is kept.')).toBeVisible()
  await expect(file).toBeFocused()
  await finish(page, name)
  expect(String(await readValue({ orgName: org.name, name }))).toBe('token\r\n')
})

test('at /secret/new is the secret of that name, or the page that creates one', async ({ page, expectErrors }) => {
  expectErrors(404, '/api/v2/org/*/secret/new')
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/secret/new?name=new`)
  await expect(page).toHaveURL(path`/org/${org.name}/new-secret?name=new`)
  await chooseKind(page, 'Single value')
  await page.getByRole('textbox', { name: 'Value' }).fill('of no interest')
  await finish(page, 'new')
  await page.goto(path`/org/${org.name}/secret/new`)
  await expect(page).toHaveURL(addressOf({ orgName: org.name, name: 'new' }))
  await expect(page.getByRole('heading', { level: 1, name: 'new' })).toBeVisible()
})

test('a value leaves no trace in URLs, storage, title, history or the page', async ({ page }) => {
  const { org, user, name } = await givenMember()
  const value = `hidden-${unique('value')}`
  // No three consecutive characters of the username, which has no capital letters.
  const storePassword = `Pass.1-${lettersOnly(12)}`
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url(), JSON.stringify(request.headers())))
  await begin(page, { org, user, name, kind: 'Single value' })
  await page.getByRole('textbox', { name: 'Value' }).fill(value)
  await openScope(page)
  await page.getByRole('radio', { name: /^Store password of your own/ }).check()
  await page.getByRole('textbox', { name: 'Store password' }).fill(storePassword)
  await create(page)
  const whileOpen = await traces(page)
  await page.getByRole('button', { name: 'Yes, create it' }).click()
  await expect(createdHeading(page, name)).toBeVisible()
  const atResult = [await traces(page), await page.content()]
  await page.getByRole('link', { name: 'Create another' }).click()
  await expect(newName(page)).toBeFocused()
  const whenBack = [await traces(page), await fieldsOf(page), await page.content()]
  await page.goto(addressOf({ orgName: org.name, name }))
  await page.getByRole('link', { name: 'Audit' }).click()
  await expect(page.getByRole('main')).toContainText('created')

  const everything = JSON.stringify([asked, whileOpen, atResult, whenBack, await traces(page), await page.content()])
  expect(everything).toContain(name)
  expect(everything).not.toContain(value)
  expect(everything).not.toContain(storePassword)
  expect(String(await readValue({ orgName: org.name, name }, { storePassword }))).toBe(value)
})

const lettersOnly = (length: number) => [...randomBytes(length)].map((byte) => 'GHJKLMNP'[byte % 8]).join('')

/** Every place where a browser stores data, besides the page itself. */
const traces = (page: Page) =>
  page.evaluate(async () => ({
    address: location.href,
    title: document.title,
    state: history.state,
    cookies: document.cookie,
    local: { ...localStorage },
    session: { ...sessionStorage },
    databases: await indexedDB.databases(),
    caches: await caches.keys(),
  }))

const fieldsOf = (page: Page) =>
  page.evaluate(() => [...document.querySelectorAll<HTMLInputElement>('input, textarea')].map(({ value }) => value))
