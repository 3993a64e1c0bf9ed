import { test as base, expect, type Page } from '@playwright/test'
import { accessibilityProblems } from './axe.ts'
import { concordUrl, type User } from './concord.ts'
import { answersOfOldServers } from './version.ts'

type Fixtures = {
  /** Declares the console errors that a story provokes: any other error fails it. */
  expectErrors: (...patterns: RegExp[]) => void
  expected: RegExp[]
  /** The URL of the console; stories with their own server override it. */
  consoleUrl: string
  watched: undefined
}

/** Playwright's test, which fails on any error in the console, on any request to another host and on what axe finds. */
export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants to read the names of what is used.
  consoleUrl: async ({}, use) => use(concordUrl()),
  baseURL: async ({ consoleUrl }, use) => use(consoleUrl),

  // biome-ignore lint/correctness/noEmptyPattern: as above
  expected: async ({}, use) => use([]),
  expectErrors: async ({ expected }, use) => use((...patterns) => void expected.push(...patterns)),

  watched: [
    async ({ context, consoleUrl, expected }, use) => {
      const problems: string[] = []
      const { host } = new URL(consoleUrl)
      context.on('console', (message) => {
        if (message.type() === 'error') problems.push(`${message.text()} (${message.location().url})`)
      })
      context.on('weberror', (error) => problems.push(String(error.error())))
      context.on('request', (request) => {
        const url = new URL(request.url())
        if (/^(https?|wss?):$/.test(url.protocol) && url.host !== host) problems.push(`request to ${url.host}`)
      })

      await use(undefined)

      const harmless = [...expected, ...(await answersOfOldServers())]
      const unexpected = problems.filter((problem) => !harmless.some((pattern) => pattern.test(problem)))
      expect(unexpected, 'errors in the console that the story did not provoke').toEqual([])
      // Checking each story's final page covers states that nobody thought of.
      for (const page of context.pages()) {
        if (page.url().startsWith(consoleUrl))
          expect(await accessibilityProblems(page), `axe, ${page.url()}`).toEqual([])
      }
    },
    { auto: true },
  ],
})

export type Credentials = Pick<User, 'apiKey'> | { username: string; password: string }

/** Signs in like the console, but without its page: sets a session cookie in the browser. */
export async function asUser(page: Page, user: Credentials) {
  const authorization =
    'apiKey' in user ? user.apiKey : `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`
  const response = await page.context().request.get('/api/service/console/whoami', {
    headers: { Authorization: authorization, 'X-Concord-EnableSession': 'true', 'X-Concord-UI-Request': 'true' },
  })
  expect(response.status()).toBe(200)
}

/** Ends the browser's session on the server, like a logout in another window; the page does not notice. */
export async function endSession(page: Page) {
  // Pending reads would be refused first, and the dialog would cover the page before the story acts.
  await page.waitForLoadState('networkidle')
  const response = await page.context().request.post('/api/service/console/logout')
  expect(response.status()).toBe(204)
}

export { expect }
