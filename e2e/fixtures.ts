import { type BrowserContext, test as base, expect, type Page, type Request } from '@playwright/test'
import { accessibilityProblems } from './axe.ts'
import { concordUrl, type User } from './concord.ts'
import { answersOfOldServers } from './version.ts'

type Fixtures = {
  /**
   * Declares the console errors that a story provokes: a status (or `net::ERR_` if no server answers) and the paths that
   * get it. `*` is one segment of a path, `**` any number, for a server that is down. Any other error fails the story.
   */
  expectErrors: (status: number | 'net::ERR_', ...paths: string[]) => void
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
  expectErrors: async ({ expected }, use) =>
    use((status, ...paths) => void expected.push(...paths.map((path) => errorAt(status, path)))),

  watched: [
    async ({ context, consoleUrl, expected }, use) => {
      const problems: string[] = []
      const { host } = new URL(consoleUrl)
      context.on('console', (message) => {
        if (message.type() === 'error') problems.push(`${message.text()} (${message.location().url})`)
      })
      context.on('weberror', (error) => problems.push(String(error.error())))
      const unanswered = new Set<Request>()
      requests.set(context, unanswered)
      context.on('requestfinished', (request) => unanswered.delete(request))
      context.on('requestfailed', (request) => unanswered.delete(request))
      context.on('request', (request) => {
        unanswered.add(request)
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

/** The browser's words about a failed request, with its address. */
function errorAt(status: number | 'net::ERR_', path: string) {
  const words = status === 'net::ERR_' ? status : `status of ${status} `
  const pattern = path.replaceAll('.', '\\.').replaceAll(/\*\*?/g, (stars) => (stars === '**' ? '.*' : '[^/?]+'))
  return new RegExp(`${words}.*\\(https?://[^/]+${pattern}(\\?.*)?\\)$`)
}

/** What each browser has asked and got no answer to yet. */
const requests = new WeakMap<BrowserContext, Set<Request>>()

/** Waits until the page has all that it asked for, and has asked for nothing more after showing it. */
export async function settled(page: Page) {
  const unanswered = () => requests.get(page.context())?.size ?? 0
  do {
    await expect.poll(unanswered, 'requests without an answer').toBe(0)
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
  } while (unanswered() > 0)
}

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
  await settled(page)
  const response = await page.context().request.post('/api/service/console/logout')
  expect(response.status()).toBe(204)
}

export { expect }
