import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type ServerProcess, startServer, temporaryFolder } from '../../tests/support/serverProcess.ts'

/*
 * What a process hides from others, and what it tells browsers behind https. Started like `npm start`, without code
 * from strings, so everything has to work without it, including request validation.
 */

// Each test starts processes, possibly on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const NO_CODE_FROM_STRINGS = '--disallow-code-generation-from-strings'
const COREDUMP_FILTER = (pid: number | undefined) => `/proc/${pid}/coredump_filter`

const concord = createServer((_, response) => response.end('fine'))

beforeAll(async () => {
  concord.listen(0, '127.0.0.1')
  await once(concord, 'listening')
})
afterAll(() => {
  concord.close()
})

test('npm start disables code generation from strings', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  expect(scripts.start).toBe(`node ${NO_CODE_FROM_STRINGS} scripts/start.mjs`)
})

describe.each(['server', 'gateway'])('a %s', (mode) => {
  const folder = temporaryFolder()
  let server: ServerProcess
  beforeAll(async () => {
    const { port } = concord.address() as AddressInfo
    server = await startServer(folder.path, {
      NODE_OPTIONS: NO_CODE_FROM_STRINGS,
      SECURE_COOKIES: 'on',
      ...(mode === 'gateway' ? { CONCORD_URL: `http://127.0.0.1:${port}` } : {}),
    })
  })
  afterAll(async () => {
    await server.end('SIGKILL')
    folder.remove()
  })

  test.skipIf(!existsSync(COREDUMP_FILTER(process.pid)))('leaves no memory in a core dump', () => {
    expect(readFileSync(COREDUMP_FILTER(server.pid), 'utf8').trim()).toMatch(/^0+$/)
  })

  test.skipIf(process.platform === 'win32')('opens no debugger for SIGUSR1', async () => {
    process.kill(server.pid ?? 0, 'SIGUSR1')
    await vi.waitFor(() => expect(server.log()).toContain('it stays closed'), { timeout: 10_000 })
    // Node would open it in the next turn of the event loop: several pass here.
    for (let i = 0; i < 20; i++) await server.request('/api/v1/server/ping')
    // The port that Node would open. Another process may listen there; then this one has not announced it.
    expect(server.log()).not.toContain('Debugger listening')
    expect(await accepts(9229)).toBe(false)
    expect((await server.request('/api/v1/server/ping')).status).toBe(200)
  })

  test('behind https, sends HSTS on the API and the console', async () => {
    for (const path of ['/api/v1/server/ping', '/api/v1/nothing', '/', '/org/acme']) {
      expect((await server.request(path)).headers.get('Strict-Transport-Security'), path).toBe('max-age=31536000')
    }
  })
})

test('a server without https sends no HSTS, and validates requests without code from strings', async () => {
  const folder = temporaryFolder()
  const server = await startServer(folder.path, { NODE_OPTIONS: NO_CODE_FROM_STRINGS })
  try {
    const answer = await server.request('/api/v1/server/ping')
    expect(answer.headers.has('Strict-Transport-Security')).toBe(false)
    const post = (body: unknown) =>
      server.request('/api/v1/org', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      })
    expect((await post({ name: 'acme', visibility: 'PRIVATE', meta: { a: 1 } })).status).toBe(200)
    expect((await post({ name: 'x'.repeat(200) })).status).toBe(400)
    expect((await server.request('/api/v1/audit?limit=2')).status).toBe(200)
  } finally {
    await server.end('SIGKILL')
    folder.remove()
  }
})

async function accepts(port: number) {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
