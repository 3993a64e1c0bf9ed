import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { givenSecret } from '../tests/support/secrets.ts'
import { ADMIN_KEY, givenOrg, startTestServer, type TestServer } from '../tests/support/testServer.ts'
import { createApp } from './app.ts'
import { Statements } from './db/statements.ts'
import { createLog } from './log.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

test('a response is a download with a fixed name, whatever the URL ends with', async () => {
  const org = await givenOrg(server, 'setup.bat')
  await givenSecret(server, org, 'run.html', { value: Buffer.from('<script>alert(1)</script>') })
  const nameOf = async (path: string, request = {}) =>
    (await server.request(path, request)).headers.get('content-disposition')
  expect(await nameOf('/api/v1/org/setup.bat')).toBe('attachment; filename="api.json"')
  const secret = '/api/v1/org/setup.bat/secret/run.html'
  expect(await nameOf(`${secret}/data`, { form: { x: '' } })).toBe('attachment; filename="value.bin"')
  expect(await nameOf('/api/v1/org/%zz')).toBe('attachment; filename="api.txt"')
})

test('logs where an unexpected error happened, without its message', async () => {
  const lines: string[] = []
  const app = createApp({ ...server.services, log: createLog('error', (line) => lines.push(line)) })
  const failing = vi.spyOn(Statements.prototype, 'run').mockImplementation(() => {
    throw new Error('first line\nsecond line\n  third of the value')
  })
  const answer = await app.request('/api/v1/server/ping')
  failing.mockRestore()
  expect(answer.status).toBe(500)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/"at":\["at /)
  expect(lines[0]).not.toMatch(/line|value/)
})

test('does not claim that a write failed if the disk may have kept it', async () => {
  const app = createApp({ ...server.services, log: createLog('silent') })
  const failing = vi.spyOn(Statements.prototype, 'run').mockImplementation(() => {
    throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_FSYNC' })
  })
  const headers = { Authorization: ADMIN_KEY, 'Content-Type': 'application/json' }
  const written = await app.request('/api/v1/org', { method: 'POST', headers, body: '{"name":"x"}' })
  const read = await app.request('/api/v1/org', { headers })
  failing.mockRestore()
  expect([written.status, read.status]).toEqual([500, 500])
  expect(await written.text()).toMatch(
    / The disk failed: whether the change was kept is unknown\. Check before you retry\.$/,
  )
  expect(await read.text()).toMatch(/^ERROR: java.lang.RuntimeException: internal error \(request [-\w]+\)$/)
})
