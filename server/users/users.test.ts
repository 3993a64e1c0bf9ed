import { afterAll, beforeAll, expect, test } from 'vitest'
import { seen, text } from '../../tests/support/secrets.ts'
import { startTestServer, type TestServer } from '../../tests/support/testServer.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

test('a user created through the API has no password', async () => {
  const { body } = await seen(server.request('/api/v1/user', { json: { username: 'no-password' } }))
  const row = server.services.db.selectFrom('users').select('passwordHash').where('id', '=', body.id)
  expect(await row.executeTakeFirst()).toEqual({ passwordHash: null })
})

test('without a directory, an LDAP user cannot be created', async () => {
  const answer = await seen(server.request('/api/v1/user', { json: { username: 'x', userType: 'LDAP' } }))
  expect(answer).toEqual(text(500, 'Error while retrieving LDAP information for x'))
})

test('damaged permissions of a role count as none', async () => {
  const name = 'concordSystemWriter'
  await server.services.db.updateTable('roles').set({ permissions: '[broken' }).where('name', '=', name).execute()
  const { body } = await seen(server.request('/api/v1/role'))
  expect(body).toContainEqual({ id: expect.any(String), name, permissions: [] })
})
