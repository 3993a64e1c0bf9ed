// The waits that a user notices, in a real Chromium: until a list is shown, and from a keystroke to the filtered rows.
import { chromium } from '@playwright/test'
import { findChromium } from '../scripts/chromium.mjs'

const ROUNDS = 5
const FILTER = 'secret-1'

/** @typedef {{ org: string, count: number }} List an organization and how many secrets it has */

/**
 * Measures the lists of two organizations in turn. Returns rows of [name, milliseconds] for `print`, and the largest
 * number of table rows in the page.
 * @param {{ url: string, key: string, few: List, many: List }} given
 */
export async function inBrowser({ url, key, few, many }) {
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  })
  try {
    const context = await browser.newContext()
    const headers = { Authorization: key, 'X-Concord-EnableSession': 'true' }
    await context.request.get(`${url}/api/service/console/whoami`, { headers })
    const page = await context.newPage()
    /** @type {Map<string, number[]>} */
    const times = new Map()
    const note = (/** @type {string} */ name, /** @type {number} */ ms) =>
      times.set(name, [...(times.get(name) ?? []), ms])
    let rows = 0
    // The first round fills the browser's cache of scripts.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const { org, count } of [few, many]) {
        const opened = performance.now()
        await page.goto(`${url}/org/${org}/secret`)
        await page.getByRole('link', { name: 'secret-0', exact: true }).waitFor()
        const shown = performance.now() - opened
        const keys = await timeKeys(page)
        rows = Math.max(rows, await page.getByRole('row').count())
        if (round === 0) continue
        note(`open the list of ${count}`, shown)
        for (const ms of keys) note(`a keystroke in the filter, ${count}`, ms)
      }
    }
    return { rows: [...times], most: rows }
  } finally {
    await browser.close()
  }
}

/**
 * From each keystroke to the frame that shows its rows, measured in the browser.
 * @param {import('@playwright/test').Page} page
 */
async function timeKeys(page) {
  const field = page.getByRole('searchbox')
  await field.evaluate((input) => {
    performance.clearMeasures('key')
    input.addEventListener('input', () => {
      const start = performance.now()
      requestAnimationFrame(() => setTimeout(() => performance.measure('key', { start })))
    })
  })
  await field.pressSequentially(FILTER)
  await page.waitForFunction((keys) => performance.getEntriesByName('key').length === keys, FILTER.length)
  return page.evaluate(() => performance.getEntriesByName('key').map(({ duration }) => duration))
}
