import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { givenSecret } from '../../tests/support/secrets.ts'
import { givenProject, givenTeam, givenUser, startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { SEED } from '../ids.ts'
import { up } from './migrations/009_seed_rows.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const OLD = { id: '00000000-0000-7000-8000-000000000001', name: 'ConcordSystem' }
const body = async (path: string) => (await server.request(path)).json()

test('a new data folder has the seed rows of a real Concord', async () => {
  expect(await body('/api/v1/org/ConcordSystem')).toMatchObject({ id: SEED.systemOrg, visibility: 'PRIVATE' })
  const permissions = ['createOrg', 'updateOrg', 'apiKeySpecifyValue']
  expect(await body('/api/v1/role/concordAdmin')).toMatchObject({ permissions })
})

test('an older data folder gets them too, and the organization keeps its content', async () => {
  const { db } = server.services
  await db.deleteFrom('orgs').where('id', '=', SEED.systemOrg).execute()
  await db
    .insertInto('orgs')
    .values({ ...OLD, ownerId: null, visibility: 'PRIVATE', meta: '{"a":1.0}', cfg: null })
    .execute()
  const user = await givenUser(server, 'member')
  await givenTeam(server, OLD, 'team', [user])
  const project = await givenProject(server, OLD, 'project')
  await givenSecret(server, OLD, 'key', { projects: [project] })
  const policy = await server.request('/api/v2/policy', { json: { name: 'policy', rules: {} } })
  expect(policy.status).toBe(200)
  await server.request('/api/v2/policy/policy/link', { method: 'PUT', json: { orgName: OLD.name } })
  await server.request('/api/v1/org', { json: { id: OLD.id, cfg: { b: 2 } } })
  const before = '["createOrg","updateOrg","getProcessQueueAllOrgs","apiKeySpecifyValue"]'
  await db.updateTable('roles').set({ permissions: before }).where('name', '=', 'concordAdmin').execute()
  const usage = async () => (await sql<Record<string, unknown>>`SELECT * FROM orgUsage`.execute(db)).rows
  const sums = (await usage()).find(({ orgId }) => orgId === OLD.id)

  await db.transaction().execute((trx) => up(trx as never))

  const org = await body('/api/v1/org/ConcordSystem')
  expect(org).toMatchObject({ id: SEED.systemOrg, meta: { a: 1 }, cfg: { b: 2 } })
  expect((await body('/api/v1/role/concordAdmin')).permissions).not.toContain('getProcessQueueAllOrgs')
  expect(await body('/api/v2/org/ConcordSystem/secret/key')).toMatchObject({
    orgId: org.id,
    projects: [{ id: project.id }],
  })
  expect(await body('/api/v1/org/ConcordSystem/team/team/users')).toMatchObject([{ username: 'member' }])
  expect(await body('/api/v2/policy?orgName=ConcordSystem')).toMatchObject([{ name: 'policy' }])
  const log = await body('/api/v1/audit?details.orgName=ConcordSystem&object=ORGANIZATION')
  expect(log).toMatchObject([{ action: 'UPDATE', details: { orgId: org.id } }])
  expect((await usage()).filter(({ orgId }) => orgId === org.id || orgId === OLD.id)).toEqual([
    { ...sums, orgId: org.id },
  ])
  expect((await sql`PRAGMA foreign_key_check`.execute(db)).rows).toEqual([])
})

test('keeps an admin’s changes to the role', async () => {
  const { db } = server.services
  await server.request('/api/v1/role', { json: { name: 'concordAdmin', permissions: ['createOrg'] } })
  await db.transaction().execute((trx) => up(trx as never))
  expect((await body('/api/v1/role/concordAdmin')).permissions).toEqual(['createOrg'])
})
