import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { empty, ok, seen, text, validation } from '../../tests/support/secrets.ts'
import { ADMIN_KEY, givenTeam, givenUser, startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { SEED } from '../ids.ts'

const ORG = '/api/v1/org'
const DENIED = 'ERROR: org.apache.shiro.authz.AuthorizationException: '

let server: TestServer
let owner: { id: string; username: string; key: string }
let member: { id: string; key: string }
let outsider: { key: string }
let reader: { key: string }
let privateOrg: { id: string }

beforeAll(async () => {
  server = await startTestServer()
  owner = await givenUser(server, 'owner')
  member = await givenUser(server, 'member')
  outsider = await givenUser(server, 'outsider')
  reader = await givenUser(server, 'reader', 'concordSystemReader')
  await post({ name: 'public', meta: { a: 1 }, cfg: { b: { c: true } } })
  const { body } = await post({ name: 'private', visibility: 'PRIVATE', owner: { id: owner.id } })
  privateOrg = { id: body.id }
  await givenTeam(server, privateOrg, 'team', [member])
})
afterAll(() => server.close())

const post = (json: object, as = ADMIN_KEY) => seen(server.request(ORG, { as, json }))
const get = (path: string, as = ADMIN_KEY) => seen(server.request(`${ORG}${path}`, { as }))
const names = async (query: string, as: string) => {
  const { body } = await get(`?${query}`, as)
  return body.map(({ name }: { name: string }) => name)
}

describe('the list', () => {
  const ALL = ['ConcordSystem', 'Default', 'private', 'public']

  test('shows admins and system readers everything, whatever they ask for', async () => {
    for (const as of [ADMIN_KEY, reader.key]) {
      expect(await names('', as)).toEqual(ALL)
      expect(await names('onlyCurrent=true', as)).toEqual(ALL)
    }
  })

  test('shows others what they own or are in, and the public ones unless onlyCurrent', async () => {
    expect(await names('', member.key)).toEqual(['Default', 'private', 'public'])
    expect(await names('onlyCurrent=TRUE', member.key)).toEqual(['private'])
    expect(await names('onlyCurrent=true', owner.key)).toEqual(['private'])
    expect(await names('', outsider.key)).toEqual(['Default', 'public'])
    expect(await names('onlyCurrent=true', outsider.key)).toEqual([])
    expect(await names('onlyCurrent=1', outsider.key)).toEqual(['Default', 'public'])
  })

  test('is filtered by a part of the name in any case, and cut into pages', async () => {
    expect(await names('filter=PUB', ADMIN_KEY)).toEqual(['public'])
    expect(await names('filter=%25', ADMIN_KEY)).toEqual([])
    expect(await names('offset=1&limit=2', ADMIN_KEY)).toEqual(ALL.slice(1, 3))
    expect(await names('offset=-1&limit=0', ADMIN_KEY)).toEqual(ALL)
    expect(await get('?limit=x')).toEqual(empty(404))
  })

  test('survives a damaged row: the entry is there without what cannot be read', async () => {
    const { body } = await post({ name: 'damaged', meta: { a: 1 } })
    await server.services.db.updateTable('orgs').set({ meta: '{broken' }).where('id', '=', body.id).execute()
    const list = await get('?filter=damaged')
    expect(list.body).toEqual([expect.objectContaining({ name: 'damaged' })])
    expect(list.body[0]).not.toHaveProperty('meta')
    await server.services.db.deleteFrom('orgs').where('id', '=', body.id).execute()
  })
})

describe('one organization', () => {
  test('is shown to everybody who is signed in, also a private one', async () => {
    expect(await get('/private', outsider.key)).toEqual(
      ok({
        id: privateOrg.id,
        name: 'private',
        owner: { id: owner.id, username: 'owner', displayName: 'The owner', userType: 'LOCAL' },
        visibility: 'PRIVATE',
      }),
    )
    expect((await get('/public')).body).toMatchObject({ meta: { a: 1 }, cfg: { b: { c: true } } })
  })

  test('that does not exist is a 204; names count with their case', async () => {
    expect(await get('/nope')).toEqual(empty(204))
    expect(await get('/PUBLIC')).toEqual(empty(204))
    expect(await get('/a%2Fb')).toEqual(empty(204))
  })
})

describe('creating one', () => {
  test('needs the permission; without it the answer is a 500, as in Concord', async () => {
    const message = "Only roles with 'createOrg' permission are allowed to update organizations"
    expect(await post({ name: 'mine' }, member.key)).toEqual(text(500, DENIED + message))
  })

  test('makes the caller its owner and OWNER of its team default; visibility is PUBLIC', async () => {
    const { body } = await post({ name: 'fresh' })
    expect(body).toEqual({ ok: true, id: expect.any(String), result: 'CREATED' })
    expect((await get('/fresh')).body).toMatchObject({ owner: { username: 'admin' }, visibility: 'PUBLIC' })
    expect((await get('/fresh/team/default/users')).body).toMatchObject([{ username: 'admin', role: 'OWNER' }])
  })

  test('takes an owner by id or by name', async () => {
    await post({ name: 'by-id', owner: { id: owner.id } })
    await post({ name: 'by-name', owner: { username: 'OWNER' } })
    for (const name of ['by-id', 'by-name']) expect((await get(`/${name}`)).body.owner.id).toBe(owner.id)
    expect(await post({ name: 'no-owner', owner: { id: SEED.defaultTeam } })).toEqual(
      validation(`User not found: ${SEED.defaultTeam}`),
    )
    expect(await post({ name: 'no-owner', owner: { username: 'nobody' } })).toEqual(text(500, 'User not found: nobody'))
    expect(await get('/no-owner')).toEqual(empty(204))
  })

  test.each(['a b', 'ab', '-abc', 'x'.repeat(129)])('refuses the name %s', async (name) => {
    const answer = await post({ name })
    expect(answer.status).toBe(400)
    expect(answer.body[0].id).toBe('OrganizationEntry.createOrUpdate.arg0.name')
  })

  test('without a name, with a bad enum or without a body is a 500', async () => {
    expect((await post({})).body).toMatch(/^ERROR: org\.jooq/)
    expect((await post({ name: 'abc', visibility: 'SECRET' })).body).toMatch(/^ERROR: com\.fasterxml\.jackson/)
    const nothing = await seen(server.request(ORG, { method: 'POST', headers: { 'Content-Type': 'application/json' } }))
    expect(nothing.body).toMatch(/^ERROR: java\.lang\.NullPointerException/)
  })

  test('hides its validation errors from those who accept nothing but JSON', async () => {
    const answer = await seen(server.request(ORG, { json: { name: 'a b' }, headers: { Accept: 'application/json' } }))
    expect(answer).toEqual(empty(400))
  })
})

describe('updating one', () => {
  test('by id or by name changes only what is sent; meta and cfg are replaced whole', async () => {
    const { body } = await post({ name: 'before', meta: { a: 1, b: 2 }, cfg: { kept: true } })
    expect((await post({ id: body.id, name: 'after', meta: { c: 3 } })).body.result).toBe('UPDATED')
    expect((await post({ name: 'after', visibility: 'PRIVATE' })).body).toEqual({
      ok: true,
      id: body.id,
      result: 'UPDATED',
    })
    expect((await get('/after')).body).toMatchObject({ meta: { c: 3 }, cfg: { kept: true }, visibility: 'PRIVATE' })
    expect(await get('/before')).toEqual(empty(204))
  })

  test('is for its owner and those with the permission, until the owner gives it away', async () => {
    const { body } = await post({ name: 'given', owner: { id: owner.id } })
    const change = { id: body.id, visibility: 'PRIVATE' }
    const message = "Only roles with 'updateOrg' permission are allowed to update organizations"
    expect(await post(change, member.key)).toEqual(text(500, DENIED + message))
    expect((await post({ ...change, owner: { id: member.id } }, owner.key)).status).toBe(200)
    expect(await post(change, owner.key)).toEqual(text(500, DENIED + message))
    expect((await post(change, member.key)).status).toBe(200)
  })

  test('onto a name that is taken is a 500, of an unknown id a 400; neither changes anything', async () => {
    const answer = await post({ id: privateOrg.id, name: 'public', visibility: 'PUBLIC' })
    expect(answer.body).toMatch(/^ERROR: org\.jooq\.exception\.IntegrityConstraintViolationException/)
    expect((await get('/private')).body.visibility).toBe('PRIVATE')
    const id = SEED.defaultTeam
    expect(await post({ id, name: 'other' })).toEqual(validation(`Organization not found: ${id}`))
  })
})

describe('deleting one', () => {
  const remove = (name: string, query = '?confirmation=yes', as = ADMIN_KEY) =>
    seen(server.request(`${ORG}/${name}${query}`, { as, method: 'DELETE' }))

  test('has to be confirmed, by an admin, and takes its teams and projects along', async () => {
    const { body } = await post({ name: 'doomed', owner: { id: owner.id } })
    expect(await remove('doomed', '')).toEqual(text(400, 'Operation must be confirmed'))
    expect(await remove('doomed', '?confirmation=true')).toEqual(text(400, 'Operation must be confirmed'))
    expect(await remove('doomed', '?confirmation=yes', owner.key)).toEqual(
      text(500, `${DENIED}Only admins are allowed to update organizations`),
    )
    expect(await remove('doomed', '?confirmation=YES')).toEqual(ok({ ok: true, result: 'DELETED' }))
    expect(await remove('doomed')).toEqual(validation('Organization not found: doomed'))
    const teams = await server.services.db.selectFrom('teams').select('id').where('orgId', '=', body.id).execute()
    expect(teams).toEqual([])
  })
})

test('what happens to an organization is in the audit log', async () => {
  const { body } = await post({ name: 'logged', meta: { token: 'hunter2' }, cfg: { token: 'hunter2' } })
  await post({ id: body.id, name: 'renamed', visibility: 'PRIVATE' })
  await server.request(`${ORG}/renamed?confirmation=yes`, { method: 'DELETE' })
  const log = await seen(server.request('/api/v1/audit?object=ORGANIZATION&limit=3'))
  expect(log.body).toMatchObject([
    { action: 'DELETE', details: { orgId: body.id, name: 'renamed' } },
    {
      action: 'UPDATE',
      details: { name: 'logged', changes: {} },
    },
    {
      action: 'CREATE',
      details: { orgId: body.id, changes: { new: { name: 'logged' } } },
      user: { username: 'admin' },
    },
  ])
  expect(JSON.stringify(log.body)).not.toContain('hunter2')
})

describe('policies', () => {
  const canCreate = (path: string, as = member.key) => seen(server.request(`/api/v1/${path}`, { as }))

  test('there are none: members may create everything', async () => {
    expect(await canCreate('SECRET/canCreate?orgName=private')).toEqual(ok(true))
    expect(await canCreate('PROJECT/canCreate?orgName=private')).toEqual(ok(true))
    expect((await canCreate('SECRET/canCreate?orgName=private', outsider.key)).status).toBe(403)
  })

  test('the question names an organization and a kind of entity', async () => {
    expect(await canCreate('SECRET/canCreate')).toEqual(validation('Organization ID or name is required'))
    expect(await canCreate('secret/canCreate?orgName=private')).toEqual(empty(404))
    expect(await canCreate('ORG/canCreate?orgName=private')).toEqual(empty(404))
  })

  test('their list is for admins, and empty', async () => {
    expect(await seen(server.request('/api/v2/policy'))).toEqual(ok([]))
    expect(await seen(server.request('/api/v2/policy', { as: member.key }))).toEqual(
      text(403, 'Only admins can do that'),
    )
  })
})
