import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, type Page } from '@playwright/test'
import type axe from 'axe-core'

/** Half as much to send and parse as the package's main file. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const OPTIONS: axe.RunOptions = {
  runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] },
  rules: { 'target-size': { enabled: true } },
  resultTypes: ['violations'],
}
export const PHONE = { width: 320, height: 640 }
export const DESK = { width: 1280, height: 800 }

/**
 * Returns axe's findings on the current page, including an open dialog, one line per element. `@axe-core/playwright`
 * would load axe for each check, for frames that the console does not have.
 */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await untilStill(page)
  if (await page.evaluate(() => !('axe' in window))) await page.evaluate(AXE)
  const violations = await page.evaluate(async (options) => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') }
    return (await axe.run(document, options)).violations
  }, OPTIONS)
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) => `${id} (${help}) at ${target.join(' ')}: ${failureSummary}`),
  )
}

/** Resizes the window and waits for a frame of the new size. */
export async function resize(page: Page, size: { width: number; height: number }) {
  await page.setViewportSize(size)
  await page.evaluate(
    ({ width, height }) =>
      new Promise<void>((resolve) => {
        const look = () =>
          requestAnimationFrame(() => (innerWidth === width && innerHeight === height ? resolve() : look()))
        look()
      }),
    size,
  )
}

/** Changes the theme, with all its colours. */
export async function showIn(page: Page, colorScheme: 'light' | 'dark') {
  await page.emulateMedia({ colorScheme })
  await untilStill(page)
}

/** Waits until no colour is on its way to another: contrast cannot be measured in between. */
const untilStill = (page: Page) =>
  page.evaluate(async () => {
    const frame = () => new Promise(requestAnimationFrame)
    // Inside a closed <details> transitions stay in the list when they are over.
    const isChanging = () =>
      document.getAnimations().some((each) => each instanceof CSSTransition && each.playState === 'running')
    do await frame()
    while (isChanging())
  })

/**
 * Expects no axe findings and nothing wider than the screen, on a phone in light and on a desktop in dark: colours do
 * not depend on the size, so that two looks see as much as four.
 */
export async function expectAccessible(page: Page) {
  for (const [size, colorScheme] of [
    [PHONE, 'light'],
    [DESK, 'dark'],
  ] as const) {
    await resize(page, size)
    await showIn(page, colorScheme)
    const problems = await accessibilityProblems(page)
    expect.soft(problems, `${size.width} px, ${new URL(page.url()).pathname}`).toEqual([])
    await expectNoSidewaysScroll(page)
  }
}

/** WCAG 1.4.10: at 320 px, users scroll in one direction only. Names the elements that stick out. */
export async function expectNoSidewaysScroll(page: Page) {
  const sticksOut = await page.evaluate(() => {
    const width = document.documentElement.clientWidth
    const boxes = [
      document.documentElement,
      ...document.querySelectorAll<HTMLElement>(
        'dialog[open], dialog[open] :is(.dialog-body, .dialog-foot, .dialog-actions)',
      ),
    ]
    if (boxes.every((box) => box.scrollWidth <= box.clientWidth)) return []
    return [...document.querySelectorAll<HTMLElement>('body *')]
      .filter((element) => element.getBoundingClientRect().right > width + 1)
      .map((element) => `${element.tagName.toLowerCase()}.${element.className}: ${element.textContent?.slice(0, 40)}`)
      .slice(0, 8)
      .concat(`${Math.max(...boxes.map((box) => box.scrollWidth))} px wide`)
  })
  expect.soft(sticksOut, `wider than the screen, ${new URL(page.url()).pathname}`).toEqual([])
}
