import type { Page } from '@playwright/test'

export type Cost = { clicks: number; keys: number }

/** Counts what a person does on the page while `act` runs: clicks, those into fields too, and keys but those that type text. */
export async function costOf(page: Page, act: () => Promise<void>): Promise<Cost> {
  const cost: Cost = { clicks: 0, keys: 0 }
  const name = `count${Date.now()}`
  await page.exposeFunction(name, (what: keyof Cost) => {
    cost[what]++
  })
  // The console is one document: its links load no other.
  await page.evaluate((count) => {
    const note = (what: string) => (window as unknown as Record<string, (what: string) => void>)[count]?.(what)
    addEventListener('pointerdown', () => note('clicks'), true)
    addEventListener('keydown', ({ key }) => key.length > 1 && note('keys'), true)
  }, name)
  await act()
  return cost
}
