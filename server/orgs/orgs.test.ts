import { afterAll, beforeAll, expect, test } from 'vitest'
import { givenSecret, seen } from '../../tests/support/secrets.ts'
import { givenProject, givenTeam, givenUser, startTestServer, type TestServer } from '../../tests/support/testServer.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const ORG = '/api/v1/org'
const create = async (json: object) => (await seen(server.request(ORG, { json }))).body

test('lists a damaged row without the unreadable fields', async () => {
  const { id } = await create({ name: 'damaged', meta: { a: 1 } })
  await server.services.db.updateTable('orgs').set({ meta: '{broken' }).where('id', '=', id).execute()
  const list = await seen(server.request(`${ORG}?filter=damaged`))
  expect(list.body).toEqual([expect.objectContaining({ name: 'damaged' })])
  expect(list.body[0]).not.toHaveProperty('meta')
})

test('deleting an organization deletes the rows of its teams, projects and secrets', async () => {
  const org = await create({ name: 'doomed' })
  await givenTeam(server, org, 'team')
  const secret = await givenSecret(server, org, 'secret', { projects: [await givenProject(server, org, 'project')] })
  const { db } = server.services
  const rows = async () => {
    const ofOrg = (['teams', 'projects', 'secrets'] as const).map((table) =>
      db.selectFrom(table).select('id').where('orgId', '=', org.id).execute(),
    )
    const values = db.selectFrom('secretValues').select('secretId').where('secretId', '=', secret.id).execute()
    return (await Promise.all([...ofOrg, values])).map(({ length }) => length)
  }
  expect(await rows()).toEqual([2, 1, 1, 1])
  const answer = await server.request(`${ORG}/doomed?confirmation=yes`, { method: 'DELETE' })
  expect(answer.status).toBe(200)
  expect(await rows()).toEqual([0, 0, 0, 0])
})

test('the secrets of organizations are counted for those who see them all', async () => {
  const [member, stranger] = [await givenUser(server, 'member'), await givenUser(server, 'stranger')]
  const one = await create({ name: 'counted-one' })
  const two = await create({ name: 'counted-two', visibility: 'PRIVATE' })
  for (const name of ['a-secret', 'b-secret']) await givenSecret(server, one, name, { visibility: 'PUBLIC' })
  const json = [{ username: 'member', role: 'MEMBER' }]
  for (const org of ['counted-one', 'counted-two'])
    await server.request(`${ORG}/${org}/team/default/users`, { method: 'PUT', json })

  const counts = async (user: { key: string } | undefined, query: string) =>
    (await seen(server.request(`/api/x/v1/org?filter=counted-${query}`, user ? { as: user.key } : {}))).body
  const both = [
    { orgId: one.id, secrets: 2 },
    { orgId: two.id, secrets: 0 },
  ]
  expect(await counts(member, '')).toEqual(both)
  expect(await counts(member, '&onlyCurrent=true&offset=1&limit=1')).toEqual(both.slice(1))
  expect(await counts(undefined, 'ONE')).toEqual(both.slice(0, 1))
  // Neither those that they cannot see, nor those that nobody has listed to them.
  expect(await counts(stranger, '')).toEqual([])
})
