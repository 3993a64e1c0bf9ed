import { describe, expect, test } from 'vitest'
import { onlyOnConcord, onlyOnOurs } from './differences.ts'
import { admin, anonymous, withHeaders } from './lib/caller.ts'
import {
  expectEmpty,
  expectJson,
  expectMethodNotAllowed,
  expectPage,
  expectViolations,
  jsonOf,
  namesOf,
} from './lib/expect.ts'
import type { Answer } from './lib/http.ts'
import { newWorld, TIMESTAMP, UUID } from './lib/world.ts'
import { idsAreUuid7, nameViolation, servesTheConsole, traceHasNoAllow } from './versions.ts'

// concord-api §1 and §2.8.

const world = newWorld('conv')
const org = await world.org('org', { meta: { empty: '', none: [], deep: { a: null } } })
for (const name of ['abc', 'abd', 'ABE', 'x_y', 'x.y', 'xzy']) await world.secret(org, { name })
const outsider = await world.user('outsider')
const list = (query: Record<string, string | number>) => admin.get(`${org.v2}/secret`, { query })

describe('JSON', () => {
  test('is application/json without a charset', async () => {
    expect((await admin.get(org.v1)).headers['content-type']).toEqual(['application/json'])
  })

  test('a field without a value is omitted', async () => {
    const entry = jsonOf(await admin.get(org.v1))
    expect(Object.keys(entry).toSorted()).toEqual(['id', 'meta', 'name', 'owner', 'visibility'])
  })

  test('unknown fields of a request are ignored', async () => {
    expect((await admin.post('/api/v1/org', { json: { name: org.name, nonsense: 1 } })).status).toBe(200)
  })

  test('ids are UUIDs of version 7, before 2.44 of version 1', async () => {
    const { id } = jsonOf(await admin.get(org.v1))
    expect(id).toMatch(UUID)
    expect(id[14]).toBe(idsAreUuid7 ? '7' : '1')
  })

  test('timestamps have milliseconds and an offset', async () => {
    expect(jsonOf(await admin.get(`${org.v2}/secret/abc`)).createdAt).toMatch(TIMESTAMP)
  })

  test('text is UTF-8', async () => {
    const json = { name: org.name, meta: { greeting: 'grüß dich, 世界' } }
    await admin.post('/api/v1/org', { json })
    expect(jsonOf(await admin.get(org.v1)).meta).toEqual(json.meta)
  })
})

describe('names', () => {
  test.each([
    ['two characters', 'ab'],
    ['a blank', 'a b'],
    ['a leading dot', '.abc'],
    ['a leading underscore', '_abc'],
    ['a non-ASCII letter', 'äbcd'],
  ])('are rejected with %s where the path is checked', async (_, name) => {
    expectViolations(await admin.delete(`${org.v1}/secret/${encodeURIComponent(name)}`), {
      'SecretResource.delete.arg1': nameViolation,
    })
  })

  test.each(['abc~', 'a@b.c', 'a-b', 'A_1', '0ab', 'x'.repeat(128)])('%s is a valid name', async (name) => {
    expectEmpty(await admin.delete(`${org.v1}/secret/${name}`), 404)
  })

  test('are case-sensitive in paths', async () => {
    expectEmpty(await admin.get(`${org.v2}/secret/ABC`), 404)
  })

  test('are simply not found where the path is not checked', async () => {
    expectEmpty(await admin.get(`${org.v2}/secret/a%20b`), 404)
  })
})

const all = namesOf(await list({}))

test('lists are ordered by name; the order of case and punctuation depends on the database', () => {
  const letters = all.filter((name) => /^[a-z]+$/.test(name))
  expect(letters).toEqual(['abc', 'abd', 'xzy'])
})

describe('paging', () => {
  test('without a limit everything is returned', () => {
    expect(all).toHaveLength(6)
  })

  test('limit is the maximum number of rows', async () => {
    expect(namesOf(await list({ limit: 2 }))).toEqual(all.slice(0, 2))
  })

  test('offset counts rows, not pages', async () => {
    expect(namesOf(await list({ offset: 1, limit: 2 }))).toEqual(all.slice(1, 3))
  })

  test.each([0, -1])('a limit of %i means no limit', async (limit) => {
    expect(namesOf(await list({ limit }))).toEqual(all)
  })

  test('a negative offset is 0', async () => {
    expect(namesOf(await list({ offset: -5, limit: 1 }))).toEqual(all.slice(0, 1))
  })

  test('an offset without a limit skips', async () => {
    expect(namesOf(await list({ offset: 4 }))).toEqual(all.slice(4))
  })

  test('beyond the end there is nothing', async () => {
    expectJson(await list({ offset: 100 }), [])
  })

  test.each(['abc', '', '1.5', '4294967296'])('a limit of "%s" is a 404 without a body', async (limit) => {
    expectEmpty(await list({ limit }), 404)
  })
})

describe('filters', () => {
  const filtered = async (filter: string) => namesOf(await list({ filter })).toSorted()

  test('find a part of the name, ignoring case', async () => {
    expect(await filtered('aB')).toEqual(['ABE', 'abc', 'abd'])
  })

  test('match _ literally', async () => {
    expect(await filtered('x_y')).toEqual(['x_y'])
  })

  test('match % literally', async () => {
    expect(await filtered('%')).toEqual([])
  })

  test('an empty filter finds all', async () => {
    expect(await filtered('')).toHaveLength(6)
  })
})

describe('parameters', () => {
  test('a boolean is true in upper or lower case', async () => {
    const found = async (onlyCurrent: string) =>
      namesOf(await outsider.get('/api/v1/org', { query: { filter: org.name, onlyCurrent } }))
    for (const yes of ['true', 'TRUE', 'True']) expect(await found(yes)).toEqual([])
    for (const no of ['false', '1', 'yes', '']) expect(await found(no)).toEqual([org.name])
  })

  test('the first of two values counts', async () => {
    expect(namesOf(await admin.get(`${org.v2}/secret?filter=abc&filter=abd`))).toEqual(['abc'])
  })

  test('a malformed UUID in a path is a 404 without a body', async () => {
    expectEmpty(await admin.get('/api/v2/user/abc'), 404)
  })

  test('a malformed UUID in a query is a 404 without a body', async () => {
    expectEmpty(await admin.get('/api/v1/apikey?userId=abc'), 404)
  })

  test('an invalid enum in a query is a 404 without a body', async () => {
    expectEmpty(await admin.get('/api/v1/audit?object=secret'), 404)
  })
})

describe('paths', () => {
  const isOrg = (answer: Answer) => expect(jsonOf(answer).id).toBe(org.id)

  test('a trailing slash is ignored', async () => isOrg(await admin.get(`${org.v1}/`)))
  test('matrix parameters are ignored', async () => isOrg(await admin.get(`${org.v1};x=1`)))

  test('dot segments are a 404', async () => {
    expectEmpty(await admin.get(`/api/v1/org/../org/${org.name}`), 404)
  })

  test('an encoded slash belongs to the name', async () => {
    expectEmpty(await admin.get('/api/v1/org/a%2Fb'), 204)
  })

  test('a name is decoded once', async () => {
    expectEmpty(await admin.get('/api/v1/org/a%252Fb'), 204)
  })

  test('a double slash is a 404', async () => expectEmpty(await admin.get(`/api//v1/org/${org.name}`), 404))

  test('malformed encoding is a 400, as a page', async () => {
    expectPage(await admin.get('/api/v1/org/%zz'), 400)
  })

  test('an unknown path under /api is a 404 without a body', async () => {
    expectEmpty(await admin.get('/api/v1/nothing'), 404)
    expectEmpty(await admin.get('/api/v9/org'), 404)
    expectEmpty(await admin.post('/api/v1/nothing', { json: {} }), 404)
    expectEmpty(await admin.get('/api/v1/nothing', { accept: 'application/json' }), 404)
  })
})

describe.runIf(servesTheConsole)('the console', () => {
  test.each(['/', '/api', '/org/acme/secret', '/no/such/page'])('has the page at %s, for anybody', async (path) => {
    expect(await anonymous.get(path)).toMatchObject({
      ...{ status: 200, type: 'text/html;charset=utf-8', text: expect.stringMatching(/^<!doctype html>/i) },
    })
    expect(await anonymous.head(path)).toMatchObject({ status: 200, text: '' })
  })

  test.each(['POST', 'PUT', 'DELETE'])('does not support %s: 405', async (method) => {
    const answer = await anonymous.send(method, '/org/acme/secret')
    expect(answer).toMatchObject({ status: 405, text: '' })
    expect(answer.headers.allow).toEqual(['GET, HEAD'])
  })

  test('does not support TRACE: 405 without Allow', async () => {
    const answer = await anonymous.send('TRACE', '/org/acme/secret')
    expect(answer.status).toBe(405)
    expect(answer.headers).not.toHaveProperty('allow')
  })
})

describe('methods', () => {
  test.each(['PUT', 'DELETE', 'PATCH'])(
    '%s where it is not supported is a 405 that lists the others',
    async (method) => {
      expectMethodNotAllowed(await admin.send(method, '/api/v1/org', { json: {} }), 'GET, HEAD, OPTIONS, POST')
    },
  )

  test('credentials are checked before the method', async () => {
    expect((await anonymous.put('/api/v1/org', { json: {} })).status).toBe(401)
  })

  test.each([
    ['POST', '/api/v1/server/ping', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/api/v1/org', 'GET, HEAD, OPTIONS, POST'],
    ['PUT', '/api/v1/org/Default/secret', 'GET, HEAD, OPTIONS, POST'],
    ['POST', '/api/v2/org/Default/secret', 'GET, HEAD, OPTIONS'],
    ['PATCH', '/api/v1/org/Default/secret/x', 'DELETE, GET, HEAD, OPTIONS, POST'],
    ['DELETE', '/api/v2/org/Default/secret/x', 'GET, HEAD, OPTIONS, POST'],
    ['GET', '/api/v1/org/Default/secret/x/data', 'OPTIONS, POST'],
    ['POST', '/api/v1/org/Default/secret/x/public', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/api/v1/org/Default/secret/x/access', 'GET, HEAD, OPTIONS, POST'],
    ['GET', '/api/v1/org/Default/secret/x/access/bulk', 'OPTIONS, POST'],
    ['POST', '/api/v1/secret/store', 'GET, HEAD, OPTIONS'],
    ['POST', '/api/v1/audit', 'GET, HEAD, OPTIONS'],
    ['GET', '/api/service/console/logout', 'OPTIONS, POST'],
    ['GET', '/api/service/console/validate-password', 'OPTIONS, POST'],
    ['POST', '/api/service/console/whoami', 'GET, HEAD, OPTIONS'],
  ])('%s %s is a 405 that allows %s', async (method, path, allow) => {
    expectMethodNotAllowed(await admin.send(method, path), allow)
  })

  test('HEAD responds like GET, without a body', async () => {
    expect(await admin.head(org.v1)).toMatchObject({ status: 200, type: 'application/json', text: '' })
  })

  test('TRACE is a 405', async () => {
    expect((await anonymous.send('TRACE', '/api/v1/server/version')).status).toBe(405)
    const answer = await admin.send('TRACE', '/api/v1/org')
    expect(answer.status).toBe(405)
    if (traceHasNoAllow) expect(answer.headers.allow).toBeUndefined()
  })
})

describe('a resource that returns nothing', () => {
  test('returns 204', async () => expectEmpty(await admin.get('/api/v1/org/no-such-org'), 204))
})

describe('headers of every response', () => {
  const CORS = {
    'access-control-allow-origin': ['*'],
    'access-control-allow-methods': ['*'],
    'access-control-allow-headers': ['Authorization, Content-Type, Range, Cookie, Origin'],
    'access-control-expose-headers': [
      'cache-control,content-language,expires,last-modified,content-range,content-length,accept-ranges',
    ],
  }
  const NOT_CACHED = { 'cache-control': ['no-cache, no-store, must-revalidate'], pragma: ['no-cache'], expires: ['0'] }

  test.each([
    ['200', () => admin.get(org.v1)],
    ['401', () => anonymous.get(org.v1)],
    ['404', () => admin.get('/api/v1/nothing')],
    ['anonymous 200', () => anonymous.get('/api/v1/server/ping')],
  ])('a %s can be read by scripts of any origin, without credentials', async (_, ask) => {
    const { headers } = await ask()
    expect(headers).toMatchObject(CORS)
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
  })

  test.each([
    ['200', () => admin.get(org.v1)],
    ['401', () => anonymous.get(org.v1)],
    ['404', () => admin.get('/api/v1/nothing')],
  ])('a %s must not be cached', async (_, ask) => {
    expect((await ask()).headers).toMatchObject(NOT_CACHED)
  })

  test('the origin of a request does not matter', async () => {
    const caller = withHeaders({ Origin: 'https://elsewhere.invalid' })
    expect((await caller.get('/api/v1/server/ping')).headers).toMatchObject(CORS)
  })

  test.each([
    ['an endpoint', '/api/v1/org'],
    ['a path that does not exist', '/api/v1/nothing'],
  ])('OPTIONS of %s is a 204 for anybody, with all methods', async (_, path) => {
    const answer = await anonymous.options(path)
    expectEmpty(answer, 204)
    expect(answer.headers.allow).toEqual(['OPTIONS, GET, POST, PUT, DELETE'])
    expect(answer.headers).toMatchObject(CORS)
    expect(answer.headers).not.toHaveProperty('cache-control')
  })

  test('a preflight gets the same response as any OPTIONS', async () => {
    const headers = { Origin: 'https://elsewhere.invalid', 'Access-Control-Request-Method': 'POST' }
    expectEmpty(await anonymous.options('/api/v1/org', { headers }), 204)
  })

  onlyOnOurs('noSniffing')('responses must not be sniffed as another type', async () => {
    for (const answer of [await admin.get(org.v1), await anonymous.get(org.v1)]) {
      expect(answer.headers['x-content-type-options']).toEqual(['nosniff'])
    }
  })

  onlyOnOurs('apiPolicy')('no response can load or run anything as a page, or be framed', async () => {
    for (const answer of [await admin.get(org.v1), await anonymous.get(org.v1), await anonymous.options(org.v1)]) {
      expect(answer.headers).toMatchObject({
        'content-security-policy': ["default-src 'none'; frame-ancestors 'none'"],
        'referrer-policy': ['no-referrer'],
      })
    }
  })
})

onlyOnOurs('morePaths')('the API describes itself, in OpenAPI', async () => {
  expect(jsonOf(await admin.get('/api/openapi.json')).openapi).toMatch(/^3\./)
})
onlyOnConcord('morePaths')('the API does not describe itself', async () => {
  expectEmpty(await admin.get('/api/openapi.json'), 404)
})
