import type { Locator, Page } from '@playwright/test'
import { path } from './concord.ts'
import { asUser, expect, test } from './fixtures.ts'
import { givenOrg, givenSecret, givenUser } from './given.ts'
import { addressOf, chooseKind, dangerZone, openSettings } from './steps.ts'

const LIGHT = 'rgb(255, 255, 255)'
const DARK = 'rgb(15, 20, 25)'

const background = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
/** What the browser's own bar takes. */
const barColour = (page: Page) =>
  page.evaluate(
    () =>
      [...document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')].find(
        ({ media }) => matchMedia(media).matches,
      )?.content,
  )

/** Chromium may paint the colours before a change for a moment. */
const coloursOf = async (page: Page) => [await background(page), await barColour(page)]

/** Notes the theme of a page at the moment when it first has something to paint. */
const watchFirstPaint = (page: Page) =>
  page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.body) return
      Object.assign(window, { firstTheme: document.documentElement.style.colorScheme })
      observer.disconnect()
    }).observe(document, { childList: true, subtree: true })
  })
const firstTheme = (page: Page) => page.evaluate(() => (window as { firstTheme?: string }).firstTheme)

test('the theme is the system’s until one is chosen in the user menu, and then from the first paint on', async ({
  page,
  context,
}) => {
  await page.emulateMedia({ colorScheme: 'dark' })
  await watchFirstPaint(page)
  await page.goto('/login')
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
  await expect.poll(() => background(page)).toBe(DARK)
  await asUser(page, await givenUser())
  await page.goto('/org')
  await page.getByRole('button', { name: /^Account of/ }).click()
  const themes = page.getByRole('group', { name: 'Theme' })
  await expect(themes.getByRole('menuitemradio', { name: 'System' })).toBeChecked()
  await expect.poll(() => coloursOf(page)).toEqual([DARK, '#0f1419'])

  await page.keyboard.press('End')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Enter')
  await expect(themes.getByRole('menuitemradio', { name: 'Light' })).toBeChecked()
  await expect.poll(() => coloursOf(page)).toEqual([LIGHT, '#ffffff'])

  const other = await context.newPage()
  await other.emulateMedia({ colorScheme: 'dark' })
  await watchFirstPaint(other)
  await other.goto('/org')
  expect(await firstTheme(other)).toBe('light')
  await expect(other.getByRole('heading', { name: 'Organizations' })).toBeVisible()
  await themes.getByRole('menuitemradio', { name: 'Dark' }).click()
  await expect.poll(() => background(other)).toBe(DARK)
  await other.close()

  await page.emulateMedia({ colorScheme: 'light' })
  await page.reload()
  expect(await firstTheme(page)).toBe('dark')
  await expect.poll(() => coloursOf(page)).toEqual([DARK, '#0f1419'])
  await page.getByRole('button', { name: /^Account of/ }).click()
  await themes.getByRole('menuitemradio', { name: 'System' }).click()
  await expect.poll(() => background(page)).toBe(LIGHT)
  await expect.poll(() => coloursOf(page)).toEqual([LIGHT, '#ffffff'])
})

/** What says whether a control works. */
const look = (control: Locator) =>
  control.evaluate((element) => {
    const { backgroundColor, borderColor, color, opacity, textDecorationLine } = getComputedStyle(element)
    return { backgroundColor, borderColor, color, opacity, textDecorationLine }
  })

/** Expects each control that is off to look the same under the pointer, pressed and with the focus. */
async function expectOffToLookOff(page: Page, scope: Locator) {
  for (const control of await scope.locator('button:is(:disabled, [aria-disabled=true])').all()) {
    const before = await look(control)
    await control.hover({ force: true })
    await page.mouse.down()
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
    expect.soft(await look(control), await control.innerText()).toEqual(before)
    await page.mouse.up()
  }
}

async function givenDialog(page: Page) {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const secret = await givenSecret(org, { by: user })
  await openSettings(page, user, secret)
  return { org, secret, dialog: page.getByRole('dialog') }
}

test('what is off looks off under the pointer, and in a contrast theme of Windows', async ({ page }) => {
  const { dialog } = await givenDialog(page)
  await expectOffToLookOff(page, page.getByRole('main'))
  await dangerZone(page)
    .getByRole('button', { name: /^Delete/ })
    .click()
  const confirm = dialog.getByRole('button', { name: 'Yes, delete this secret' })
  await expect(confirm).toHaveAttribute('aria-disabled', 'true')
  await expectOffToLookOff(page, dialog)

  await page.emulateMedia({ forcedColors: 'active' })
  const [off, on] = [await look(confirm), await look(dialog.getByRole('button', { name: 'Cancel' }))]
  expect(off.color).not.toBe(on.color)
  expect(off.borderColor).not.toBe(on.borderColor)
  await expect(dialog).toHaveCSS('border-top-width', '1px')
  await page.keyboard.press('Escape')
  const tabs = page.getByRole('main').getByRole('link', { name: /^(Info|Settings)$/ })
  const [info, settings] = [await look(tabs.first()), await look(tabs.last())]
  expect(settings.borderColor).not.toBe(info.borderColor)
})

test('on paper are facts and tables, but no buttons and no value', async ({ page }) => {
  const { org, secret } = await givenDialog(page)
  const shown = (selector: string) => page.locator(selector).filter({ visible: true })
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
  for (const address of [addressOf(secret), addressOf(secret, 'access'), path`/org/${org.name}/secret`]) {
    await page.goto(address)
    await expect(page.getByText(address.endsWith('secret') ? secret.name : 'Private').first()).toBeVisible()
    await expect(shown(':is(button, .button):not(thead *), select, input, .bar')).toHaveCount(0)
    expect(await background(page)).toBe(LIGHT)
  }

  await page.emulateMedia({ media: 'screen' })
  await page.goto(path`/org/${org.name}/new-secret`)
  await chooseKind(page, 'Single value')
  const value = page.getByRole('textbox', { name: 'Value' })
  await value.fill('never on paper')
  await page.getByRole('button', { name: 'Show value' }).click()
  await page.emulateMedia({ media: 'print' })
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(value).toBeHidden()
  expect(await page.getByRole('main').innerText()).not.toContain('never on paper')
  await page.emulateMedia({ media: 'screen' })
  await value.fill('')
})
