import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { givenSecret } from '../tests/support/secrets.ts'
import { ADMIN_KEY, givenOrg, startTestServer, type TestServer } from '../tests/support/testServer.ts'
import { createApp } from './app.ts'
import { createLog } from './log.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

test('ping needs no credentials', async () => {
  const answer = await server.request('/api/v1/server/ping', { as: '' })
  expect(answer.status).toBe(200)
  expect(await answer.json()).toEqual({ ok: true })
})

test('an unknown path is a 401 for strangers and an empty 404 for others', async () => {
  const stranger = await server.request('/api/v1/nothing', { as: '' })
  expect(stranger.status).toBe(401)
  expect(stranger.headers.get('content-type')).toBe('application/json')
  expect(await stranger.text()).toBe('')
  const known = await server.request('/api/v1/nothing')
  expect(known.status).toBe(404)
  expect(known.headers.get('content-length')).toBe('0')
})

test('a wrong method is a 405 that names the right ones', async () => {
  const answer = await server.request('/api/v1/server/ping', { method: 'POST' })
  expect(answer.status).toBe(405)
  expect(answer.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
})

test('an answer is a download under a name of ours, whatever the address ends with', async () => {
  const org = await givenOrg(server, 'setup.bat')
  await givenSecret(server, org, 'run.html', { value: Buffer.from('<script>alert(1)</script>') })
  const nameOf = async (path: string, request = {}) =>
    (await server.request(path, request)).headers.get('content-disposition')
  expect(await nameOf('/api/v1/org/setup.bat')).toBe('attachment; filename="api.json"')
  const secret = '/api/v1/org/setup.bat/secret/run.html'
  expect(await nameOf(`${secret}/data`, { form: { x: '' } })).toBe('attachment; filename="value.bin"')
  expect(await nameOf('/api/v1/org/%zz')).toBe('attachment; filename="api.txt"')
})

test('an Accept that JSON does not satisfy is a 406', async () => {
  const answer = await server.request('/api/v1/server/ping', { headers: { Accept: 'text/plain' } })
  expect(answer.status).toBe(406)
})

test('matrix parameters and a trailing slash do not count', async () => {
  expect((await server.request('/api/v1/server/ping;x=1/')).status).toBe(200)
})

test('a body over the limit is refused before anybody reads it', async () => {
  const answer = await server.request('/api/v1/org', { json: { name: 'x'.repeat(3 * 1024 * 1024) } })
  expect(answer.status).toBe(413)
})

test('an unexpected failure is logged by its place, without a line of its message', async () => {
  const lines: string[] = []
  const app = createApp({ ...server.services, log: createLog('error', (line) => lines.push(line)) })
  const failing = vi.spyOn(server.services.db, 'selectFrom').mockImplementation(() => {
    throw new Error('first line\nsecond line\n  third of the value')
  })
  const answer = await app.request('/api/v1/server/ping')
  failing.mockRestore()
  expect(answer.status).toBe(500)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/"at":\["at /)
  expect(lines[0]).not.toMatch(/line|value/)
})

test('a write that the disk failed at may have been kept: nobody is told that it was not', async () => {
  const { db } = server.services
  const app = createApp({ ...server.services, log: createLog('silent') })
  const failing = vi.spyOn(db, 'selectFrom').mockImplementation(() => {
    throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_FSYNC' })
  })
  const headers = { Authorization: ADMIN_KEY, 'Content-Type': 'application/json' }
  const written = await app.request('/api/v1/org', { method: 'POST', headers, body: '{"name":"x"}' })
  const read = await app.request('/api/v1/org', { headers })
  failing.mockRestore()
  expect([written.status, read.status]).toEqual([500, 500])
  expect(await written.text()).toMatch(
    / The disk failed: whether the change was kept is unknown\. Look before you repeat it\.$/,
  )
  expect(await read.text()).toMatch(/^ERROR: java.lang.RuntimeException: internal error \(request [-\w]+\)$/)
})

test('a percent sign that encodes nothing is a 400 with a page', async () => {
  const answer = await server.request('/api/v1/org/%zz')
  expect(answer.status).toBe(400)
  expect(answer.headers.get('content-type')).toContain('text/html')
})
