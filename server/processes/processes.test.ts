import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { givenSecret, lastAudit, seen, text, validation } from '../../tests/support/secrets.ts'
import { WHOAMI } from '../../tests/support/signIn.ts'
import {
  ADMIN_KEY,
  givenOrg,
  givenProject,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../../tests/support/testServer.ts'
import { runHousekeeping } from '../process/housekeeping.ts'
import { disableUser, enableUser } from '../users/builtIn.ts'

const SESSION = '/api/x/v1/process-session'
const TOKEN = 'X-Concord-SessionToken'
const JSON_TYPE = { 'Content-Type': 'application/json' }

interface Session {
  instanceId: string
  sessionToken: string
  expiresAt: string
}

let server: TestServer
let writer: { id: string; key: string }
let org: { id: string }
let project: { id: string }

beforeAll(async () => {
  server = await startTestServer()
  writer = await givenUser(server, 'writer')
  org = await givenOrg(server, 'acme')
  const writers = await givenTeam(server, org, 'writers', [writer])
  project = await givenProject(server, org, 'project')
  const access = { projectId: project.id, teamId: writers.id, level: 'WRITER' as const }
  await server.services.db.insertInto('projectTeamAccess').values(access).execute()
  const grants = { [writers.id]: 'READER' as const }
  await givenSecret(server, org, 'scoped', { visibility: 'PRIVATE', projects: [project], grants })
})
afterAll(() => server.close())

const opening = (json: unknown, as = writer.key) => seen(server.request(SESSION, { as, json }))
const open = async (more: object = {}, as = writer.key): Promise<Session> => {
  const { status, body } = await opening({ orgName: 'acme', projectName: 'project', ...more }, as)
  expect(status).toBe(200)
  return body
}
const end = (id: string) => seen(server.request(`${SESSION}/${id}`, { as: writer.key, method: 'DELETE' }))
/** A request identified only by a session token. */
const by = (sessionToken: string, path: string, more: object = {}) =>
  server.request(path, { as: '', headers: { [TOKEN]: sessionToken }, ...more })
const whoami = async (token: string) => (await by(token, WHOAMI)).status
const data = (token: string) => seen(by(token, '/api/v1/org/acme/secret/scoped/data', { method: 'POST', form: {} }))

describe('opening a process session', () => {
  test('returns an id, a token and the expiry, by default in an hour', async () => {
    const before = Date.now()
    const session = await open()
    expect(session).toEqual({
      instanceId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      sessionToken: expect.stringMatching(/^[\w-]{60,}$/),
      expiresAt: expect.stringMatching(/Z$/),
    })
    const lives = Date.parse(session.expiresAt) - before
    expect(lives).toBeGreaterThanOrEqual(3_600_000)
    expect(lives).toBeLessThan(3_660_000)
    const short = await open({ ttl: 'PT5M' })
    expect(Date.parse(short.expiresAt) - Date.now()).toBeLessThanOrEqual(300_000)
  })

  test('explains what is wrong with the request', async () => {
    const names = { orgName: 'acme', projectName: 'project' }
    expect(await opening({ ...names, orgName: undefined })).toEqual(validation("'orgName' is required"))
    expect(await opening({ ...names, projectName: 7 })).toEqual(validation("'projectName' is required"))
    expect(await opening({ ...names, orgName: 'nope' })).toEqual(validation('Organization not found: nope'))
    expect(await opening({ ...names, projectName: 'nope' })).toEqual(validation('Project not found: nope'))
    const help =
      '\'ttl\' must be a number of seconds or an ISO-8601 duration such as "PT30M", from 1 second to 24 hours'
    expect(await opening({ ...names, ttl: 'PT25H' })).toEqual(validation(help))
    expect(await opening(null)).toEqual(validation('The body must be a JSON object'))
    const broken = { as: writer.key, text: '{', headers: { 'Content-Type': 'application/json' } }
    expect((await server.request(SESSION, broken)).status).toBe(400)
  })
})

describe('a session token', () => {
  test('cannot create, change or delete API keys, which would outlive it', async () => {
    const { id } = (await seen(server.request('/api/v1/apikey', { as: writer.key, json: { name: 'kept' } }))).body
    const admins = await open({}, ADMIN_KEY)
    for (const { sessionToken } of [await open(), admins]) {
      for (const [path, more] of [
        ['/api/v1/apikey', { json: { name: 'mine' } }],
        ['/api/v2/apikey', { json: { name: 'kept' } }],
        ['/api/v1/apikey/agent-key', { method: 'POST', headers: { [TOKEN]: sessionToken, ...JSON_TYPE } }],
        [`/api/v1/apikey/${id}`, { method: 'DELETE' }],
      ] as const) {
        expect(await seen(by(sessionToken, path, more))).toEqual(
          text(403, 'Processes are not allowed to manage API keys'),
        )
      }
    }
    const own = await by((await open()).sessionToken, '/api/v1/apikey')
    expect((await own.json()).map(({ name }: { name: string }) => name)).toEqual(['kept', 'main'])
  })

  let session: Session
  beforeEach(async () => {
    session = await open()
  })

  test('reads the secrets of its project, which its user cannot', async () => {
    const { id } = await server.services.db
      .selectFrom('secrets')
      .select('id')
      .where('name', '=', 'scoped')
      .executeTakeFirstOrThrow()
    expect(await data(session.sessionToken)).toMatchObject({ status: 200, body: 'value' })
    expect(await lastAudit(server, id)).toMatchObject({
      action: 'ACCESS',
      userId: writer.id,
      details: { scope: { name: 'projectAccess', projectId: project.id } },
    })
    const otherwise = await server.request('/api/v1/org/acme/secret/scoped/data', { as: writer.key, form: {} })
    expect(await seen(otherwise)).toMatchObject({
      status: 403,
      body: 'Project-scoped secrets can only be accessed within a running process. Secret: scoped',
    })
  })

  test('has its user’s current roles', async () => {
    const { id, key } = await givenUser(server, 'promoted', 'concordAdmin')
    const { sessionToken } = await open({}, key)
    expect((await by(sessionToken, '/api/v1/role')).status).toBe(200)
    await server.services.db.deleteFrom('userRoles').where('userId', '=', id).execute()
    expect((await by(sessionToken, '/api/v1/role')).status).toBe(403)
  })

  test('expires, and is removed completely', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(session.expiresAt) - 1 })
    try {
      expect(await whoami(session.sessionToken)).toBe(200)
      vi.setSystemTime(Date.parse(session.expiresAt))
      expect(await whoami(session.sessionToken)).toBe(401)
      const headers = { [TOKEN]: session.sessionToken, 'Content-Type': 'application/octet-stream' }
      const decrypt = `/api/v1/process/${session.instanceId}/decrypt`
      expect((await server.request(decrypt, { as: '', text: 'x', headers })).status).toBe(401)
      await runHousekeeping(server.services)
      const left = await server.services.db.selectFrom('processSessions').selectAll().execute()
      expect(left.map(({ instanceId }) => instanceId)).not.toContain(session.instanceId)
    } finally {
      vi.useRealTimers()
    }
  })

  test('ends when its user is disabled, on the command line or through the API, and does not come back', async () => {
    const { db } = server.services
    await disableUser(db, { username: 'writer' })
    expect(await whoami(session.sessionToken)).toBe(401)
    await enableUser(db, { username: 'writer' })
    expect(await whoami(session.sessionToken)).toBe(401)
    const next = await open()
    expect((await server.request(`/api/v1/user/${writer.id}/disable`, { method: 'PUT' })).status).toBe(200)
    expect(await whoami(next.sessionToken)).toBe(401)
    await enableUser(db, { username: 'writer' })
    expect(await whoami(next.sessionToken)).toBe(401)
  })

  test('gives no access while its user lacks WRITER on the project', async () => {
    const { db } = server.services
    const leaver = await givenUser(server, 'leaver')
    const team = await givenTeam(server, org, 'leavers', [leaver])
    const access = { projectId: project.id, teamId: team.id, level: 'WRITER' as const }
    await db.insertInto('projectTeamAccess').values(access).execute()
    const { sessionToken } = await open({}, leaver.key)
    expect(await whoami(sessionToken)).toBe(200)
    const rights = db.updateTable('projectTeamAccess').where('teamId', '=', team.id)
    await rights.set({ level: 'READER' }).execute()
    const words = "The current user (leaver) doesn't have the necessary access level (WRITER) to the project: project"
    expect(await data(sessionToken)).toEqual(text(403, words))
    expect(await whoami(sessionToken)).toBe(403)
    await rights.set({ level: 'WRITER' }).execute()
    expect(await whoami(sessionToken)).toBe(200)
  })

  test('is not in the database', async () => {
    const rows = await server.services.db.selectFrom('processSessions').selectAll().execute()
    const row = rows.find(({ instanceId }) => instanceId === session.instanceId)
    expect(row).toEqual({
      ...{ instanceId: session.instanceId, userId: writer.id, projectId: project.id, expiresAt: session.expiresAt },
      ...{ apiKeyId: expect.any(String), createdAt: expect.any(String), lastUsedAt: expect.any(String) },
      ...{ address: '127.0.0.1', userAgent: null },
    })
  })
})

test('opening and ending it are in the project’s log, without the token', async () => {
  const { instanceId, sessionToken } = await open()
  await end(instanceId)
  const rows = await server.services.db.selectFrom('auditLog').selectAll().where('object', '=', 'PROCESS').execute()
  const mine = rows.filter(({ details }) => JSON.parse(details).instanceId === instanceId)
  expect(mine.map(({ action, userId }) => [action, userId])).toEqual([
    ['CREATE', writer.id],
    ['DELETE', writer.id],
  ])
  expect(JSON.parse(mine[0]?.details ?? '')).toMatchObject({ orgId: org.id, projectId: project.id })
  expect(JSON.stringify(rows)).not.toContain(sessionToken)
})
