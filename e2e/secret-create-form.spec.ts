import { randomBytes } from 'node:crypto'
import type { Page } from '@playwright/test'
import { call, path } from './concord.ts'
import { begin, finish, givenCreator } from './creating.ts'
import { asUser, expect, test } from './fixtures.ts'
import { givenOrg, givenProject, givenSecret, givenUser, readSecret, unique } from './given.ts'
import { addressOf, chooseKind, create, createAfterReview, createdHeading, newName, openScope, pick } from './steps.ts'
import { readValue } from './value.ts'

test('a result stays, however soon it comes', async ({ page }) => {
  const { org, user, name } = await givenCreator()
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

test('a project that was deleted meanwhile is named and taken out; the rest stays', { tag: '@concord' }, async ({
  page,
  expectErrors,
}) => {
  // Of the database: Concord does not look for them.
  expectErrors(500, '/api/v1/org/*/secret')
  const { org, user, name } = await givenCreator()
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
  const { org, user, name } = await givenCreator()
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
  const { org, user } = await givenCreator()
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
  const { org, user, name } = await givenCreator()
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
  const { org, user, name } = await givenCreator()
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
  const { org, user, name } = await givenCreator()
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
