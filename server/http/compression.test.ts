import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { givenSecret } from '../../tests/support/secrets.ts'
import {
  givenOrg,
  givenProject,
  startTestServer,
  type TestRequest,
  type TestServer,
} from '../../tests/support/testServer.ts'
import { endpointsOf, operation, resource } from './operation.ts'

let server: TestServer

const PROJECT = '/api/v1/org/acme/project/storefront'
/** Worth compressing. */
const LONG = 'a token of a partner, '.repeat(200)

beforeAll(async () => {
  server = await startTestServer()
  const org = await givenOrg(server, 'acme')
  await givenProject(server, org, 'storefront')
  const stored = await server.request(`${PROJECT}/cfg`, { method: 'PUT', json: { nested: { token: LONG } } })
  expect(stored.status).toBe(200)
  const configured = await server.request('/api/v1/org', { json: { name: 'configured', cfg: { token: LONG } } })
  expect(configured.status).toBe(200)
  const value = Buffer.from(LONG)
  for (let i = 0; i < 5; i++) await givenSecret(server, org, `key-${i}`, { value })
  const small = await givenOrg(server, 'small')
  await givenSecret(server, small, 'key')
})
afterAll(() => server.close())

const LIST = '/api/v2/org/acme/secret'
const asking = (encodings: string | undefined, path = LIST, more: TestRequest = {}) =>
  server.request(path, { ...more, headers: { ...more.headers, ...(encodings && { 'Accept-Encoding': encodings }) } })

describe('a list', () => {
  test('is compressed as the client accepts it', async () => {
    const plain = await asking(undefined)
    const text = await plain.text()
    expect(text.length).toBeGreaterThan(1_500)
    expect([plain.headers.get('Content-Encoding'), plain.headers.get('Vary')]).toEqual([null, 'Accept-Encoding'])
    for (const [accepted, encoding, decode] of [
      ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
      ['br;q=0, GZIP;q=0.5', 'gzip', gunzipSync],
    ] as const) {
      const response = await asking(accepted)
      const { headers } = response
      expect([headers.get('Content-Encoding'), headers.get('Vary')]).toEqual([encoding, 'Accept-Encoding'])
      expect([headers.get('Content-Type'), headers.get('Cache-Control')]).toEqual([
        'application/json',
        'no-cache, no-store, must-revalidate',
      ])
      const body = Buffer.from(await response.arrayBuffer())
      expect(body.length).toBeLessThan(text.length / 2)
      expect(decode(body).toString()).toBe(text)
    }
    for (const accepted of ['deflate', 'br;q=0', '*;q=0']) {
      const response = await asking(accepted)
      expect([response.headers.get('Content-Encoding'), await response.text()]).toEqual([null, text])
    }
  })

  test('is not compressed below 1 kB, and neither are errors', async () => {
    for (const [path, status] of [
      ['/api/v2/org/small/secret', 200],
      ['/api/v2/org/missing/secret', 400],
    ] as const) {
      const response = await asking('br', path)
      expect([response.status, response.headers.get('Content-Encoding')]).toEqual([status, null])
    }
  })

  test('is the same text, however many are compressed at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => asking('br')))
    const encodings = all.map(({ headers }) => headers.get('Content-Encoding'))
    expect(encodings).toContain('br')
    expect((await asking('br')).headers.get('Content-Encoding')).toBe('br')
    const bodies = await Promise.all(all.map(async (each) => Buffer.from(await each.arrayBuffer())))
    const texts = bodies.map((body, i) => (encodings[i] ? brotliDecompressSync(body) : body).toString())
    expect(new Set(texts).size).toBe(1)
  })
})

/** A new operation gets into this list only after a look at everything that it returns: docs/security.md. */
const COMPRESSED = [
  'GET /api/openapi.json',
  'GET /api/service/console/userInfo',
  'GET /api/service/console/whoami',
  'GET /api/v1/org',
  'GET /api/v1/org/:orgName/project',
  'GET /api/v1/org/:orgName/secret',
  'GET /api/v1/org/:orgName/team',
  'GET /api/v1/org/:orgName/team/:teamName/users',
  'GET /api/v2/org/:orgName/secret',
  'GET /api/v2/user',
  'GET /api/x/v1/org',
  'GET /api/x/v1/org/:orgName/secrets',
  'GET /api/x/v1/session',
]

test('of all operations, only these are compressed', () => {
  const operations = endpointsOf(server.app)
  expect(operations.length).toBeGreaterThan(70)
  const compressed = operations.filter(({ compresses }) => compresses).map(({ method, route }) => `${method} ${route}`)
  expect(compressed.sort()).toEqual(COMPRESSED)
})

test('an operation that writes cannot be declared as compressed', () => {
  const declares = () =>
    resource(server.app, '/api/x/v1/once', { POST: operation({ summary: 'Shown once', compresses: true }, () => ({})) })
  expect(declares).toThrow('POST /api/x/v1/once must not be compressed')
})

test.each<[string, TestRequest, string]>([
  ['the value of a secret', { form: {} }, '/api/v1/org/acme/secret/key-0/data'],
  ['an encrypted string', { text: LONG }, `${PROJECT}/encrypt`],
  ['a configuration, which may contain values', {}, `${PROJECT}/cfg`],
  ['a part of it', {}, `${PROJECT}/cfg/nested`],
  ['a project with its configuration', {}, PROJECT],
  ['a list of organizations with a configuration', {}, '/api/v1/org'],
  ['an organization with its configuration', {}, '/api/v1/org/configured'],
])('%s is not compressed', async (_, request, path) => {
  const response = await asking('br, gzip', path, request)
  expect([response.status, response.headers.get('Content-Encoding'), response.headers.get('Vary')]).toEqual([
    ...[200, null, null],
  ])
  expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(2_000)
})
