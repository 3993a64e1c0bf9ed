import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type Page, type Request } from '@playwright/test'

/* Counts what a job costs a person, and compares it with docs/jobs.md. `npm run screens` writes the counts there. */

const FILE = join(import.meta.dirname, '../docs/jobs.md')

export type Cost = { clicks: number; keys: number; requests: number }

/**
 * Counts what a person does on the page while `act` runs: clicks, those into fields too, and keys but those that type
 * text; and the requests to the API meanwhile.
 */
export async function costOf(page: Page, act: () => Promise<void>): Promise<Cost> {
  const cost: Cost = { clicks: 0, keys: 0, requests: 0 }
  const name = `count${Date.now()}`
  await page.exposeFunction(name, (what: 'clicks' | 'keys') => {
    cost[what]++
  })
  // The console is one document: its links load no other.
  await page.evaluate((count) => {
    const note = (what: string) => (window as unknown as Record<string, (what: string) => void>)[count]?.(what)
    addEventListener('pointerdown', () => note('clicks'), true)
    addEventListener('keydown', ({ key }) => key.length > 1 && note('keys'), true)
  }, name)
  const onRequest = (request: Request) => {
    if (new URL(request.url()).pathname.startsWith('/api/')) cost.requests++
  }
  page.on('request', onRequest)
  await act()
  page.off('request', onRequest)
  return cost
}

/** Does the job, and expects it to cost what docs/jobs.md has in the line of this name. */
export async function expectCost(page: Page, job: string, act: () => Promise<void>) {
  const { clicks, keys, requests } = await costOf(page, act)
  const document = readFileSync(FILE, 'utf8')
  const line = document.split('\n').find((each) => each.startsWith(`| ${job} |`))
  if (!line) throw new Error(`docs/jobs.md has no line “${job}”`)
  const [, , ...cells] = line.split('|').map((cell) => cell.trim())
  if (process.env.SCREENS) {
    // The most that was seen: a field that looks something up asks once or twice, depending on how fast one types.
    const written = [job, clicks, keys, Math.max(requests, Number(cells[2])), ...cells.slice(3, -1)]
    writeFileSync(FILE, document.replace(line, `| ${written.join(' | ')} |`))
    return
  }
  const [maxClicks, maxKeys, maxRequests = 0] = cells.map(Number)
  expect({ clicks, keys }, job).toEqual({ clicks: maxClicks, keys: maxKeys })
  // budgets.spec.ts has the exact limits.
  expect(requests, `requests: ${job}`).toBeLessThanOrEqual(maxRequests + 2)
}
