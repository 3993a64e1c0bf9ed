import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { empty, ok, seen, text, validation } from '../../tests/support/secrets.ts'
import { ADMIN_KEY, givenUser, startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { newId, SEED } from '../ids.ts'
import { hashApiKey } from '../vault/tokens.ts'

const V1 = '/api/v1/apikey'
const V2 = '/api/v2/apikey'
const NOT_PERMITTED = text(403, 'Operation is not permitted')

let server: TestServer
let ann: { id: string; username: string; key: string }
let bob: { id: string; username: string; key: string }

beforeAll(async () => {
  server = await startTestServer()
  ann = await givenUser(server, 'ann')
  bob = await givenUser(server, 'bob')
})
afterAll(() => server.close())

const post = (json: unknown, as = ann.key, path = V1) => seen(server.request(path, { as, json }))
const list = (as = ann.key, query = '') => seen(server.request(V1 + query, { as }))
const remove = (id: string, as = ann.key) => seen(server.request(`${V1}/${id}`, { as, method: 'DELETE' }))
const whose = async (key: string) =>
  (await seen(server.request('/api/service/console/whoami', { as: key }))).body.username

describe('a new key', () => {
  test('is shown once and kept as a hash: 22 characters of base64', async () => {
    const { body } = await post({ name: 'first' })
    expect(body).toEqual({
      ...{ ok: true, id: expect.any(String), name: 'first', result: 'CREATED' },
      key: expect.stringMatching(/^[0-9A-Za-z+/]{22}$/),
    })
    expect(await whose(body.key)).toBe('ann')
    const rows = await server.services.db.selectFrom('apiKeys').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(body.key)
    expect(JSON.stringify((await list()).body)).not.toContain(body.key)
    const log = await server.services.db.selectFrom('auditLog').selectAll().execute()
    expect(JSON.stringify(log)).not.toContain(body.key)
  })

  test('is named by its trimmed name, or by the server', async () => {
    expect((await post({ name: '  padded ' })).body.name).toBe('padded')
    for (const request of [{}, { name: ' ' }]) expect((await post(request)).body.name).toMatch(/^key-[0-9a-f-]{36}$/)
  })

  test('needs a name that fits the pattern and that its user has no other key of', async () => {
    const pattern = '^[0-9a-zA-Z][0-9a-zA-Z_@.\\-~]{2,127}$'
    for (const name of ['a b', 'ab', 'x'.repeat(129)]) {
      expect(await post({ name })).toEqual(validation(`Invalid API key name. Must match ${pattern}`))
    }
    await post({ name: 'taken' })
    expect(await post({ name: 'taken' })).toEqual(validation("API key with name 'taken' already exists"))
    expect((await post({ name: 'taken' }, bob.key)).status).toBe(200)
  })

  test('is for oneself; admins make them for others, by id or by name', async () => {
    expect(await post({ name: 'for-bob', userId: bob.id })).toEqual(NOT_PERMITTED)
    expect(await post({ name: 'for-bob', username: 'bob' })).toEqual(NOT_PERMITTED)
    expect((await post({ name: 'for-me', username: 'ANN' })).status).toBe(200)
    for (const request of [{ userId: bob.id }, { username: 'Bob' }]) {
      expect(await whose((await post(request, ADMIN_KEY)).body.key)).toBe('bob')
    }
    const id = SEED.defaultOrg
    expect(await post({ userId: id }, ADMIN_KEY)).toEqual(validation(`User not found: ${id}`))
    expect(await post({ username: 'nobody' }, ADMIN_KEY)).toEqual(text(500, 'User not found: nobody'))
  })

  test('may be given a value by those with the permission: base64 that no key has', async () => {
    const key = Buffer.from('a value of my own').toString('base64')
    expect(await post({ name: 'own', key })).toEqual(text(403, 'Not allowed to specify the API key value.'))
    expect((await post({ name: 'own', key, userId: ann.id }, ADMIN_KEY)).body.key).toBe(key)
    expect(await whose(key)).toBe('ann')
    expect(await post({ name: 'again', key, userId: bob.id }, ADMIN_KEY)).toEqual(
      validation('Duplicate API key name: again'),
    )
    expect(await post({ name: 'bad', key: 'a*b' }, ADMIN_KEY)).toEqual(
      text(500, 'ERROR: java.lang.IllegalArgumentException: Illegal base64 character 2a'),
    )
  })

  test('has at least 8 bytes when somebody chooses it, however it is made', async () => {
    const refusal = validation('The API key is too short: it must be base64 of at least 8 bytes')
    for (const key of ['AA==', 'AAAAAAAAAA==', '']) {
      for (const path of [V1, V2]) {
        const answer = await post({ name: 'short', key }, ADMIN_KEY, path)
        expect(answer.status).toBe(key === '' ? 500 : 400)
        if (key !== '') expect(answer).toEqual(refusal)
      }
    }
    // Nor is one of before any good.
    const row = { id: newId(), userId: ann.id, name: 'one byte', hash: hashApiKey('AA==') ?? '', expiredAt: null }
    await server.services.db.insertInto('apiKeys').values(row).execute()
    expect((await seen(server.request(V1, { as: 'AA==' }))).status).toBe(401)
    expect((await post({ name: 'short', key: 'AAECAwQFBgc=' }, ADMIN_KEY)).status).toBe(200)
  })

  test('needs a JSON body, if only an empty object', async () => {
    const bare = (headers: Record<string, string>) => seen(server.request(V1, { as: ann.key, method: 'POST', headers }))
    expect((await bare({ 'Content-Type': 'application/json' })).body).toMatch(/^ERROR: java\.lang\.NullPointer/)
    expect(await bare({})).toEqual(empty(415))
  })
})

describe('v2 overwrites', () => {
  test('a key of the same name gets a new value, and the old one ends', async () => {
    const first = (await post({ name: 'rotated' }, ann.key, V2)).body
    expect(first.result).toBe('CREATED')
    const second = (await post({ name: 'rotated' }, ann.key, V2)).body
    expect(second).toMatchObject({ id: first.id, name: 'rotated', result: 'UPDATED' })
    expect(await whose(second.key)).toBe('ann')
    expect((await seen(server.request(V1, { as: first.key }))).status).toBe(401)
  })

  test('names are not checked; without one the server makes one', async () => {
    expect((await post({ name: 'a b' }, ann.key, V2)).body.name).toBe('a b')
    expect((await post({}, ann.key, V2)).body.name).toMatch(/^key#/)
    expect(await post({ userId: bob.id }, ann.key, V2)).toEqual(NOT_PERMITTED)
  })
})

describe('the list', () => {
  test('shows one’s own keys by name, without values; another’s to admins only', async () => {
    const zoe = await givenUser(server, 'zoe')
    await post({ name: 'beta' }, zoe.key)
    await post({ name: 'alpha' }, zoe.key)
    const expected = ['alpha', 'beta', 'main'].map((name) => ({ id: expect.any(String), userId: zoe.id, name }))
    expect(await list(zoe.key)).toEqual(ok(expected))
    expect(await list(ADMIN_KEY, `?userId=${zoe.id}`)).toEqual(ok(expected))
    expect(await list(ann.key, `?userId=${zoe.id}`)).toEqual(NOT_PERMITTED)
    expect(await list(ADMIN_KEY, `?userId=${SEED.defaultOrg}`)).toEqual(ok([]))
    expect(await list(ann.key, '?userId=abc')).toEqual(empty(404))
  })
})

describe('deleting a key', () => {
  test('is for its user and admins, and ends it at once', async () => {
    const { id, key } = (await post({ name: 'doomed' })).body
    expect(await remove(id, bob.key)).toEqual(NOT_PERMITTED)
    expect(await remove(id)).toEqual(ok({ ok: true, result: 'DELETED' }))
    expect(await remove(id)).toEqual(validation(`API key not found: ${id}`))
    expect((await seen(server.request(V1, { as: key }))).status).toBe(401)
    const another = (await post({ name: 'doomed' })).body
    expect((await remove(another.id, ADMIN_KEY)).status).toBe(200)
    expect(await remove('abc')).toEqual(empty(404))
  })
})

describe('a key of an agent, which has no user', () => {
  const make = (name: string, as = ADMIN_KEY) => post({}, as, `${V1}/${name}`)

  test('is made by admins; others get a 500', async () => {
    const denial = 'Only admins are allowed to create API keys without users'
    expect(await make('agent', ann.key)).toEqual(
      text(500, `ERROR: org.apache.shiro.authz.AuthorizationException: ${denial}`),
    )
    const { body } = await make('agent')
    expect(body).toMatchObject({ ok: true, name: 'agent', result: 'CREATED' })
    expect((await seen(server.request('/api/v1/org/Default', { as: body.key }))).status).toBe(200)
    expect(await make('agent')).toEqual(validation('Duplicate API key name: agent'))
    expect((await make('a%20b')).status).toBe(400)
  })

  test('cannot be deleted through the API', async () => {
    const { id } = (await make('forever')).body
    expect(await remove(id, ADMIN_KEY)).toEqual(validation(`API key not found: ${id}`))
  })
})

test('keys that come and go are in the audit log, without their values', async () => {
  const { id } = (await post({ name: 'logged' })).body
  await post({ name: 'logged' }, ann.key, V2)
  await remove(id)
  const log = await seen(server.request('/api/v1/audit?object=API_KEY&username=ann&limit=3'))
  expect(log.body).toMatchObject([
    { action: 'DELETE', details: { id } },
    { action: 'UPDATE', details: { id, name: 'logged', userId: ann.id } },
    { action: 'CREATE', details: { id, name: 'logged', userId: ann.id } },
  ])
})
