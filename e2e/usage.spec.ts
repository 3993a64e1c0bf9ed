import type { Page } from '@playwright/test'
import { call, path, send } from './concord.ts'
import { asUser, expect, settled, test } from './fixtures.ts'
import { givenOrg, givenProject, givenRepository, givenSecret, givenUser, type Org, type Ref } from './given.ts'
import { hold, onRealConcord, release } from './realConcord.ts'
import { addressOf, confirm, dangerZone, openSettings, pick } from './steps.ts'
import { needsOurs } from './version.ts'

const usedBy = (page: Page) => page.getByRole('region', { name: 'Used by' })

test('our server knows what uses a secret, also where the user may not look', async ({ page }) => {
  await needsOurs('Concord has no look-up by secret')
  const [org, other] = [await givenOrg(), await givenOrg()]
  const user = await givenUser({ of: [org] })
  const secret = await givenSecret(org, { by: user })
  const project = await givenProject(org)
  const readable = await givenRepository(project, secret)
  const locked = await givenSecret(org, { by: user, storePassword: 'Sample-Store-Pass1' })
  await givenRepository(project, locked)
  const closed = await givenProject(org, { visibility: 'PRIVATE' })
  await givenRepository(closed, secret)
  await linkElsewhere(other, secret)
  await send(path`/api/v1/org/${org.name}/secret/${secret.name}/data`, { as: user, form: {} })

  await asUser(page, user)
  await page.goto(addressOf(secret))
  const used = usedBy(page)
  await expect(used).toContainText('2 repositories')
  await expect(used.getByText(`${readable.project} › ${readable.name}`)).toBeVisible()
  await expect(used.getByText(`${other.name} / shared › site`)).toBeVisible()
  await expect(used).toContainText(`And 1 repository in projects you cannot read:${closed.name}`)
  await expect(used).toContainText(`by ${user.username}`)

  await page.getByRole('link', { name: 'Settings' }).click()
  await expect(dangerZone(page)).toContainText('3 repositories stop working')
  await expect(dangerZone(page).getByText("1 of these repositories isn't visible to you")).toHaveCount(1)
  await dangerZone(page).getByRole('button', { name: 'Change projects…' }).click()
  await dangerZone(page).getByRole('radio', { name: /^Only/ }).check()
  await pick(dangerZone(page), 'Projects', readable.project)
  await dangerZone(page).getByRole('button', { name: 'Change projects' }).click()
  // A project is not both visible and not.
  const dialog = page.getByRole('dialog', { name: /^Limit/ })
  await expect(dialog).toContainText(`1 other project can no longer use it:${closed.name}`)
  await expect(dialog).toContainText(`And 1 repository in projects you cannot read:${closed.name}`)
  await expect(dialog).not.toContainText('that you can see')
  await page.keyboard.press('Escape')

  await page.getByLabel('Secret name').fill(`${secret.name}-2`)
  await page.getByRole('button', { name: 'Rename' }).click()
  const rename = page.getByRole('dialog', { name: /^Rename/ })
  await expect(rename).toContainText(`Flows of any project of ${org.name} can use it.`)
  await expect(rename).toContainText(/API calls read it by name: the last was .+, by /)
  await expect(rename).toContainText('2 repositories keep their links, which go by the id')

  await page.goto(addressOf(locked))
  await expect(used).toContainText('No repository that you can read uses it.')
  await expect(used).toContainText('1 broken link: a repository cannot use a secret with a store password')
  await expect(used).toContainText('Link a secret without a store password there.')
})

test('links that a store password breaks are shown as broken, and stop nothing', async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const secret = await givenSecret(org, { by: user, storePassword: 'Aa1!Bb2!Cc' })
  const repository = await givenRepository(await givenProject(org), secret)
  const zone = await openSettings(page, user, secret)
  const note = '1 broken link: a repository cannot use a secret with a store password'
  await expect(zone.getByText(note)).toHaveCount(1)
  await expect(zone).not.toContainText('working')

  await zone.getByRole('button', { name: 'Delete this secret' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('No repository that you can see stops working.')
  await expect(dialog).toContainText('1 broken link: a repository cannot use a secret with a store password:')
  await expect(dialog.getByText(`${repository.project} › ${repository.name}`)).toBeVisible()
})

/** A public project of another organization that uses the secret by its id. */
async function linkElsewhere(org: Org, { id }: { id: string }) {
  const { name } = await givenProject(org, { name: 'shared' })
  const url = 'git@git.example.com:team/site.git'
  const json = { name: 'site', url, branch: 'main', secretId: id, disabled: true }
  await call(path`/api/v1/org/${org.name}/project/${name}/repository`, { json })
}

/** The projects whose repositories the page asks for. */
function projectsAsked(page: Page) {
  const asked: string[] = []
  page.on('request', (request) => {
    const project = /\/project\/([^/]+)\/repository$/.exec(new URL(request.url()).pathname)?.[1]
    if (project) asked.push(project)
  })
  return asked
}

onRealConcord(
  'a real Concord is asked for the repositories once for all secrets, when a page shows them',
  { tag: '@concord' },
  async ({ page, expectErrors }) => {
    expectErrors(404, '/api/x/v1/session')
    const org = await givenOrg()
    const user = await givenUser({ of: [org] })
    const [first, second] = [await givenSecret(org, { by: user }), await givenSecret(org, { by: user })]
    const [one, two] = [await givenProject(org), await givenProject(org)]
    const repository = await givenRepository(one, first)
    await givenRepository(two, second)
    const asked = projectsAsked(page)

    await asUser(page, user)
    await page.goto(addressOf(first, 'access'))
    await expect(page.getByText('No team was given access.')).toBeVisible()
    await settled(page)
    expect(asked).toEqual([])

    await page.getByRole('link', { name: 'Info' }).click()
    await expect(usedBy(page).getByText(`${repository.project} › ${repository.name}`)).toBeVisible()
    expect(asked.toSorted()).toEqual([one.name, two.name].toSorted())

    await page.getByRole('link', { name: org.name }).first().click()
    await page.getByRole('link', { name: second.name }).click()
    await usedBy(page).scrollIntoViewIfNeeded()
    await expect(usedBy(page)).toContainText(`${two.name} › `)
    await page.getByRole('link', { name: 'Settings' }).click()
    await dangerZone(page).scrollIntoViewIfNeeded()
    await expect(dangerZone(page)).toContainText('1 repository stops working')
    await settled(page)
    expect(asked).toHaveLength(2)
  },
)

onRealConcord(
  'more than 50 projects are only read on request, and a dialog does not pretend to know',
  async ({ page, expectErrors }) => {
    expectErrors(404, '/api/x/v1/session')
    await needsOurs('a real Concord cannot be held')
    const org = await givenOrg()
    const user = await givenUser({ of: [org] })
    const secret = await givenSecret(org, { by: user })
    const projects = await Promise.all(Array.from({ length: 51 }, () => givenProject(org)))
    const [using] = projects
    if (!using) throw new Error('No project')
    const repository = await givenRepository(using, secret)
    const asked = projectsAsked(page)

    const zone = await openSettings(page, user, secret)
    await zone.scrollIntoViewIfNeeded()
    await expect(zone).toContainText('Repositories that use it stop working (not checked yet)')
    await zone.getByRole('button', { name: 'Delete this secret' }).click()
    const dialog = page.getByRole('dialog', { name: `Delete secret “${secret.name}”` })
    await expect(dialog.getByText('Repositories that use it were not checked.')).toBeVisible()
    await confirmIsOff(page, secret)
    expect(asked).toEqual([])

    hold(/\/repository$/)
    await dialog.getByRole('button', { name: 'Check 51 projects' }).click()
    await expect(dialog).toContainText('0 of 51 projects read')
    const stop = dialog.getByRole('button', { name: 'Stop' })
    await expect(stop).toBeFocused()
    await expect.poll(() => asked.length, 'at a time').toBe(4)
    await stop.click()
    await expect(dialog.getByText('Repositories that use it were not checked.')).toBeVisible()

    release()
    await dialog.getByRole('button', { name: 'Check 51 projects' }).click()
    await expect(dialog.getByText(`${using.name} › ${repository.name}`)).toBeVisible()
    await expect(dialog).toContainText('1 repository stops working')
    await confirm(dialog, secret, 'Yes, delete this secret')
    await expect(page.getByText(`Deleted ${secret.name}.`)).toBeVisible()
  },
)

/** Also after the name was typed. */
async function confirmIsOff(page: Page, { name }: Ref) {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(`Type ${name} to confirm`).fill(name)
  const button = dialog.getByRole('button', { name: 'Yes, delete this secret' })
  await expect(button).toHaveAccessibleDescription('Tick the box to continue without the preview.')
  await expect(button).toHaveAttribute('aria-disabled', 'true')
}
