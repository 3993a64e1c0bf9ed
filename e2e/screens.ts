import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { DESK, resize, showIn } from './axe.ts'
import { settled } from './fixtures.ts'

/* `npm run screens` keeps pictures of the states that the stories pass through; other runs take none. */

const FOLDER = join(import.meta.dirname, '../docs/screens')
const SIZES = [{ width: 375, height: 667 }, DESK]
/** Of WebP, from 0 to 100: text stays sharp, and no picture is over 60 kB. */
const QUALITY = 50

/** Takes the state of the page at the width of a phone and of a desktop: `NAME-375.webp` and `NAME-1280.webp`. */
export async function picture(page: Page, name: string) {
  if (!process.env.SCREENS) return
  const before = page.viewportSize() ?? DESK
  await settled(page)
  await showIn(page, 'light')
  mkdirSync(FOLDER, { recursive: true })
  // Playwright's own pictures are PNG, which is three times as large.
  const browser = await page.context().newCDPSession(page)
  for (const size of SIZES) {
    await resize(page, size)
    const { data } = await browser.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY })
    writeFileSync(join(FOLDER, `${name}-${size.width}.webp`), Buffer.from(data, 'base64'))
  }
  await browser.detach()
  await resize(page, before)
}
