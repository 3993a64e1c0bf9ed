import { call, path } from './concord.ts'
import { expect, test } from './fixtures.ts'
import { givenMovable, givenSecret, readSecret } from './given.ts'
import { addressOf, askToMove, confirm, dangerZone, nameField, openSettings, tabTo } from './steps.ts'

test('the typed name is case-sensitive, and whitespace around it is ignored', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { to, user, from } = await givenMovable()
  const secret = await givenSecret(from, { by: user, name: 'Deploy-Key' })
  await openSettings(page, user, secret)
  const dialog = await askToMove(page, secret, to)
  const yes = dialog.getByRole('button', { name: `Yes, move to ${to.name}` })
  const typed = nameField(dialog, secret)

  await typed.fill('deploy-key')
  await typed.press('Enter')
  await expect(yes).toBeDisabled()
  await typed.blur()
  await expect(dialog.getByText('This is not the name. Names are case-sensitive.')).toBeVisible()
  expect((await readSecret(secret)).orgName).toBe(from.name)

  await typed.fill('')
  await page.evaluate(() => navigator.clipboard.writeText('Deploy-\nKey'))
  await typed.press('Control+V')
  await expect(typed).toHaveAccessibleDescription(/^The 2 lines became one\./)

  await typed.fill('  Deploy-Key ')
  await typed.press('Enter')
  await expect(page).toHaveURL(addressOf({ orgName: to.name, name: secret.name }))
})

test('works with the keyboard alone', async ({ page }) => {
  const { to, user, secret } = await givenMovable()
  await openSettings(page, user, secret)
  const { keyboard } = page
  const zone = dangerZone(page)
  const move = zone.getByRole('button', { name: 'Move', exact: true })

  await tabTo(page, zone.getByLabel('New organization'))
  await keyboard.type(to.name)
  // Offers only matches, even before the server has responded: Enter never selects anything else.
  await expect(zone.getByRole('option')).toHaveText([to.name])
  await keyboard.press('Enter')
  await tabTo(page, move)
  await keyboard.press('Enter')

  const dialog = page.getByRole('dialog')
  const typed = nameField(dialog, secret)
  await expect(typed).toBeFocused()
  await keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(move).toBeFocused()

  await keyboard.press('Enter')
  await expect(typed).toBeFocused()
  // Tab cycles inside the dialog.
  await tabTo(page, dialog.getByRole('button', { name: 'Cancel' }))
  await tabTo(page, typed)
  await keyboard.type(secret.name)
  await expect(dialog.getByRole('button', { name: `Yes, move to ${to.name}` })).toBeEnabled()
  await keyboard.press('Control+Enter')
  await expect(page).toHaveURL(addressOf({ orgName: to.name, name: secret.name }))
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
})

test('a click outside the dialog closes it only while nothing is typed', async ({ page }) => {
  const { to, user, secret } = await givenMovable()
  await openSettings(page, user, secret)
  const dialog = await askToMove(page, secret, to)
  await nameField(dialog, secret).fill('some')
  await page.mouse.click(5, 5)
  await expect(nameField(dialog, secret)).toHaveValue('some')

  await nameField(dialog, secret).fill('')
  // Text selected by dragging past the edge.
  await dialog.getByRole('heading').first().hover()
  await page.mouse.down()
  await page.mouse.move(5, 5)
  await page.mouse.up()
  await expect(dialog).toBeVisible()
  await page.mouse.click(5, 5)
  await expect(dialog).toBeHidden()
  await expect(dangerZone(page).getByRole('button', { name: 'Move', exact: true })).toBeFocused()
})

test('shows changes by others before anything is sent', async ({ page }) => {
  const { to, user, secret } = await givenMovable()
  await openSettings(page, user, secret)
  const dialog = await askToMove(page, secret, to)
  await call(path`/api/v1/org/${secret.orgName}/secret/${secret.name}`, { json: { visibility: 'PUBLIC' } })
  await confirm(dialog, secret, `Yes, move to ${to.name}`)

  await expect(dialog).toContainText('Nothing was sent')
  expect((await readSecret(secret)).orgName).toBe(secret.orgName)
})
