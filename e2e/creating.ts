import type { Page } from '@playwright/test'
import { path, type User } from './concord.ts'
import { asUser, expect } from './fixtures.ts'
import { givenOrg, givenUser, type Org, unique } from './given.ts'
import { chooseKind, create, createdHeading, newName } from './steps.ts'

/** Concord searches for primes of 2,048 bits: usually a second, sometimes many. */
export const NEW_KEY = 60_000

export async function givenCreator() {
  const org = await givenOrg()
  return { org, user: await givenUser({ of: [org] }), name: unique('made') }
}

/** From the list to the form of the kind, with a name. */
export async function begin(
  page: Page,
  { org, user, name, kind }: { org: Org; user: User; name: string; kind: string },
) {
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/secret`)
  await page.getByRole('link', { name: 'Create secret' }).click()
  await chooseKind(page, kind)
  await newName(page).fill(name)
}

/** From the filled-in form to the result. */
export async function finish(page: Page, name: string) {
  await create(page)
  await expect(createdHeading(page, name)).toBeFocused({ timeout: NEW_KEY })
}
