import type { Page, Request } from '@playwright/test'
import { path } from './concord.ts'
import { asUser, expect, settled, test } from './fixtures.ts'
import { givenOrg, givenSecret, givenUser } from './given.ts'

const KB = 1000

/** The compressed bytes of each kind that are transferred while `act` runs. */
async function transferred<Kind extends string>(page: Page, kinds: Kind[], act: () => Promise<void>) {
  const requests: Request[] = []
  const note = (request: Request) => {
    requests.push(request)
  }
  page.on('request', note)
  await act()
  page.off('request', note)
  const sumOf = async (kind: Kind) => {
    const ofKind = requests.filter((request) => request.resourceType() === kind)
    expect(ofKind.length, kind).toBeGreaterThan(0)
    const sizes = await Promise.all(ofKind.map(async (request) => (await request.sizes()).responseBodySize))
    return [kind, sizes.reduce((sum, size) => sum + size, 0)] as const
  }
  return Object.fromEntries(await Promise.all(kinds.map(sumOf))) as Record<Kind, number>
}

test('the sign-in page needs at most 100 kB, of which 90 are scripts', async ({ page }) => {
  const bytes = await transferred(page, ['document', 'script', 'stylesheet'], async () => {
    await page.goto('/login')
    await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
    await settled(page)
  })
  expect(bytes.script).toBeLessThan(90 * KB)
  expect(bytes.document + bytes.script + bytes.stylesheet).toBeLessThan(100 * KB)
})

test('the first list needs at most 150 kB of scripts', async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const secret = await givenSecret(org, { by: user })
  await asUser(page, user)
  const { script } = await transferred(page, ['script'], async () => {
    await page.goto('/org')
    await page.getByRole('link', { name: org.name }).click()
    await expect(page.getByRole('link', { name: secret.name })).toBeVisible()
    await settled(page)
  })
  expect(script).toBeLessThan(150 * KB)
})

test('many secrets: at most 60 rows on the page, a filter responds within 50 ms', async ({ page }) => {
  const org = await givenOrg()
  const user = await givenUser({ of: [org] })
  const numbers = Array.from({ length: 300 }, (_, number) => number)
  const inTurn = async () => {
    for (let number = numbers.pop(); number !== undefined; number = numbers.pop())
      await givenSecret(org, { by: user, name: `key-${String(number).padStart(4, '0')}` })
  }
  await Promise.all([inTurn(), inTurn(), inTurn(), inTurn()])
  await asUser(page, user)
  await page.goto(path`/org/${org.name}/secret`)
  await expect(page.getByText('1–50 of 300 secrets')).toBeVisible()
  expect(await page.getByRole('row').count()).toBeLessThanOrEqual(61)

  // From the keystroke to the next frame, measured in the browser.
  const field = page.getByRole('searchbox')
  await field.evaluate((input) => {
    input.addEventListener('input', () => {
      const started = performance.now()
      requestAnimationFrame(() => setTimeout(() => performance.measure('filter', { start: started })))
    })
  })
  const measured = () => page.evaluate(() => performance.getEntriesByName('filter').map(({ duration }) => duration))
  // The fastest keystroke, with a retry on a busy machine: other programs slow down the others.
  await expect(async () => {
    await field.fill('')
    await page.evaluate(() => performance.clearMeasures('filter'))
    await field.pressSequentially('key-01')
    await expect(page.getByText('1–50 of 100 secrets')).toBeVisible()
    await expect.poll(async () => (await measured()).length).toBeGreaterThanOrEqual(6)
    expect(Math.min(...(await measured()))).toBeLessThan(50)
  }).toPass({ timeout: 60_000 })
})
