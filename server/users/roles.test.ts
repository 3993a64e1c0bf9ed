import { afterAll, beforeAll, expect, test } from 'vitest'
import { ok, seen, text, validation } from '../../tests/support/secrets.ts'
import { givenUser, startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { newId } from '../ids.ts'

let server: TestServer
let joe: { id: string; key: string }

beforeAll(async () => {
  server = await startTestServer()
  joe = await givenUser(server, 'joe')
})
afterAll(() => server.close())

const ROLE = '/api/v1/role'
const save = (json: object, as?: string) => seen(server.request(ROLE, { json, ...(as ? { as } : {}) }))
const call = (method: string, path: string, json?: unknown) => seen(server.request(`${ROLE}${path}`, { method, json }))

test('roles are made, changed by name or id, and deleted, with the permissions that there are', async () => {
  const { body } = await save({ name: 'org-maker', permissions: ['createOrg', 'fly'] })
  expect(body).toEqual({ id: expect.any(String), result: 'CREATED' })
  expect(await call('GET', '/org-maker')).toEqual(ok({ id: body.id, name: 'org-maker', permissions: ['createOrg'] }))
  expect((await save({ name: 'org-maker' })).body).toEqual({ id: body.id, result: 'UPDATED' })
  await save({ id: body.id, name: 'renamed', permissions: ['updateOrg'] })
  expect((await call('GET', '/renamed')).body).toMatchObject({ id: body.id, permissions: ['updateOrg'] })
  expect(await call('DELETE', '/renamed')).toEqual(ok({ ok: true, result: 'DELETED' }))
  expect(await call('DELETE', '/renamed')).toEqual(text(404, 'Role not found: renamed'))
  expect((await save({})).body).toMatch(/^ERROR: org\.jooq\.exception\.Integrity/)
  const log = await seen(server.request('/api/v1/audit?object=ROLE'))
  expect(log.body.map(({ action }: { action: string }) => action)).toEqual(['DELETE', 'UPDATE', 'UPDATE', 'CREATE'])
})

test('roles are for admins', async () => {
  const refused = text(403, 'Only admins can do that')
  expect(await save({ name: 'mine' }, joe.key)).toEqual(refused)
  expect(await seen(server.request(`${ROLE}/concordAdmin`, { method: 'DELETE', as: joe.key }))).toEqual(refused)
  const groups = { method: 'PUT', as: joe.key, json: ['cn=x'] }
  expect(await seen(server.request(`${ROLE}/concordAdmin/ldapGroups`, groups))).toEqual(refused)
  expect(await seen(server.request(`${ROLE}/concordAdmin/ldapGroups`, { as: joe.key }))).toEqual(refused)
})

test('an LDAP group has a role: who is in it may what the role permits', async () => {
  await save({ name: 'org-maker', permissions: ['createOrg'] })
  const org = () => server.request('/api/v1/org', { as: joe.key, json: { name: `org-${newId()}` } })
  await server.services.db.insertInto('userLdapGroups').values({ userId: joe.id, ldapGroup: 'cn=makers' }).execute()
  expect((await org()).status).toBe(500)
  expect(await call('PUT', '/org-maker/ldapGroups', ['cn=makers', 'cn=a', 'cn=a'])).toEqual(
    ok({ ok: true, result: 'UPDATED' }),
  )
  expect((await org()).status).toBe(200)
  expect((await seen(server.request('/api/v1/user/joe'))).body.roles).toMatchObject([{ name: 'org-maker' }])
  expect((await call('GET', '/org-maker/ldapGroups')).body).toEqual(['cn=a', 'cn=makers'])
  await call('PUT', '/org-maker/ldapGroups?replace=true', ['cn=b'])
  expect((await call('GET', '/org-maker/ldapGroups')).body).toEqual(['cn=b'])
  expect((await org()).status).toBe(500)
  expect(await call('PUT', '/org-maker/ldapGroups', [])).toEqual(validation('Empty LDAP group list'))
  expect(await call('PUT', '/no-such-role/ldapGroups', ['cn=x'])).toEqual(text(404, 'Role not found: no-such-role'))
})
