import { expect, test } from 'vitest'
import { startTestServer } from '../../tests/support/testServer.ts'
import { addUser } from './builtIn.ts'

test('users can be created even if their default organization was deleted', async () => {
  const server = await startTestServer()
  const { db } = server.services
  const rolesInTeams = async (username: string) => {
    const user = await db.selectFrom('users').selectAll().where('username', '=', username).executeTakeFirstOrThrow()
    const teams = await db.selectFrom('teamUsers').select('role').where('userId', '=', user.id).execute()
    return teams.map(({ role }) => role)
  }
  const create = async (username: string) =>
    expect((await server.request('/api/v1/user', { json: { username, type: 'LOCAL' } })).status).toBe(200)
  await create('before')
  expect(await rolesInTeams('before')).toEqual(['MEMBER'])

  const deleted = await server.request('/api/v1/org/Default?confirmation=yes', { method: 'DELETE' })
  expect(deleted.status).toBe(200)
  await addUser(db, { username: 'at-the-terminal', password: 'correct horse battery', admin: false, apiKey: false })
  await create('by-the-api')
  for (const name of ['at-the-terminal', 'by-the-api']) expect(await rolesInTeams(name)).toEqual([])
  await server.close()
})
