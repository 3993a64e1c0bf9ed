import type { Page } from '@playwright/test'
import { DESK, expectNoSidewaysScroll, PHONE, resize } from './axe.ts'
import { path } from './concord.ts'
import { asUser, expect, test } from './fixtures.ts'
import { givenOrg, givenProject, givenSecret, givenUser, keyPairParts } from './given.ts'
import { addressOf, askToMove, dangerZone } from './steps.ts'

/* What readers change themselves, and what the keyboard reaches: parts of WCAG that axe cannot see. */

/** The distances of WCAG 1.4.12, through the object model: the console's policy forbids inline styles. */
const widenText = (page: Page) =>
  page.evaluate(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(
      '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }' +
        'p { margin-bottom: 2em !important }',
    )
    document.adoptedStyleSheets = [sheet]
  })

/**
 * Elements that cut off their own text without an ellipsis. Text for screen readers only is a box of one pixel,
 * or indented out of its box.
 */
const cutOff = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('body *')]
      .filter((element) => {
        const { overflowX, overflowY, textOverflow, textIndent } = getComputedStyle(element)
        const { width, height } = element.getBoundingClientRect()
        if (width <= 1 || height <= 1 || textOverflow === 'ellipsis') return false
        if (Number.parseFloat(textIndent) > width) return false
        const hides = (overflow: string) => overflow === 'hidden' || overflow === 'clip'
        return (
          element.textContent?.trim() &&
          ((hides(overflowX) && element.scrollWidth > element.clientWidth + 1) ||
            (hides(overflowY) && element.scrollHeight > element.clientHeight + 1))
        )
      })
      .map((element) => `${element.tagName.toLowerCase()}.${element.className}: ${element.textContent?.slice(0, 60)}`),
  )

async function givenSecretToRead(page: Page) {
  const [org, other] = await Promise.all([givenOrg(), givenOrg()])
  const user = await givenUser({ of: [org, other] })
  const project = await givenProject(org)
  const secret = await givenSecret(org, { by: user, parts: keyPairParts(), projects: [project] })
  for (const visibility of ['PUBLIC', 'PRIVATE'] as const) await givenSecret(org, { by: user, visibility })
  await asUser(page, user)
  return { org, other, secret }
}

test('wider text is cut off nowhere', async ({ page }) => {
  const { org, other, secret } = await givenSecretToRead(page)
  const read = async () => {
    await widenText(page)
    for (const size of [PHONE, DESK]) {
      await resize(page, size)
      expect.soft(await cutOff(page), `cut off at ${size.width} px, ${page.url()}`).toEqual([])
      await expectNoSidewaysScroll(page)
    }
  }
  await page.goto(path`/org/${org.name}/secret`)
  await expect(page.getByRole('link', { name: secret.name })).toBeVisible()
  await read()
  await page.goto(addressOf(secret))
  await expect(page.getByRole('button', { name: 'Show public key' })).toBeVisible()
  await read()
  await page.goto(addressOf(secret, 'settings'))
  await expect(dangerZone(page)).toBeVisible()
  await read()
  await askToMove(page, secret, other)
  await expect(page.getByRole('dialog').getByLabel(`Type ${secret.name} to confirm`)).toBeVisible()
  await read()
})

/** What has the focus, and whether all of it lies outside of the window or under something else. */
const focused = (page: Page) =>
  page.evaluate(async () => {
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished))
    const element = document.activeElement
    if (!element || element === document.body) return undefined
    const { left, top, right, bottom } = element.getBoundingClientRect()
    const points = [0.1, 0.5, 0.9].flatMap((across) =>
      [0.1, 0.5, 0.9].map((down) => [left + (right - left) * across, top + (bottom - top) * down] as const),
    )
    const label = element.parentElement?.closest('label')
    const shows = points.some(([x, y]) => {
      const found = document.elementFromPoint(x, y)
      // A label may lie over the box or the dot that belongs to it.
      return found && (element.contains(found) || label?.contains(found) || found.contains(element))
    })
    const name = (part: Element | null) =>
      `${part?.tagName.toLowerCase()} ${part?.getAttribute('aria-label') ?? part?.textContent?.slice(0, 40)}`
    const above = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
    return { name: name(element), behind: shows ? undefined : `${name(above)}, at ${Math.round(top)} px` }
  })

test('the focus is hidden behind nothing, forwards and backwards', async ({ page }) => {
  const { org, secret } = await givenSecretToRead(page)
  const walk = async (key: 'Tab' | 'Shift+Tab') => {
    const seen = new Set<string>()
    for (let count = 0; count < 80; count++) {
      await page.keyboard.press(key)
      const now = await focused(page)
      if (!now && seen.size > 0) break
      if (!now) continue
      seen.add(now.name)
      expect.soft(now.behind, `hides ${now.name}, ${page.url()}`).toBeUndefined()
    }
    return seen.size
  }
  // So low that the pages scroll.
  const places = [
    [{ width: 320, height: 320 }, addressOf(secret, 'settings')],
    [{ width: 1280, height: 360 }, path`/org/${org.name}/secret`],
  ] as const
  for (const [size, address] of places) {
    await page.setViewportSize(size)
    await page.goto(address)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    expect(await walk('Tab')).toBeGreaterThan(8)
    expect(await walk('Shift+Tab')).toBeGreaterThan(8)
  }
})
