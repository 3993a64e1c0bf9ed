import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../scripts/freePort.mjs'
import { type ServerProcess, startServer } from '../tests/support/serverProcess.ts'
import { admin } from './concord.ts'
import { test as base } from './fixtures.ts'

/** A server that a story can stop and start again, always on the same port and data folder. */
export class OwnServer {
  readonly url: string
  readonly #environment: Record<string, string>
  #process: ServerProcess | undefined

  constructor(
    port: number,
    readonly dataDir: string,
  ) {
    this.url = `http://127.0.0.1:${port}`
    // The same key as the shared server's, because the vocabulary now uses this one.
    this.#environment = { PORT: String(port), ADMIN_API_KEY: admin().apiKey, LOG_LEVEL: 'silent' }
  }

  async start() {
    this.#process = await startServer(this.dataDir, this.#environment)
  }

  /** Like a machine that loses power: without notice. */
  async kill() {
    if (!this.#process?.hasEnded()) await this.#process?.end('SIGKILL')
  }

  /** Like a machine that hangs: accepts requests, but sends no responses until it is resumed or killed. */
  hold() {
    this.#process?.signal('SIGSTOP')
  }

  goOn() {
    this.#process?.signal('SIGCONT')
  }
}

/** The stories' test with its own server, used by console, browser and vocabulary. */
export const test = base.extend<{ server: OwnServer }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants to read the names of what is used.
  server: async ({}, use) => {
    const common = process.env.CONCORD_URL
    const server = new OwnServer(await freePort(), mkdtempSync(join(tmpdir(), 'concord-e2e-own-')))
    try {
      await server.start()
      process.env.CONCORD_URL = server.url
      await use(server)
    } finally {
      process.env.CONCORD_URL = common
      await server.kill()
      rmSync(server.dataDir, { recursive: true, force: true })
    }
  },
  consoleUrl: async ({ server }, use) => use(server.url),
})
