import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect } from './fixtures.ts'

/** A server that a story may stop and start again: always on the same port and data folder. */
export class OwnServer {
  readonly url: string
  readonly #environment: NodeJS.ProcessEnv
  #process: ChildProcess | undefined

  constructor(
    port: number,
    readonly dataDir: string,
  ) {
    this.url = `http://127.0.0.1:${port}`
    this.#environment = {
      ...process.env,
      CONCORD_URL: '',
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      // The same key as the common server's: the vocabulary speaks to this one meanwhile.
      ADMIN_API_KEY: process.env.CONCORD_ADMIN_KEY,
      SAMPLE_DATA: 'off',
      LOG_LEVEL: 'silent',
    }
  }

  async start() {
    this.#process = spawn(process.execPath, ['dist/server/main.js'], { env: this.#environment, stdio: 'ignore' })
    await expect.poll(() => this.#answers(), { timeout: 20_000 }).toBe(true)
  }

  /** As a machine that loses its power: nothing is said to anybody. */
  async kill() {
    const child = this.#process
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  /** As a machine that has come to a halt: it takes requests and answers none, until it is killed. */
  freeze() {
    this.#process?.kill('SIGSTOP')
  }

  /** As one that has much else to do: it takes requests and answers none until it goes on. */
  hold() {
    this.#process?.kill('SIGSTOP')
  }

  goOn() {
    this.#process?.kill('SIGCONT')
  }

  async #answers() {
    try {
      return (await fetch(`${this.url}/api/v1/server/ping`)).ok
    } catch {
      return false
    }
  }
}

/** The stories' test with a server of its own, to which console, browser and vocabulary speak. */
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

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('No port was given')
  return address.port
}
