import { expect, type Locator, type Page } from '@playwright/test'
import { path, type User } from './concord.ts'
import { asUser, type Credentials } from './fixtures.ts'
import type { Org, Ref } from './given.ts'
import { canSearchUsers } from './version.ts'

/* Steps shared by many stories. */

export const addressOf = ({ orgName, name }: Ref, tab = 'info') => path`/org/${orgName}/secret/${name}/` + tab

/** What the settings of a secret read when one gets there from another of its tabs. */
export const READ_BY_SETTINGS = [
  ...['/api/service/console/whoami', '/api/service/console/userInfo'],
  ...['/api/v1/org/*', '/api/v1/org/*/team', '/api/v1/org/*/secret/*/access'],
]

export async function openSettings(page: Page, user: Credentials, secret: Ref) {
  await asUser(page, user)
  await page.goto(addressOf(secret, 'settings'))
  await expect(page.getByRole('heading', { level: 1, name: secret.name })).toBeVisible()
  return dangerZone(page)
}

export const dangerZone = (page: Page) => page.getByRole('region', { name: 'Danger zone' })

/** The input of a picker. */
export const picker = (scope: Locator | Page, label: string) =>
  scope.getByRole('combobox', { name: label, exact: true })

/** Types a name into a picker and picks the match. */
export async function pick(scope: Locator, label: string, name: string) {
  await picker(scope, label).fill(name)
  await scope.getByRole('option', { name }).first().click()
}

/** Picks a user, or types the id if the server cannot search. Returns the name shown on the page. */
export async function pickUser(
  scope: Locator,
  label: string,
  { id, username, displayName }: Pick<User, 'id' | 'username' | 'displayName'>,
) {
  if (await canSearchUsers()) {
    await pick(scope, label, username)
    return `${displayName} (${username})`
  }
  const field = scope.getByRole('textbox', { name: label })
  await expect(field).toHaveAccessibleDescription(/This server cannot search for users/)
  await field.fill(id)
  return id
}

/** Picks the new owner and opens the dialog. Returns the name shown on the page. */
export async function askForOwner(zone: Locator, heir: Parameters<typeof pickUser>[2]) {
  await zone.getByRole('button', { name: 'Change owner…' }).click()
  const title = await pickUser(zone, 'New owner', heir)
  await zone.getByRole('button', { name: 'Change owner', exact: true }).click()
  return title
}

/** Picks the organization and opens the dialog of a move. */
export async function askToMove(page: Page, secret: Ref, target: Org) {
  const zone = dangerZone(page)
  await pick(zone, 'New organization', target.name)
  await zone.getByRole('button', { name: 'Move', exact: true }).click()
  return page.getByRole('dialog', { name: `Move secret “${secret.name}” to ${target.name}` })
}

/* On the page that creates a secret: */

export const chooseKind = (page: Page, kind: string) =>
  page.getByRole('radio', { name: new RegExp(`^${kind}`) }).click()

export const newName = (page: Page) => page.getByRole('textbox', { name: 'Name', exact: true })

/** Opens *Protection*, *Visibility* and *Projects*. */
export const openScope = (page: Page) => page.getByRole('button', { name: /^Change protection/ }).click()

export const create = (page: Page) => page.getByRole('button', { name: 'Create secret' }).click()

/** Creates what is unusual: the console asks first. */
export async function createAfterReview(page: Page, name: string) {
  await create(page)
  const review = page.getByRole('dialog', { name: new RegExp(`^Create (public )?secret ${name}$`) })
  await review.getByRole('button', { name: 'Yes, create it' }).click()
}

export const createdHeading = (page: Page, name: string) =>
  page.getByRole('heading', { level: 1, name: `“${name}” is created.` })

export const nameField = (dialog: Locator, { name }: Ref) => dialog.getByLabel(`Type ${name} to confirm`)

/** Types the name that the dialog asks for and presses its button, which must become enabled. */
export async function confirm(dialog: Locator, secret: Ref, button: string | RegExp) {
  await nameField(dialog, secret).fill(secret.name)
  await dialog.getByRole('button', { name: button }).click()
}

/** With the Tab key, as far as it takes. */
export async function tabTo(page: Page, what: Locator) {
  for (let key = 0; key < 40; key++) {
    if (await what.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  await expect(what).toBeFocused()
}
