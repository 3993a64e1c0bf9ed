import { expect, test } from 'vitest'
import { startAcme, UPDATED } from '../../tests/support/secrets.ts'
import { givenProject } from '../../tests/support/testServer.ts'

test('deleting a secret deletes the rows of its value, projects and teams', async () => {
  const { server, org, team, alice, make, v1 } = await startAcme()
  const project = await givenProject(server, org, 'project')
  const { id } = await make('deleted', { projects: [project], grants: { [team.id]: 'READER' } })
  expect(await v1('deleted', { visibility: 'PRIVATE' })).toEqual(UPDATED)
  const { db } = server.services
  const rows = async () => {
    const tables = ['secretValues', 'secretProjects', 'secretTeamAccess'] as const
    const found = tables.map((table) => db.selectFrom(table).select('secretId').where('secretId', '=', id).execute())
    return (await Promise.all(found)).map(({ length }) => length)
  }
  expect(await rows()).toEqual([1, 1, 1])
  const answer = await server.request('/api/v1/org/acme/secret/deleted', { as: alice.key, method: 'DELETE' })
  expect(answer.status).toBe(200)
  expect(await rows()).toEqual([0, 0, 0])
  await server.close()
})
