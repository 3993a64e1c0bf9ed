import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { givenSecret } from '../../tests/support/secrets.ts'
import {
  givenOrg,
  givenProject,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../../tests/support/testServer.ts'
import { newId } from '../ids.ts'
import { up } from './migrations/008_store_limits.ts'

/** The expected `orgUsage`, counted row by row. */
async function counted({ services: { db } }: TestServer) {
  const length = (...columns: string[]) =>
    sql.raw(columns.map((column) => `ifnull(length(CAST(${column} AS BLOB)), 0)`).join(' + '))
  const { rows } = await sql`
    SELECT id AS orgId,
      (SELECT count(*) FROM secrets WHERE orgId = orgs.id) AS secrets,
      (SELECT count(*) FROM projects WHERE orgId = orgs.id) AS projects,
      (SELECT count(*) FROM repositories r JOIN projects p ON p.id = r.projectId WHERE p.orgId = orgs.id) AS repositories,
      (SELECT count(*) FROM teams WHERE orgId = orgs.id) AS teams,
      ${length('orgs.name', 'orgs.meta', 'orgs.cfg')}
      + (SELECT ifnull(sum(${length('s.name')}), 0) FROM secrets s WHERE orgId = orgs.id)
      + (SELECT ifnull(sum(${length('wrappedKey', 'salt', 'data')}), 0)
           FROM secretValues v JOIN secrets s ON s.id = v.secretId WHERE s.orgId = orgs.id)
      + (SELECT ifnull(sum(${length('name', 'description', 'cfg', 'meta')}), 0) FROM projects WHERE orgId = orgs.id)
      + (SELECT ifnull(sum(${length('r.name', 'url', 'branch', 'commitId', 'path', 'r.meta')}), 0)
           FROM repositories r JOIN projects p ON p.id = r.projectId WHERE p.orgId = orgs.id)
      + (SELECT ifnull(sum(${length('name', 'description')}), 0) FROM teams WHERE orgId = orgs.id)
      + (SELECT ifnull(sum(${length('ldapGroup')}), 0)
           FROM teamLdapGroups g JOIN teams t ON t.id = g.teamId WHERE t.orgId = orgs.id)
      + 200 * (
          (SELECT count(*) FROM secretProjects l JOIN secrets s ON s.id = l.secretId WHERE s.orgId = orgs.id)
        + (SELECT count(*) FROM secretTeamAccess l JOIN secrets s ON s.id = l.secretId WHERE s.orgId = orgs.id)
        + (SELECT count(*) FROM projectTeamAccess l JOIN projects p ON p.id = l.projectId WHERE p.orgId = orgs.id)
        + (SELECT count(*) FROM teamUsers l JOIN teams t ON t.id = l.teamId WHERE t.orgId = orgs.id)) AS bytes
    FROM orgs ORDER BY id`.execute(db)
  return rows
}

const usage = ({ services: { db } }: TestServer) => db.selectFrom('orgUsage').selectAll().orderBy('orgId').execute()

/** As before the migration. */
async function forget({ services: { db } }: TestServer) {
  const { rows } = await sql<{ type: string; name: string }>`
    SELECT type, name FROM sqlite_schema WHERE type = 'trigger' OR name = 'orgUsage' OR (type = 'index' AND name IN
      ('auditLogByProject', 'auditLogByTeam', 'auditLogByUser', 'auditLogByObject', 'processSessionsByUser', 'orgsByOwner'))
    ORDER BY type = 'table'`.execute(db)
  for (const { type, name } of rows) await sql`DROP ${sql.raw(type)} ${sql.id(name)}`.execute(db)
}

test('every write updates the organization’s sums, including cascades and moves', async () => {
  const server = await startTestServer()
  const { db } = server.services
  const check = async () => expect(await usage(server)).toEqual(await counted(server))
  await check()
  const [acme, other] = [await givenOrg(server, 'one'), await givenOrg(server, 'two')]
  const user = await givenUser(server, 'dave')
  const team = await givenTeam(server, acme, 'team', [user])
  const secret = await givenSecret(server, acme, 'one', { value: Buffer.alloc(5000) })
  await givenSecret(server, acme, 'two')
  const project = await givenProject(server, acme, 'project')
  const off = 0 as const
  const repository = {
    ...{ id: newId(), projectId: project.id, name: 'repo', url: 'https://example.com', branch: 'ä', commitId: null },
    ...{ path: null, secretId: secret.id, disabled: off, triggersDisabled: off, meta: '{"a":1}' },
  }
  await db.insertInto('repositories').values(repository).execute()
  await db.insertInto('secretProjects').values({ secretId: secret.id, projectId: project.id }).execute()
  await db.insertInto('secretTeamAccess').values({ secretId: secret.id, teamId: team.id, level: 'READER' }).execute()
  await db.insertInto('projectTeamAccess').values({ projectId: project.id, teamId: team.id, level: 'READER' }).execute()
  await db.insertInto('teamLdapGroups').values({ teamId: team.id, ldapGroup: 'cn=ü', role: 'MEMBER' }).execute()
  await check()
  await db
    .updateTable('secretValues')
    .set({ data: Buffer.alloc(9000) })
    .where('secretId', '=', secret.id)
    .execute()
  await db.updateTable('projects').set({ meta: '{"long":"text"}', description: null }).execute()
  await db.updateTable('repositories').set({ url: 'https://example.com/longer', meta: null }).execute()
  await db.updateTable('orgs').set({ name: 'another' }).where('id', '=', acme.id).execute()
  await check()
  await db.updateTable('orgs').set({ cfg: '{"x":"ß"}' }).where('id', '=', acme.id).execute()
  await db.updateTable('teams').set({ name: 'teams', description: 'new' }).where('id', '=', team.id).execute()
  await check()
  for (const table of ['secrets', 'projects'] as const) {
    const { id } = table === 'secrets' ? secret : project
    await db.updateTable(table).set({ orgId: other.id, name: 'moved' }).where('id', '=', id).execute()
    await check()
  }
  expect(await usage(server)).toContainEqual(
    expect.objectContaining({ orgId: other.id, secrets: 1, projects: 1, repositories: 1 }),
  )
  await forget(server)
  await up(db as never)
  await check()
  await db.deleteFrom('teams').where('id', '=', team.id).execute()
  await check()
  await db.deleteFrom('users').where('id', '=', user.id).execute()
  await db.deleteFrom('projects').where('id', '=', project.id).execute()
  await check()
  await db.deleteFrom('orgs').where('id', '=', other.id).execute()
  await db.deleteFrom('secrets').where('orgId', '=', acme.id).execute()
  await check()
  await server.close()
})
