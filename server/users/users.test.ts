import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { empty, ok, seen, text, validation } from '../../tests/support/secrets.ts'
import { ADMIN_KEY, givenUser, startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { SEED } from '../ids.ts'

const V1 = '/api/v1/user'
const V2 = '/api/v2/user'
const ADMINS_ONLY = text(403, 'Only admins can do that')

let server: TestServer
let ann: { id: string; key: string }
let reader: { key: string }
let writer: { key: string }

beforeAll(async () => {
  server = await startTestServer()
  ann = await givenUser(server, 'ann')
  reader = await givenUser(server, 'reader', 'concordSystemReader')
  writer = await givenUser(server, 'writer', 'concordSystemWriter')
})
afterAll(() => server.close())

const get = (path: string, as = ADMIN_KEY) => seen(server.request(path, { as }))
const post = (json: object, as = ADMIN_KEY) => seen(server.request(V1, { as, json }))
const create = async (username: string, more: object = {}) => (await post({ username, ...more })).body
const disable = (id: string, query = '') => seen(server.request(`${V1}/${id}/disable${query}`, { method: 'PUT' }))

describe('the search for a picker', () => {
  const found = async (query: string, as = ann.key) => {
    const { body } = await get(`${V2}?${query}`, as)
    return body.map(({ name }: { name: string }) => name)
  }

  beforeAll(async () => {
    await create('s-one', { displayName: 'Zoë Ößterby Search', email: 'one@search.example' })
    await create('s-two', { displayName: 'Bert Search' })
    await create('s-three')
    const { id } = await create('s-four', { displayName: 'Disabled Search' })
    await disable(id)
  })

  test('finds a part of the name, the display name or the e-mail, in any case; nobody disabled', async () => {
    expect(await found('filter=S-T')).toEqual(['s-two', 's-three'])
    expect(await found('filter=search')).toEqual(['s-two', 's-one'])
    expect(await found('filter=ONE@')).toEqual(['s-one'])
    for (const name of ['ZOË', 'zoË öß', 'oë Ößt']) {
      expect(await found(`filter=${encodeURIComponent(name)}`)).toEqual(['s-one'])
    }
  })

  test('takes nothing for a wildcard', async () => {
    for (const text of ['s_one', 's%one', 's*one', 's?one', 's[-]one', '[^a]']) {
      expect(await found(`filter=${encodeURIComponent(text)}`)).toEqual([])
    }
    const { username } = await create('s*[?]%_')
    expect(await found(`filter=${encodeURIComponent('*[?]%_')}`)).toEqual([username])
  })

  test('sorts by display name; those without one come last', async () => {
    expect(await found('filter=s-')).toEqual(['s-two', 's-one', 's-three'])
  })

  test('is for everybody who is signed in, and answers nothing of organizations and roles', async () => {
    const { body } = await get(`${V2}?filter=s-two`, ann.key)
    expect(body).toEqual([
      {
        ...{ id: expect.any(String), name: 's-two', displayName: 'Bert Search', type: 'LOCAL' },
        ...{ disabled: false, permanentlyDisabled: false },
      },
    ])
  })

  test('is cut into pages; without a filter there is nothing, with an empty one everybody', async () => {
    expect(await found('filter=s-&offset=1&limit=1')).toEqual(['s-one'])
    expect(await found('limit=5')).toEqual([])
    expect(await found('filter=&limit=3')).toHaveLength(3)
    expect(await get(`${V2}?filter=s&offset=-1`)).toEqual(validation("'offset' must be a positive number or zero"))
    expect(await get(`${V2}?filter=s&limit=0`)).toEqual(validation("'limit' must be a positive number"))
    expect(await get(`${V2}?limit=x`)).toEqual(empty(404))
  })
})

describe('one user', () => {
  test('is shown to themselves, admins and system readers', async () => {
    for (const as of [ann.key, ADMIN_KEY, reader.key]) {
      expect((await get(`${V2}/${ann.id}`, as)).body).toEqual({
        ...{ id: ann.id, name: 'ann', displayName: 'The ann', type: 'LOCAL', orgs: [], roles: [] },
        ...{ disabled: false, permanentlyDisabled: false },
      })
    }
    const message = 'Users can only view their own information or must have admin privileges.'
    expect(await get(`${V2}/${ann.id}`, writer.key)).toEqual(text(403, message))
  })

  test('whom nobody knows is a 204 for those who may see all, a 403 for others', async () => {
    expect(await get(`${V2}/${SEED.defaultOrg}`, reader.key)).toEqual(empty(204))
    expect((await get(`${V2}/${SEED.defaultOrg}`, ann.key)).status).toBe(403)
    expect(await get(`${V2}/abc`)).toEqual(empty(404))
  })

  test('is found by name, in any case, by admins', async () => {
    expect((await get(`${V1}/ANN`)).body.id).toBe(ann.id)
    expect(await get(`${V1}/nobody`)).toEqual(text(404, 'User not found: nobody'))
    expect(await get(`${V1}/ann`, reader.key)).toEqual(ADMINS_ONLY)
  })
})

describe('creating', () => {
  test('keeps the name in lower case and makes the user a MEMBER of Default’s team default', async () => {
    const { id, ...answer } = await create('New-User', {
      email: 'new@x.example',
      roles: ['concordSystemReader', 'nope'],
    })
    expect(answer).toEqual({ ok: true, username: 'new-user', result: 'CREATED' })
    const { body } = await get(`${V2}/${id}`)
    expect(body).toMatchObject({
      name: 'new-user',
      orgs: [{ id: SEED.defaultOrg, name: 'Default' }],
      roles: [{ name: 'concordSystemReader', permissions: [] }],
    })
    const team = await get('/api/v1/org/Default/team/default/users')
    expect(team.body).toContainEqual(expect.objectContaining({ userId: id, role: 'MEMBER' }))
  })

  test('gives no password: such a user signs in with an API key', async () => {
    const { id } = await create('no-password')
    const row = await server.services.db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()
    expect(row?.passwordHash).toBeNull()
    const made = await seen(server.request('/api/v1/apikey', { json: { userId: id, name: 'main' } }))
    expect((await get('/api/service/console/whoami', made.body.key)).body.username).toBe('no-password')
  })

  test('is for admins; LDAP users come from LDAP, which there is none of, SSO users from nowhere', async () => {
    expect(await post({ username: 'x' }, reader.key)).toEqual(ADMINS_ONLY)
    expect(await post({ username: 'x', userType: 'LDAP' })).toEqual(
      text(500, 'Error while retrieving LDAP information for x'),
    )
    expect(await post({ username: 'x', userType: 'SSO' })).toEqual(text(400, 'User of type SSO cannot be created'))
  })

  test('does not check the name against the pattern, only its length', async () => {
    expect((await create('a b')).result).toBe('CREATED')
    const id = 'CreateUserRequest.createOrUpdate.arg0.username'
    expect(await post({ username: 'x'.repeat(129) })).toEqual(validation('size must be between 0 and 128', id))
    expect(await post({})).toEqual(validation('must not be null', id))
  })
})

describe('updating', () => {
  test('changes what is sent, and enables unless told otherwise', async () => {
    const { id } = await create('changing', { email: 'old@x.example' })
    await disable(id)
    expect(await create('CHANGING', { displayName: 'Changed' })).toEqual({
      ...{ ok: true, id, username: 'changing', result: 'UPDATED' },
    })
    expect((await get(`${V2}/${id}`)).body).toMatchObject({
      ...{ displayName: 'Changed', email: 'old@x.example', disabled: false },
    })
    await create('changing', { disabled: true })
    expect((await get(`${V2}/${id}`)).body).toMatchObject({ disabled: true, disabledDate: expect.any(String) })
  })

  test('roles are replaced as a whole, by admins', async () => {
    const { id } = await create('roled')
    const setRoles = (roles: string[], as = ADMIN_KEY) =>
      seen(server.request(`${V1}/roled/roles`, { as, json: { roles } }))
    expect(await setRoles(['concordAdmin'], reader.key)).toEqual(ADMINS_ONLY)
    await setRoles(['concordSystemReader'])
    expect(await setRoles(['concordSystemWriter', 'nope'])).toEqual(ok({ ok: true, result: 'UPDATED' }))
    const { body } = await get(`${V2}/${id}`)
    expect(body.roles.map(({ name }: { name: string }) => name)).toEqual(['concordSystemWriter'])
  })
})

describe('disabling and deleting', () => {
  test('a user who is disabled for good stays so', async () => {
    const { id } = await create('gone')
    expect((await disable(id, '?permanent=true')).body).toMatchObject({ disabled: true, permanentlyDisabled: true })
    expect(await post({ username: 'gone' })).toEqual(text(500, 'User is permanently disabled'))
    expect((await disable(id)).body).toMatchObject({ disabled: true, permanentlyDisabled: true })
  })

  test('is for admins; an unknown user is a 404 there and a 400 here', async () => {
    const id = SEED.defaultOrg
    expect(await disable(id)).toEqual(text(404, `User not found: ${id}`))
    const remove = (as = ADMIN_KEY) => seen(server.request(`${V1}/${id}`, { as, method: 'DELETE' }))
    expect(await remove()).toEqual(validation(`User not found: ${id}`))
    expect(await remove(reader.key)).toEqual(ADMINS_ONLY)
  })

  test('a deleted user takes their keys along; what they own stays, with no owner', async () => {
    const eve = await givenUser(server, 'eve')
    await server.request('/api/v1/org', { json: { name: 'eves', owner: { id: eve.id } } })
    expect(await seen(server.request(`${V1}/${eve.id}`, { method: 'DELETE' }))).toEqual(ok({ ok: true }))
    expect((await get('/api/service/console/whoami', eve.key)).status).toBe(401)
    expect((await get('/api/v1/org/eves')).body).not.toHaveProperty('owner')
  })
})

test('what happens to a user is in the audit log; what changes nothing is not', async () => {
  const { id } = await create('logged', { displayName: 'Old' })
  await create('logged', { displayName: 'New' })
  await create('logged', { displayName: 'New' })
  await server.request(`${V1}/${id}`, { method: 'DELETE' })
  const { body } = await get('/api/v1/audit?object=USER&limit=3')
  expect(body).toMatchObject([
    { action: 'DELETE', details: { userId: id, name: 'logged' } },
    { action: 'UPDATE', details: { changes: { prev: { displayName: 'Old' }, new: { displayName: 'New' } } } },
    { action: 'CREATE', details: { userId: id, username: 'logged', changes: { new: { displayName: 'Old' } } } },
  ])
})

describe('roles', () => {
  test('are listed to admins; damaged permissions count as none', async () => {
    await server.services.db
      .updateTable('roles')
      .set({ permissions: '[broken' })
      .where('name', '=', 'concordSystemWriter')
      .execute()
    const { body } = await get('/api/v1/role')
    expect(body.map(({ name }: { name: string }) => name)).toEqual([
      'concordAdmin',
      'concordSystemReader',
      'concordSystemWriter',
    ])
    expect(body[2].permissions).toEqual([])
    expect(await get('/api/v1/role', ann.key)).toEqual(ADMINS_ONLY)
    expect(await get('/api/v1/role/nope')).toEqual(text(404, 'Role not found: nope'))
  })
})
