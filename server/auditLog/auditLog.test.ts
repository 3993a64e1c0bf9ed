import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { empty, givenSecret, ok, seen, text, validation } from '../../tests/support/secrets.ts'
import {
  ADMIN_KEY,
  givenOrg,
  givenProject,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../../tests/support/testServer.ts'
import type { AuditAction, AuditObject } from '../audit/record.ts'
import { SEED } from '../ids.ts'

let server: TestServer
let member: { id: string; key: string }
let outsider: { key: string }
let org: { id: string }
let secret: { id: string }
let project: { id: string }
let team: { id: string }

/** One entry of the log, `minute` minutes after noon. */
async function given(minute: number, object: AuditObject, action: AuditAction, details: object, userId?: string) {
  const entryDate = `2026-03-01T12:${String(minute).padStart(2, '0')}:00.000Z`
  await server.services.db
    .insertInto('auditLog')
    .values({ entryDate, object, action, details: JSON.stringify(details), userId: userId ?? null })
    .execute()
}

beforeAll(async () => {
  server = await startTestServer()
  member = await givenUser(server, 'member')
  outsider = await givenUser(server, 'outsider')
  org = await givenOrg(server, 'acme')
  team = await givenTeam(server, org, 'team', [member])
  project = await givenProject(server, org, 'project', 'PRIVATE')
  secret = await givenSecret(server, org, 'hidden', { visibility: 'PRIVATE', ownerId: member.id })
  await givenSecret(server, org, 'not-mine', { visibility: 'PRIVATE' })
  const inOrg = { orgId: org.id }
  await given(1, 'ORGANIZATION', 'CREATE', inOrg, SEED.adminUser)
  await given(2, 'SECRET', 'CREATE', { ...inOrg, secretId: secret.id, name: 'hidden' }, member.id)
  await given(3, 'SECRET', 'UPDATE', { secretId: secret.id, access: { replace: true, teams: [] } }, member.id)
  await given(4, 'TEAM', 'UPDATE', { ...inOrg, teamId: team.id }, SEED.adminUser)
  await given(5, 'PROJECT', 'UPDATE', { ...inOrg, projectId: project.id }, SEED.defaultOrg)
})
afterAll(() => server.close())

const log = (query: string, as = member.key) => seen(server.request(`/api/v1/audit?${query}`, { as }))
/** The minutes of the entries that are answered. */
async function minutes(query: string, as = member.key) {
  const { body } = await log(query, as)
  return body.map(({ entryDate }: { entryDate: string }) => Number(entryDate.slice(14, 16)))
}
const BY_ADMIN = 'before=2026-03-01T13:00:00Z'
const IN_ORG = 'details.orgName=acme'

describe('entries', () => {
  test('come newest first; who did it is left out where nobody is known any more', async () => {
    const { body } = await log(IN_ORG)
    expect(body).toEqual([
      {
        ...{ entryDate: '2026-03-01T12:05:00.000Z', object: 'PROJECT', action: 'UPDATE' },
        details: { orgId: org.id, projectId: project.id },
      },
      {
        ...{ entryDate: '2026-03-01T12:04:00.000Z', object: 'TEAM', action: 'UPDATE' },
        details: { orgId: org.id, teamId: team.id },
        user: { id: SEED.adminUser, username: 'admin', userType: 'LOCAL' },
      },
      expect.objectContaining({ object: 'SECRET', user: expect.objectContaining({ username: 'member' }) }),
      expect.objectContaining({ object: 'ORGANIZATION' }),
    ])
  })

  test('say which request they come from, and whether a console sent it', async () => {
    const create = (name: string, headers = {}) => server.request('/api/v1/org', { json: { name }, headers })
    await create('by-api')
    await create('by-ui', { 'X-Concord-UI-Request': 'false' })
    const { body } = await log('object=ORGANIZATION&limit=2', ADMIN_KEY)
    const source = (type: string) => ({
      details: { requestId: expect.stringMatching(/^[0-9a-f-]{36}$/), actionSource: { type } },
    })
    expect(body).toMatchObject([source('UI'), source('API_REQUEST')])
  })
})

describe('filters', () => {
  test('by object, action and user, of whom the id wins over the name', async () => {
    expect(await minutes(`${IN_ORG}&object=SECRET`)).toEqual([2])
    expect(await minutes(`${IN_ORG}&action=UPDATE`)).toEqual([5, 4])
    expect(await minutes(`${IN_ORG}&username=MEMBER`)).toEqual([2])
    expect(await minutes(`${IN_ORG}&username=member&userId=${SEED.adminUser}`)).toEqual([4, 1])
    expect(await log('username=nobody')).toEqual(ok([]))
  })

  test('by time, both ends exclusive, in any offset', async () => {
    expect(await minutes(`${IN_ORG}&after=2026-03-01T12:02:00Z&before=2026-03-01T12:05:00.000Z`)).toEqual([4])
    expect(await minutes(`${IN_ORG}&after=2026-03-01T14:02:00%2B02:00`)).toEqual([5, 4])
  })

  test('in pages of 30 unless told', async () => {
    expect(await minutes(`${IN_ORG}&offset=1&limit=2`)).toEqual([4, 2])
    expect(await minutes(`${IN_ORG}&limit=0`)).toEqual([])
    expect((await log(`${IN_ORG}&limit=-1`)).body).toMatch(/^ERROR: org\.jooq.*LIMIT must not be negative/)
    expect((await log(`${IN_ORG}&offset=-1`)).body).toMatch(/^ERROR: org\.jooq.*OFFSET must not be negative/)
    const { db } = server.services
    const many = await givenOrg(server, 'many')
    const row = { entryDate: '2026-03-02T00:00:00.000Z', object: 'SECRET', action: 'ACCESS', userId: null }
    const rows = Array.from({ length: 35 }, () => ({ ...row, details: JSON.stringify({ orgId: many.id }) }))
    await db.insertInto('auditLog').values(rows).execute()
    expect((await log('details.orgName=many', ADMIN_KEY)).body).toHaveLength(30)
  })

  test('by entities become filters by their ids: what an entry does not name is not found', async () => {
    // The access change has no organization in it (concord-api §14 Q33).
    expect(await minutes(`${IN_ORG}&details.secretName=hidden`)).toEqual([2])
    expect(await minutes(`details.secretId=${secret.id}`)).toEqual([3, 2])
    expect(await minutes(`${IN_ORG}&details.teamName=team`)).toEqual([4])
    expect(await minutes(`${IN_ORG}&details.projectName=project`, ADMIN_KEY)).toEqual([5])
    expect(await minutes(`details.orgId=${org.id}&object=TEAM`)).toEqual([4])
  })

  test('by what only events from elsewhere have, which is for everybody: none, without a look at the log', async () => {
    const reads = vi.spyOn(server.services.db, 'selectFrom')
    for (const key of ['source', 'eventId']) expect(await minutes(`details.${key}=x`, outsider.key)).toEqual([])
    expect(await minutes(`${IN_ORG}&details.githubEvent=push&details.fullRepoName=a/b`)).toEqual([])
    expect(reads.mock.calls.flat()).not.toContain('auditLog')
    reads.mockRestore()
  })

  test.each([
    'object=NOTHING',
    'object=secret',
    'action=EXPLODE',
    'userId=abc',
    'after=2026-03-01',
    'before=yesterday',
  ])('%s is an empty 404', async (query) => {
    expect(await log(`${IN_ORG}&${query}`)).toEqual(empty(404))
  })
})

describe('who may read', () => {
  test('the whole log: admins', async () => {
    const refusal = text(403, 'Only admins can retrieve audit events without filtering by entity.')
    for (const query of ['', 'object=SECRET', 'username=member', 'details.nonsense=x']) {
      expect(await log(query)).toEqual(refusal)
    }
    expect((await log('', ADMIN_KEY)).status).toBe(200)
    expect(await minutes(BY_ADMIN, ADMIN_KEY)).toEqual([5, 4, 3, 2, 1])
  })

  test('an organization’s log: its members, about every secret in it', async () => {
    expect(await minutes(`${IN_ORG}&object=SECRET`)).toEqual([2])
    expect(await log(IN_ORG, outsider.key)).toEqual(
      text(403, "The current user (outsider) doesn't belong to the specified organization: acme"),
    )
    expect(await log('details.orgName=nope')).toEqual(validation('Organization not found: nope'))
  })

  test('a secret’s or a project’s log: those who may read it', async () => {
    const refusal = (what: string) => `doesn't have the necessary access level (READER) to the ${what}`
    expect((await log(`${IN_ORG}&details.secretName=not-mine`)).body).toContain(refusal('secret: not-mine'))
    expect((await log(`details.secretId=${secret.id}`, outsider.key)).status).toBe(403)
    expect((await log(`${IN_ORG}&details.projectName=project`)).body).toContain(refusal('project: project'))
    expect((await log(`details.projectId=${project.id}`)).status).toBe(403)
  })

  test('what does not exist: a 404 for secrets, a 400 for the others', async () => {
    const unknown = SEED.defaultOrg
    expect(await log(`${IN_ORG}&details.secretName=nope`)).toEqual(empty(404))
    expect(await log(`details.secretId=${unknown}`)).toEqual(empty(404))
    expect(await log(`${IN_ORG}&details.projectName=nope`)).toEqual(validation('Project not found: nope'))
    expect(await log(`details.projectId=${unknown}`)).toEqual(validation(`Project not found: ${unknown}`))
    expect(await log(`${IN_ORG}&details.teamName=nope`)).toEqual(validation('Team not found: nope'))
    expect(await log(`${IN_ORG}&details.jsonStoreName=nope`)).toEqual(validation('JSON store not found: nope'))
  })

  test('names need their organization, ids have to be UUIDs, a team is known by name only', async () => {
    for (const entity of ['secret', 'project', 'jsonStore', 'team']) {
      expect(await log(`details.${entity}Name=x`)).toEqual(validation("'orgId' or 'orgName' is required"))
      expect(await log(`details.${entity}Id=x`)).toEqual(
        validation(`Invalid request parameters. Expected a UUID in '${entity}Id'`),
      )
    }
    expect(await log(`details.teamId=${team.id}`)).toEqual(validation('Team not found: null'))
  })
})
