import { expect, type Locator, type Page } from '@playwright/test'
import { path, type User } from './concord.ts'
import { asUser, type Credentials } from './fixtures.ts'
import type { Org, Ref } from './given.ts'
import { canSearchUsers } from './version.ts'

/* What people do in many stories. */

export const addressOf = ({ orgName, name }: Ref, tab = 'info') => path`/org/${orgName}/secret/${name}/` + tab

export async function openSettings(page: Page, user: Credentials, secret: Ref) {
  await asUser(page, user)
  await page.goto(addressOf(secret, 'settings'))
  await expect(page.getByRole('heading', { level: 1, name: secret.name })).toBeVisible()
  return dangerZone(page)
}

export const dangerZone = (page: Page) => page.getByRole('region', { name: 'Danger zone' })

/** Types a part of a name into a searching field and picks what it finds. */
export async function pick(scope: Locator, label: string, name: string) {
  await scope.getByLabel(label, { exact: true }).fill(name)
  await scope.getByRole('option', { name }).click()
}

/** Picks somebody, or types the id where the server cannot search. Answers what the page calls them then. */
export async function pickUser(
  scope: Locator,
  label: string,
  { id, username, displayName }: Pick<User, 'id' | 'username' | 'displayName'>,
) {
  if (await canSearchUsers()) {
    await pick(scope, label, username)
    return displayName
  }
  // That it cannot it says when it is asked for the first time.
  const field = scope.getByRole('textbox', { name: label })
  await expect(field).toHaveAccessibleDescription(/This server cannot search for users/)
  await field.fill(id)
  return id
}

/** Picks the organization and opens the pop-up of a move. */
export async function askToMove(page: Page, secret: Ref, target: Org) {
  const zone = dangerZone(page)
  await pick(zone, 'New organization', target.name)
  await zone.getByRole('button', { name: 'Move', exact: true }).click()
  return page.getByRole('dialog', { name: `Move secret “${secret.name}” to ${target.name}` })
}

/**
 * Presses *Continue* of the wizard and waits for the next step. The button is the same on every step: pressed again too
 * early it would send the old one.
 */
export async function toStep(page: Page, step: 'Value' | 'Protection and scope' | 'Review') {
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByRole('heading', { level: 2, name: step })).toBeVisible()
}

export const nameField = (dialog: Locator, { name }: Ref) => dialog.getByLabel(`Type ${name} to confirm`)

/** Types the name as the dialog asks and presses its button, which has to come on by itself. */
export async function confirm(dialog: Locator, secret: Ref, button: string) {
  await nameField(dialog, secret).fill(secret.name)
  await dialog.getByRole('button', { name: button }).click()
}
