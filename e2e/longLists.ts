import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { freePort } from '../scripts/freePort.mjs'
import { temporaryFolder } from '../tests/support/serverProcess.ts'
import { concordUrl, type User } from './concord.ts'
import { test as base } from './fixtures.ts'
import { givenOrg, givenSecret, givenUser, type Org } from './given.ts'
import { OwnServer } from './ownServer.ts'

/** An organization with `count` secrets key-00000, key-00001, …, every tenth one public, and a member of it. */
export type LongList = { org: Org; user: User; count: number }

/** The name of one of them. */
export const keyName = (number: number) => `key-${String(number).padStart(5, '0')}`

type Filled = { url: string; lists: LongList[] }

/** More are only inserted: by HTTP they would take minutes. */
const MAX_CREATED = 2_100

async function givenList(count: number): Promise<LongList> {
  const org = await givenOrg()
  return { org, user: await givenUser({ of: [org] }), count }
}

/** By HTTP, on a server whose data folder is not ours. */
async function create({ org, user, count }: LongList) {
  const numbers = Array.from({ length: count }, (_, number) => number)
  const inTurn = async () => {
    for (let number = numbers.pop(); number !== undefined; number = numbers.pop())
      await givenSecret(org, { by: user, name: keyName(number), visibility: number % 10 === 0 ? 'PUBLIC' : 'PRIVATE' })
  }
  await Promise.all([inTurn(), inTurn(), inTurn(), inTurn()])
}

function insert(dataDir: string, { org, user, count }: LongList) {
  const program = join(import.meta.dirname, 'insertSecrets.mjs')
  execFileSync(process.execPath, [program, dataDir, org.id, user.id, String(count)])
}

/**
 * The stories' test with lists of the given lengths, on a server of its own that has been filled while it was stopped:
 * once per worker.
 */
export const test = base.extend<{ lists: LongList[] }, { lengths: number[]; filled: Filled }>({
  lengths: [[], { scope: 'worker', option: true }],
  filled: [
    async ({ lengths }, use) => {
      if (!process.env.E2E_DATA_DIR) {
        const lists = await Promise.all(lengths.filter((count) => count <= MAX_CREATED).map(givenList))
        for (const list of lists) await create(list)
        return use({ url: concordUrl(), lists })
      }
      const { path, remove } = temporaryFolder()
      const server = new OwnServer(await freePort(), path)
      try {
        await server.start()
        const lists = await at(server.url, () => Promise.all(lengths.map(givenList)))
        await server.kill()
        for (const list of lists) insert(path, list)
        await server.start()
        await use({ url: server.url, lists })
      } finally {
        await server.kill()
        remove()
      }
    },
    { scope: 'worker', timeout: 300_000 },
  ],
  lists: async ({ filled }, use) => at(filled.url, () => use(filled.lists)),
  consoleUrl: async ({ filled, lists: _ }, use) => use(filled.url),
})

/** Runs `act` with the vocabulary's requests going there. */
async function at<T>(url: string, act: () => Promise<T>): Promise<T> {
  const common = process.env.CONCORD_URL
  process.env.CONCORD_URL = url
  try {
    return await act()
  } finally {
    process.env.CONCORD_URL = common
  }
}

export const links = (page: Page) => page.getByRole('table').getByRole('link')
export const head = (page: Page) => page.locator('.page-title .facts')

/** The requests to the API with these parameters. */
export const asking = (parameters: RegExp) => (url: URL) =>
  url.pathname.startsWith('/api/') && parameters.test(url.search)

/** The positions of the rows. */
export const layout = (page: Page) =>
  page
    .locator('main :is(h1, tr, td.primary a, select:not(.narrow-only), .table-footer)')
    .evaluateAll((elements) =>
      elements.map((element) => [
        element.matches('td a') ? element.textContent : element.tagName,
        element.getBoundingClientRect().top + window.scrollY,
      ]),
    )
