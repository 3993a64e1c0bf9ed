import { expect, test } from './fixtures.ts'
import { givenOrg, givenProject, givenRepository, givenSecret, givenUser, readSecret } from './given.ts'
import { picture } from './screens.ts'
import { confirm, nameField, openSettings, pick } from './steps.ts'

async function givenScoped(linked: 'two projects' | 'none') {
  const org = await givenOrg()
  const [first, second] = await Promise.all([givenProject(org), givenProject(org)])
  const user = await givenUser({ of: [org] })
  const secret = await givenSecret(org, { by: user, ...(linked === 'none' ? {} : { projects: [first, second] }) })
  return { org, first, second, user, secret }
}

const names = async (secret: Parameters<typeof readSecret>[0]) =>
  (await readSecret(secret)).projects.map(({ name }) => name).sort()

test('limits a secret to one project, and names the repositories that lose it', { tag: '@concord' }, async ({
  page,
}) => {
  const { first, second, user, secret } = await givenScoped('none')
  const loser = await givenRepository(second, secret)
  const zone = await openSettings(page, user, secret)
  await zone.getByRole('button', { name: 'Change projects…' }).click()

  await expect(zone.getByRole('radio', { name: /^Every/ })).toBeFocused()
  await zone.getByRole('radio', { name: 'Only these projects' }).check()
  const change = zone.getByRole('button', { name: 'Change projects' })
  const reason = zone.getByText('Choose at least one project.')
  await expect(reason).not.toBeInViewport()
  await change.click({ force: true })
  await expect(reason).toBeInViewport()
  await expect(change).toHaveAccessibleDescription('Choose at least one project.')
  await pick(zone, 'Projects', first.name)
  await change.click()

  const dialog = page.getByRole('dialog', { name: `Limit secret “${secret.name}” to 1 project` })
  await expect(dialog.getByText(`${second.name} › ${loser.name}`)).toBeVisible()
  await picture(page, 'limit-projects-failing')
  await confirm(dialog, secret, 'Yes, limit to 1 project')

  await expect(dialog).toBeHidden()
  await expect(zone).toContainText(`Only ${first.name} may use it`)
  expect(await names(secret)).toEqual([first.name])
  expect((await readSecret(secret)).visibility).toBe('PRIVATE')
})

test('removes a project that no repository needs: asks without a typed name', { tag: '@concord' }, async ({ page }) => {
  const { first, second, user, secret } = await givenScoped('two projects')
  const zone = await openSettings(page, user, secret)
  await zone.getByRole('button', { name: 'Change projects…' }).click()
  await zone.getByLabel('Projects', { exact: true }).press('Backspace')
  await page.keyboard.press('Tab')
  await zone.getByRole('button', { name: 'Change projects' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('1 project can no longer use it')
  await expect(dialog).toContainText('No repository stops working.')
  await expect(nameField(dialog, secret)).toHaveCount(0)
  await picture(page, 'limit-projects')
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await dialog.getByRole('button', { name: 'Yes, limit to 1 project' }).click()
  await expect(dialog).toBeHidden()
  await expect(zone.getByRole('button', { name: 'Change projects…' })).toBeFocused()
  expect([[first.name], [second.name]]).toContainEqual(await names(secret))
})

test('lifts the limit: asks without a typed name, and the secret stays private', { tag: '@concord' }, async ({
  page,
}) => {
  const { org, user, secret } = await givenScoped('two projects')
  const zone = await openSettings(page, user, secret)
  await zone.getByRole('button', { name: 'Change projects…' }).click()
  await zone.getByRole('radio', { name: `Every project of ${org.name}` }).check()
  await zone.getByRole('button', { name: 'Change projects' }).click()
  const dialog = page.getByRole('dialog', { name: `Allow secret “${secret.name}” for every project of ${org.name}` })
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await dialog.getByRole('button', { name: 'Yes, allow every project' }).click()

  await expect(dialog).toBeHidden()
  await expect(zone).toContainText(`Every project of ${org.name} may use it`)
  expect(await readSecret(secret)).toMatchObject({ projects: [], visibility: 'PRIVATE' })
})

test('with all projects selected, only later ones lose it', { tag: '@concord' }, async ({ page }) => {
  const { first, second, user, secret } = await givenScoped('none')
  const zone = await openSettings(page, user, secret)
  await zone.getByRole('button', { name: 'Change projects…' }).click()
  await zone.getByRole('radio', { name: 'Only these projects' }).check()
  await pick(zone, 'Projects', first.name)
  await pick(zone, 'Projects', second.name)
  await zone.getByRole('button', { name: 'Change projects' }).click()
  await expect(page.getByRole('dialog')).toContainText(
    'All projects are chosen. Those that are made later cannot use it.',
  )
})
