import { describe, expect, test } from 'vitest'
import { admin, anonymous, type Caller } from './lib/caller.ts'
import {
  expectEmpty,
  expectFailure,
  expectJson,
  expectResult,
  expectText,
  expectUnauthorized,
  expectValidationError,
  expectViolations,
  jsonOf,
} from './lib/expect.ts'
import { server } from './lib/server.ts'
import { made, newWorld, removeLater, TIMESTAMP, UNKNOWN_ID } from './lib/world.ts'
import { hasNewApiKeys, userEntriesArePrivate, userSearchWorks } from './versions.ts'

// concord-api §8.

const ADMINS_ONLY = 'Only admins can do that'
const world = newWorld('users')
const mark = world.unique('mark')
const anna = await world.user('anna', { displayName: `Anna ${mark}`, email: `anna@${mark}.example` })
const bert = await world.user('bert', { displayName: `Bert ${mark}`, email: `bert@${mark}.example` })
const carl = await world.user('carl', { displayName: `Carl ${mark}` })
const [reader, writer] = [
  await world.user('dora', { displayName: `Dora ${mark}`, roles: ['concordSystemReader'] }),
  await world.user('emil', { displayName: `Emil ${mark}`, roles: ['concordSystemWriter'] }),
]
made(await admin.put(`/api/v1/user/${carl.id}/disable`))

const searchEntry = (user: { id: string; name: string }, displayName: string, email?: string) => ({
  ...{
    id: user.id,
    name: user.name,
    displayName: `${displayName} ${mark}`,
    type: 'LOCAL',
    ...(email ? { email } : {}),
  },
  ...{ disabled: false, permanentlyDisabled: false },
})

/** Creates a user through the endpoint under test, with this file's names. */
async function create(base: string, more: Record<string, unknown> = {}) {
  const username = world.unique(base)
  const answer = await admin.post('/api/v1/user', { json: { username, userType: 'LOCAL', ...more } })
  if (answer.status === 200) removeLater(`/api/v1/user/${answer.json().id}`)
  return { answer, username, id: answer.status === 200 ? (answer.json().id as string) : '' }
}

describe('search', () => {
  const search = (query: Record<string, string | number>, as: Caller = anna) => as.get('/api/v2/user', { query })

  describe.runIf(userSearchWorks)('with matches', () => {
    test('searches user names', async () => {
      expectJson(await search({ filter: anna.name }), [searchEntry(anna, 'Anna', `anna@${mark}.example`)])
    })
    test('ignores the case of all letters', async () => {
      const zoe = await world.user('zoe', { displayName: `Ärger Ödön ${mark}` })
      for (const filter of [`ärger ödön ${mark}`, `ÄRGER ÖDÖN ${mark}`, `äRGER Ödön ${mark}`]) {
        expect(jsonOf(await search({ filter }))).toMatchObject([{ id: zoe.id }])
      }
      expect(jsonOf(await search({ filter: `arger odon ${mark}` }))).toEqual([])
      made(await admin.put(`/api/v1/user/${zoe.id}/disable`))
    })
    test('searches display names, ignoring case', async () => {
      expect(jsonOf(await search({ filter: `ANNA ${mark}` }))).toMatchObject([{ id: anna.id }])
    })
    test('searches e-mail addresses', async () => {
      expect(jsonOf(await search({ filter: `bert@${mark}` }))).toMatchObject([{ id: bert.id }])
    })
    test('omits disabled users, is ordered by display name, has no orgs and no roles', async () => {
      expectJson(await search({ filter: mark }), [
        searchEntry(anna, 'Anna', `anna@${mark}.example`),
        searchEntry(bert, 'Bert', `bert@${mark}.example`),
        searchEntry(reader, 'Dora'),
        searchEntry(writer, 'Emil'),
      ])
    })
    test('sorts users without a display name last, and matches wildcard characters literally', async () => {
      const { username } = await create('s*[?]%_')
      const { id } = await create('s*[?]%_b', { displayName: 'Zoe' })
      const found = jsonOf(await search({ filter: `s*[?]%_` }))
      const ours = found.filter(({ name }: { name: string }) => name.endsWith(server.run))
      expect(ours).toMatchObject([{ id }, { name: username }])
    })
    test('can be paged', async () => {
      expect(jsonOf(await search({ filter: mark, offset: 1, limit: 2 }))).toMatchObject([
        { id: bert.id },
        { id: reader.id },
      ])
    })
    test('with an empty filter finds everybody, ten at a time', async () => {
      expect(jsonOf(await search({ filter: '' })).length).toBeGreaterThanOrEqual(5)
      expect(jsonOf(await search({ filter: '' })).length).toBeLessThanOrEqual(10)
    })
  })

  test.skipIf(userSearchWorks)('with matches fails', async () => expectFailure(await search({ filter: anna.name })))

  test('without matches is empty', async () => expectJson(await search({ filter: world.unique('nobody') }), []))
  test('without a filter is empty', async () => expectJson(await search({}), []))
  test.each(['%', '_', '*', '?', '[-]', '[^a]'])('matches %s literally', async (wildcard) => {
    expectJson(await search({ filter: mark.replace('-', wildcard) }), [])
  })
  test('rejects a negative offset', async () => {
    expectValidationError(await search({ filter: mark, offset: -1 }), "'offset' must be a positive number or zero")
  })
  test.each([0, -1])('rejects a limit of %i', async (limit) => {
    expectValidationError(await search({ filter: mark, limit }), "'limit' must be a positive number")
  })
  test('requires credentials', async () =>
    expectUnauthorized(await anonymous.get('/api/v2/user?filter=x'), { challenge: true }))
})

describe('one user', () => {
  const get = (id: string, as: Caller) => as.get(`/api/v2/user/${id}`)
  const PRIVATE = 'Users can only view their own information or must have admin privileges.'

  test('can read their own entry, with organizations', async () => {
    const entry = jsonOf(await get(anna.id, anna))
    expect(entry).toMatchObject({ ...searchEntry(anna, 'Anna', `anna@${mark}.example`), orgs: [{ name: 'Default' }] })
  })
  test.each([
    ['an admin', admin],
    ['a system reader', reader],
  ])('can be read by %s', async (_, as) => {
    expect(jsonOf(await get(anna.id, as)).name).toBe(anna.name)
  })
  test.runIf(userEntriesArePrivate).each([
    ['another user', bert],
    ['a system writer', writer],
  ])('cannot be read by %s', async (_, as) => {
    expectText(await get(anna.id, as), 403, PRIVATE)
  })
  test.skipIf(userEntriesArePrivate)('can be read by everybody', async () => {
    expect(jsonOf(await get(anna.id, bert)).email).toBe(`anna@${mark}.example`)
  })
  test('that is disabled has the time', async () => {
    expect(jsonOf(await get(carl.id, admin))).toMatchObject({
      disabled: true,
      disabledDate: expect.stringMatching(TIMESTAMP),
    })
  })
  test('that is unknown is a 204 for an admin and a system reader', async () => {
    for (const as of [admin, reader]) expectEmpty(await get(UNKNOWN_ID, as), 204)
  })
  test.runIf(userEntriesArePrivate)('that is unknown is a 403 for others', async () => {
    expectText(await get(UNKNOWN_ID, anna), 403, PRIVATE)
  })
  test('requires a UUID', async () => expectEmpty(await get('abc', admin), 404))
  test('requires credentials', async () => expectUnauthorized(await get(anna.id, anonymous), { challenge: true }))
})

describe('one user by name', () => {
  const get = (name: string, as: Caller = admin) => as.get(`/api/v1/user/${name}`)

  test('is for admins', async () => {
    expect(jsonOf(await get(anna.name))).toMatchObject({ id: anna.id, name: anna.name })
    expectText(await get(anna.name, bert), 403, ADMINS_ONLY)
  })
  test('is found ignoring case', async () => expect(jsonOf(await get(anna.name.toUpperCase())).id).toBe(anna.id))
  test('has roles with their permissions', async () => {
    expect(jsonOf(await get(reader.name)).roles).toMatchObject([{ name: 'concordSystemReader' }])
  })
  test('that does not exist is a 404', async () =>
    expectText(await get('no-such-user'), 404, 'User not found: no-such-user'))
})

describe('creating', () => {
  test('returns id and name', async () => {
    const { answer, username } = await create('made')
    expectJson(answer, { ok: true, id: expect.any(String), username, result: 'CREATED' })
  })
  test('stores the name in lower case', async () => {
    const { id, username } = await create('lower')
    const upper = made(
      await admin.post('/api/v1/user', { json: { username: username.toUpperCase(), userType: 'LOCAL' } }),
    )
    expect(upper).toMatchObject({ id, result: 'UPDATED' })
    expect(jsonOf(await admin.get(`/api/v2/user/${id}`)).name).toBe(username)
  })
  test('uses the caller’s type by default', async () => {
    const { id } = await create('typeless', { userType: undefined })
    expect(jsonOf(await admin.get(`/api/v2/user/${id}`)).type).toBe('LOCAL')
  })
  test.each(['mail@domain.local', 'a b'])('accepts "%s" as a name', async (name) => {
    expect((await create(name)).answer.status).toBe(200)
  })
  test('ignores roles that do not exist', async () => {
    const { id } = await create('roleless', { roles: ['noSuchRole', 'concordSystemReader'] })
    expect(jsonOf(await admin.get(`/api/v2/user/${id}`)).roles).toMatchObject([{ name: 'concordSystemReader' }])
  })
  test('creates no SSO users', async () =>
    expectText((await create('sso', { userType: 'SSO' })).answer, 400, 'User of type SSO cannot be created'))
  test('requires a user name', async () => {
    expectViolations(await admin.post('/api/v1/user', { json: { userType: 'LOCAL' } }), {
      'CreateUserRequest.createOrUpdate.arg0.username': 'must not be null',
    })
  })
  test('accepts at most 128 characters', async () => {
    expectViolations(await admin.post('/api/v1/user', { json: { username: 'x'.repeat(129), userType: 'LOCAL' } }), {
      'CreateUserRequest.createOrUpdate.arg0.username': 'size must be between 0 and 128',
    })
  })
  test('with an invalid type fails', async () => {
    expectFailure((await create('alien', { userType: 'ALIEN' })).answer, 'com.fasterxml.jackson.')
  })
  test('is for admins', async () => {
    expectText(await anna.post('/api/v1/user', { json: { username: world.unique('never') } }), 403, ADMINS_ONLY)
  })
})

describe('disabling', () => {
  test('returns the disabled user, with the time', async () => {
    const { id } = await create('off')
    expect(jsonOf(await admin.put(`/api/v1/user/${id}/disable`))).toMatchObject({
      ...{ id, disabled: true, permanentlyDisabled: false, disabledDate: expect.stringMatching(TIMESTAMP) },
    })
  })
  test('is undone by an update, which keeps fields that are not sent', async () => {
    const { id, username } = await create('again', { email: 'old@x.example' })
    await admin.put(`/api/v1/user/${id}/disable`)
    made(await admin.post('/api/v1/user', { json: { username, userType: 'LOCAL', displayName: 'Changed' } }))
    const kept = { displayName: 'Changed', email: 'old@x.example', disabled: false }
    expect(jsonOf(await admin.get(`/api/v2/user/${id}`))).toMatchObject(kept)
  })
  test('is possible through an update', async () => {
    const { id, username } = await create('off-too')
    made(await admin.post('/api/v1/user', { json: { username, userType: 'LOCAL', disabled: true } }))
    expect(jsonOf(await admin.get(`/api/v2/user/${id}`))).toMatchObject({ disabled: true })
  })
  test('for good cannot be undone', async () => {
    const { id, username } = await create('forever')
    expect(jsonOf(await admin.put(`/api/v1/user/${id}/disable?permanent=true`))).toMatchObject({
      permanentlyDisabled: true,
    })
    expect(jsonOf(await admin.put(`/api/v1/user/${id}/disable`))).toMatchObject({ permanentlyDisabled: true })
    expectText(
      await admin.post('/api/v1/user', { json: { username, userType: 'LOCAL' } }),
      500,
      'User is permanently disabled',
    )
  })
  test('of an unknown user is a 404', async () => {
    expectText(await admin.put(`/api/v1/user/${UNKNOWN_ID}/disable`), 404, `User not found: ${UNKNOWN_ID}`)
  })
  test('is for admins', async () => expectText(await anna.put(`/api/v1/user/${bert.id}/disable`), 403, ADMINS_ONLY))
})

describe('deleting', () => {
  test('returns {"ok":true}', async () => {
    const { id } = await create('gone')
    expectJson(await admin.delete(`/api/v1/user/${id}`), { ok: true })
    expectEmpty(await admin.get(`/api/v2/user/${id}`), 204)
  })
  test('deletes their keys, and leaves what they own without an owner', async () => {
    const eve = await world.user('eve')
    const org = await world.org('eves', { owner: eve })
    expectJson(await admin.delete(`/api/v1/user/${eve.id}`), { ok: true })
    expectUnauthorized(await eve.get(org.v1), { challenge: false })
    expect(jsonOf(await admin.get(org.v1))).not.toHaveProperty('owner')
  })
  test('of an unknown user is a validation error', async () => {
    expectValidationError(await admin.delete(`/api/v1/user/${UNKNOWN_ID}`), `User not found: ${UNKNOWN_ID}`)
  })
  test('is for admins', async () => expectText(await anna.delete(`/api/v1/user/${bert.id}`), 403, ADMINS_ONLY))
})

describe('roles of a user', () => {
  const set = (name: string, roles: string[], as: Caller = admin) =>
    as.post(`/api/v1/user/${name}/roles`, { json: { roles } })

  test('are replaced', async () => {
    const { id, username } = await create('roles', { roles: ['concordSystemReader'] })
    expectJson(await set(username, ['concordSystemWriter', 'noSuchRole']), expect.objectContaining({ ok: true }))
    expect(jsonOf(await admin.get(`/api/v2/user/${id}`)).roles).toMatchObject([{ name: 'concordSystemWriter' }])
  })
  test('of an unknown user are a 404', async () =>
    expectText(await set('no-such-user', []), 404, 'User not found: no-such-user'))
  test('are for admins', async () => expectText(await set(anna.name, ['concordAdmin'], anna), 403, ADMINS_ONLY))
})

/** Creates a role through the endpoint under test. */
async function role(base: string, permissions?: string[]) {
  const name = world.unique(base)
  removeLater(`/api/v1/role/${name}`)
  return { name, ...made(await admin.post('/api/v1/role', { json: { name, permissions } })) } as {
    name: string
    id: string
  }
}

describe('roles', () => {
  test('three exist from the start', async () => {
    const names = jsonOf(await admin.get('/api/v1/role')).map(({ name }: { name: string }) => name)
    expect(names).toEqual(expect.arrayContaining(['concordAdmin', 'concordSystemReader', 'concordSystemWriter']))
  })
  test('an admin’s role permits creating and updating organizations, and choosing the values of API keys', async () => {
    const { permissions } = jsonOf(await admin.get('/api/v1/role/concordAdmin'))
    const values = hasNewApiKeys ? ['apiKeySpecifyValue'] : []
    expect(permissions.toSorted()).toEqual([...values, 'createOrg', 'updateOrg'])
  })
  test('can be created and deleted', async () => {
    const name = world.unique('role')
    removeLater(`/api/v1/role/${name}`)
    expectJson(await admin.post('/api/v1/role', { json: { name } }), { id: expect.any(String), result: 'CREATED' })
    expect(jsonOf(await admin.get(`/api/v1/role/${name}`)).name).toBe(name)
    expectResult(await admin.delete(`/api/v1/role/${name}`), 'DELETED')
    expectText(await admin.get(`/api/v1/role/${name}`), 404, `Role not found: ${name}`)
  })
  test('have those permissions that Concord supports', async () => {
    const { name, id } = await role('permitted', ['updateOrg', 'createOrg', 'nonsense'])
    const { permissions, ...entry } = jsonOf(await admin.get(`/api/v1/role/${name}`))
    expect(entry).toEqual({ id, name })
    expect(permissions.toSorted()).toEqual(['createOrg', 'updateOrg'])
    const holder = await world.user('holder', { roles: [name] })
    const [held] = jsonOf(await admin.get(`/api/v1/user/${holder.name}`)).roles
    expect({ ...held, permissions: held.permissions.toSorted() }).toEqual({
      ...entry,
      permissions: permissions.toSorted(),
    })
  })
  test('are renamed by id, and keep their permissions', async () => {
    const { name, id } = await role('before', ['createOrg'])
    expectJson(await admin.post('/api/v1/role', { json: { name } }), { id, result: 'UPDATED' })
    const after = world.unique('after')
    removeLater(`/api/v1/role/${after}`)
    const json = { id, name: after, permissions: ['updateOrg'] }
    expectJson(await admin.post('/api/v1/role', { json }), { id, result: 'UPDATED' })
    expect(jsonOf(await admin.get(`/api/v1/role/${after}`))).toMatchObject({ id, permissions: ['updateOrg'] })
    expectText(await admin.get(`/api/v1/role/${name}`), 404, `Role not found: ${name}`)
  })
  test('fail without a name', async () =>
    expectFailure(await admin.post('/api/v1/role', { json: {} }), 'org.jooq.exception.'))
  test('are updated by name', async () => {
    const { name, id } = await role('updated', ['createOrg'])
    expectJson(await admin.post('/api/v1/role', { json: { name, permissions: ['updateOrg'] } }), {
      id,
      result: 'UPDATED',
    })
    expect(jsonOf(await admin.get(`/api/v1/role/${name}`)).permissions).toEqual(['updateOrg'])
  })
  test('have LDAP groups, which are added to or replaced', async () => {
    const { name } = await role('grouped')
    const path = `/api/v1/role/${name}/ldapGroups`
    expectJson(await admin.get(path), [])
    expectResult(await admin.put(path, { json: ['cn=a', 'cn=b'] }), 'UPDATED')
    expect(jsonOf(await admin.get(path)).toSorted()).toEqual(['cn=a', 'cn=b'])
    expectValidationError(await admin.put(path, { json: [] }), 'Empty LDAP group list')
    expectResult(await admin.put(`${path}?replace=true`, { json: ['cn=c'] }), 'UPDATED')
    expectJson(await admin.get(path), ['cn=c'])
    expectResult(await admin.put(`${path}?replace=true`, { json: [] }), 'UPDATED')
    expectJson(await admin.get(path), [])
    expectText(
      await admin.put('/api/v1/role/noSuchRole/ldapGroups', { json: ['cn=x'] }),
      404,
      'Role not found: noSuchRole',
    )
    expectText(await anna.get(path), 403, ADMINS_ONLY)
    expectText(await anna.put(path, { json: ['cn=x'] }), 403, ADMINS_ONLY)
  })
  test('that do not exist are a 404', async () =>
    expectText(await admin.get('/api/v1/role/noSuchRole'), 404, 'Role not found: noSuchRole'))
  test('are for admins', async () => {
    expectText(await anna.get('/api/v1/role'), 403, ADMINS_ONLY)
    expectText(await anna.post('/api/v1/role', { json: { name: world.unique('mine') } }), 403, ADMINS_ONLY)
    expectText(await anna.delete('/api/v1/role/concordAdmin'), 403, ADMINS_ONLY)
    expectText(await reader.get('/api/v1/role/concordAdmin'), 403, ADMINS_ONLY)
  })
})
