import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { givenUser, startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { SEED } from '../ids.ts'
import { disableUser, enableUser } from './builtIn.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const send = (path: string, method: string, json?: unknown) =>
  server.request(path, { method, ...(json === undefined ? {} : { json }) })
const WORDS =
  'This would leave no enabled admin. Give the role concordAdmin to another enabled user first, then try again.'

const acts: Record<string, () => Promise<Response> | Response> = {
  'disabled by PUT': () => send(`/api/v1/user/${SEED.adminUser}/disable`, 'PUT'),
  'disabled for good': () => send(`/api/v1/user/${SEED.adminUser}/disable?permanent=true`, 'PUT'),
  'disabled by POST': () => send('/api/v1/user', 'POST', { username: 'admin', disabled: true }),
  'given other roles with the user': () => send('/api/v1/user', 'POST', { username: 'admin', roles: [] }),
  'given other roles': () => send('/api/v1/user/admin/roles', 'POST', { roles: ['concordSystemReader'] }),
  deleted: () => send(`/api/v1/user/${SEED.adminUser}`, 'DELETE'),
  'left without the role': () => send('/api/v1/role/concordAdmin', 'DELETE'),
}

describe('the last enabled admin is not', () => {
  test.each(Object.entries(acts))('%s', async (_, act) => {
    const answer = await act()
    expect([answer.status, await answer.json()]).toEqual([400, [{ id: '*', message: WORDS }]])
    expect((await server.request('/api/v1/role')).status).toBe(200)
  })

  test('disabled on the command line', async () => {
    const { db } = server.services
    await expect(disableUser(db, { username: 'admin' })).rejects.toThrow(WORDS)
    const other = await givenUser(server, 'other', 'concordAdmin')
    await disableUser(db, { username: 'other' })
    // A disabled admin does not count.
    await expect(disableUser(db, { username: 'admin' })).rejects.toThrow(WORDS)
    await enableUser(db, { username: other.id })
    await disableUser(db, { username: 'admin' })
    await enableUser(db, { username: 'admin' })
    await disableUser(db, { username: 'other' })
  })

  test('without the role under its new name', async () => {
    const { id } = await (await server.request('/api/v1/role/concordAdmin')).json()
    expect((await send('/api/v1/role', 'POST', { id, name: 'former' })).status).toBe(400)
  })
})

test('removing the last LDAP group does not remove the role from all admins', async () => {
  const { db } = server.services
  const member = await givenUser(server, 'member')
  await db.insertInto('userLdapGroups').values({ userId: member.id, ldapGroup: 'cn=admins' }).execute()
  const groups = (list: string[]) => send('/api/v1/role/concordAdmin/ldapGroups?replace=true', 'PUT', list)
  expect((await groups(['cn=admins'])).status).toBe(200)
  expect((await send('/api/v1/user/admin/roles', 'POST', { roles: [] })).status).toBe(200)
  const asMember = { as: member.key, method: 'PUT', json: [] }
  expect((await server.request('/api/v1/role/concordAdmin/ldapGroups?replace=true', asMember)).status).toBe(400)
  const back = { as: member.key, json: { roles: ['concordAdmin'] } }
  expect((await server.request('/api/v1/user/admin/roles', back)).status).toBe(200)
  expect((await groups([])).status).toBe(200)
})

test('one of two admins can be removed', async () => {
  const other = await givenUser(server, 'second', 'concordAdmin')
  expect((await send(`/api/v1/user/${other.id}/disable`, 'PUT')).status).toBe(200)
  expect((await send('/api/v1/user', 'POST', { username: 'second', disabled: false })).status).toBe(200)
  expect((await send('/api/v1/user/second/roles', 'POST', { roles: [] })).status).toBe(200)
  expect((await send(`/api/v1/user/${other.id}`, 'DELETE')).status).toBe(200)
})
