import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { givenSecret } from '../../tests/support/secrets.ts'
import {
  givenOrg,
  givenProject,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../../tests/support/testServer.ts'
import { memberOfOrg, readableProject } from '../access/listing.ts'
import { projectGuard } from '../access/rules.ts'
import type { OrgRow, ProjectRow, SecretRow } from '../db/schema.ts'
import { newId } from '../ids.ts'
import type { Principal } from '../principal.ts'
import { countQuery, findUsage, hiddenProjectQuery, MAX_COUNTED, MAX_NAMED, repositoryQuery } from './find.ts'

let server: TestServer
let org: OrgRow
let project: ProjectRow
let secret: SecretRow
const everybody: Principal[] = []

beforeAll(async () => {
  server = await startTestServer()
  const person = async (name: string, ...roles: string[]) => {
    const { id } = await givenUser(server, name, ...roles)
    const user = await server.services.db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    const who: Principal = { realm: 'apikey', user, roles: new Set(roles) }
    everybody.push(who)
    return { id, who }
  }
  const owner = await person('owner')
  org = await givenOrg(server, 'acme', owner)
  project = await givenProject(server, org, 'shop', 'PRIVATE')
  secret = await givenSecret(server, org, 'key')
  const { db } = server.services
  const projects = [project, await givenProject(server, org, 'open')]
  const owned = await givenProject(server, await givenOrg(server, 'elsewhere'), 'owned', 'PRIVATE')
  for (const [name, level] of [
    ['reads', 'READER'],
    ['writes', 'WRITER'],
    ['owns', 'OWNER'],
  ] as const) {
    const team = await givenTeam(server, org, name, [await person(name)])
    await db.insertInto('projectTeamAccess').values({ projectId: project.id, teamId: team.id, level }).execute()
  }
  await givenTeam(server, org, 'plain', [await person('member')])
  const { id: ownerId } = await person('project-owner')
  await db.updateTable('projects').set({ ownerId }).where('id', '=', owned.id).execute()
  await person('stranger')
  for (const role of ['concordAdmin', 'concordSystemReader', 'concordSystemWriter']) await person(role, role)
  // As group members, without a row in a team.
  const inGroup = await person('in-group')
  const team = await givenTeam(server, org, 'group')
  await db.insertInto('teamLdapGroups').values({ teamId: team.id, ldapGroup: 'g', role: 'MEMBER' }).execute()
  await db.insertInto('userLdapGroups').values({ userId: inGroup.id, ldapGroup: 'g' }).execute()
  await db.insertInto('projectTeamAccess').values({ projectId: project.id, teamId: team.id, level: 'READER' }).execute()
  await repositories(projects.concat(owned), 1)
})
afterAll(() => server.close())

async function repositories(projects: readonly ProjectRow[], each: number, secretId = secret.id) {
  const rows = projects.flatMap(({ id: projectId }) =>
    Array.from({ length: each }, () => ({
      ...{
        id: newId(),
        projectId,
        name: newId(),
        url: 'git@example.com:x.git',
        branch: null,
        commitId: null,
        path: null,
      },
      ...({ secretId, disabled: 0, triggersDisabled: 0, meta: null } as const),
    })),
  )
  for (let i = 0; i < rows.length; i += 1000)
    await server.services.db
      .insertInto('repositories')
      .values(rows.slice(i, i + 1000))
      .execute()
}

test('the condition of a query and the rule for one project agree', async () => {
  const { db } = server.services
  const projects = await db.selectFrom('projects').selectAll().execute()
  expect(projects).toHaveLength(3)
  for (const who of everybody) {
    const rows = await db
      .selectFrom('projects')
      .innerJoin('orgs', 'orgs.id', 'projects.orgId')
      .select('projects.id')
      .where(readableProject(who))
      .execute()
    const guard = await projectGuard(db, who, projects, 'READER', 'open')
    const permitted = projects.filter((each) => doesNotThrow(() => guard(each)))
    expect(rows.map(({ id }) => id).toSorted(), who.user?.username).toEqual(permitted.map(({ id }) => id).toSorted())
  }
})

test('a member through an LDAP group is a member', async () => {
  const { db } = server.services
  const members = []
  for (const who of everybody) {
    const rows = await db.selectFrom('orgs').select('id').where('id', '=', org.id).where(memberOfOrg(who)).execute()
    if (rows.length > 0) members.push(who.user?.username)
  }
  expect(members.toSorted()).toEqual(['in-group', 'member', 'owns', 'reads', 'writes'])
})

test('each question is one query that reads no table as a whole', async () => {
  const { db } = server.services
  const stranger = everybody.find(({ user }) => user?.username === 'stranger') as Principal
  for (const query of [countQuery, repositoryQuery, hiddenProjectQuery]) {
    const { sql: text, parameters } = query(db, stranger, org, secret).compile()
    const { rows } = await db.executeQuery<{ detail: string }>({
      ...sql`SELECT 1`.compile(db),
      ...{ sql: `EXPLAIN QUERY PLAN ${text}`, parameters },
    })
    const plan = rows.map(({ detail }) => detail)
    expect(plan.join('\n')).toMatch(/SEARCH repositories USING .*INDEX repositoriesBySecret \(secretId=\?\)/)
    // `used` is the part of an index that the line above finds; the view of memberships is asked for one user.
    expect(
      plan.filter((line) => /^SCAN (?!used|userTeams)/.test(line)),
      plan.join('\n'),
    ).toEqual([])
    expect(plan.join('\n')).toMatch(/SEARCH m USING .*teamUsersByUser \(userId=\?\)/)
  }
})

test('counts and names are limited, and the response says so', async () => {
  const { db } = server.services
  const admin = everybody.find(({ user }) => user?.username === 'concordAdmin') as Principal
  const many = await givenSecret(server, org, 'many')
  await repositories([project], MAX_NAMED + 1, many.id)
  const usage = await findUsage(db, admin, org, many)
  expect(usage).toMatchObject({ complete: true, here: { readable: MAX_NAMED + 1 } })
  expect(usage.here.repositories).toHaveLength(MAX_NAMED)
  await repositories([project], MAX_COUNTED, many.id)
  const more = await findUsage(db, admin, org, many)
  expect(more).toMatchObject({ complete: false, here: { readable: MAX_COUNTED } })
})

function doesNotThrow(act: () => void): boolean {
  try {
    act()
    return true
  } catch {
    return false
  }
}
