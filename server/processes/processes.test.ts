import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { givenSecret, lastAudit, ok, seen, text, validation } from '../../tests/support/secrets.ts'
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
import { newId, SEED } from '../ids.ts'
import { keepHouse } from '../process/housekeeping.ts'
import { disableUser, enableUser } from '../users/directory.ts'
import { hashApiKey } from '../vault/tokens.ts'

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
let member: { id: string; key: string }
let org: { id: string }
let project: { id: string }

beforeAll(async () => {
  server = await startTestServer()
  writer = await givenUser(server, 'writer')
  member = await givenUser(server, 'member')
  org = await givenOrg(server, 'acme')
  const writers = await givenTeam(server, org, 'writers', [writer])
  await givenTeam(server, org, 'others', [member])
  project = await givenProject(server, org, 'project')
  const other = await givenProject(server, org, 'other')
  for (const { id: projectId } of [project, other]) {
    const access = { projectId, teamId: writers.id, level: 'WRITER' as const }
    await server.services.db.insertInto('projectTeamAccess').values(access).execute()
  }
  const grants = { [writers.id]: 'READER' as const }
  await givenSecret(server, org, 'scoped', { visibility: 'PRIVATE', projects: [project], grants })
  await givenSecret(server, org, 'hidden', { visibility: 'PRIVATE', projects: [project] })
})
afterAll(() => server.close())

const opening = (json: unknown, as = writer.key) => seen(server.request(SESSION, { as, json }))
const open = async (projectName = 'project', more: object = {}, as = writer.key): Promise<Session> => {
  const { status, body } = await opening({ orgName: 'acme', projectName, ...more }, as)
  expect(status).toBe(200)
  return body
}
const end = (id: string, as = writer.key, headers = {}) =>
  seen(server.request(`${SESSION}/${id}`, { as, method: 'DELETE', headers }))
/** A request that only a session token identifies. */
const by = (sessionToken: string, path: string, more: object = {}) =>
  server.request(path, { as: '', headers: { [TOKEN]: sessionToken }, ...more })
const whoami = async (token: string) => (await by(token, WHOAMI)).status
const data = (token: string, name = 'scoped') =>
  seen(by(token, `/api/v1/org/acme/secret/${name}/data`, { method: 'POST', form: {} }))

describe('opening a process session', () => {
  test('is for those with WRITER on the project; it lives an hour unless told', async () => {
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
    const short = await open('project', { ttl: 'PT5M' })
    expect(Date.parse(short.expiresAt) - Date.now()).toBeLessThanOrEqual(300_000)
  })

  test('is refused to readers of a PUBLIC project', async () => {
    expect(await opening({ orgName: 'acme', projectName: 'project' }, member.key)).toEqual(
      text(403, "The current user (member) doesn't have the necessary access level (WRITER) to the project: project"),
    )
  })

  test('says what is wrong with the request', async () => {
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

  test('is not for a session token: none would ever have to end', async () => {
    const { sessionToken } = await open()
    const answer = await by(sessionToken, SESSION, { json: { orgName: 'acme', projectName: 'project' } })
    expect(await seen(answer)).toEqual(text(403, 'A process session cannot open another one'))
  })
})

describe('a session token', () => {
  test('makes, changes and deletes no API keys, which would outlive it', async () => {
    const { id } = (await seen(server.request('/api/v1/apikey', { as: writer.key, json: { name: 'kept' } }))).body
    const admins = await open('project', {}, ADMIN_KEY)
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

  test('is its user, as a header and as a Basic user name without a password', async () => {
    const answer = await seen(by(session.sessionToken, WHOAMI))
    expect(answer.body).toMatchObject({ realm: 'sessionkey', username: 'writer' })
    const basic = `Basic ${Buffer.from(`${session.sessionToken}:`).toString('base64')}`
    expect((await seen(server.request(WHOAMI, { as: basic }))).body).toMatchObject({ realm: 'sessionkey' })
  })

  test('never becomes a web session or a remembered one', async () => {
    const headers = {
      [TOKEN]: session.sessionToken,
      'X-Concord-EnableSession': 'true',
      'X-Concord-RememberMe': 'true',
    }
    const answer = await server.request(WHOAMI, { as: '', headers })
    expect(answer.status).toBe(200)
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  test('reads the secrets of its project, which its user cannot do otherwise', async () => {
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

  test('does not read those of other projects, nor those that its user may not read', async () => {
    const { sessionToken } = await open('other')
    expect(await data(sessionToken)).toEqual(
      text(403, 'Project-scoped secrets can only be accessed within the project they belong to. Secret: scoped'),
    )
    expect(await data(session.sessionToken, 'hidden')).toEqual(
      text(403, "The current user doesn't have the necessary access level (READER) to the secret: hidden"),
    )
  })

  test('is named in the audit log as the source of what it does', async () => {
    await data(session.sessionToken)
    const row = await server.services.db
      .selectFrom('auditLog')
      .select('details')
      .orderBy('seq', 'desc')
      .executeTakeFirstOrThrow()
    expect(JSON.parse(row.details).actionSource).toEqual({ type: 'PROCESS', instanceId: session.instanceId })
  })

  test('has the roles that its user has now', async () => {
    const { id } = await givenUser(server, 'promoted', 'concordAdmin')
    const { sessionToken } = (await opening({ orgName: 'acme', projectName: 'project' }, await keyOf(server, id))).body
    expect((await by(sessionToken, '/api/v1/role')).status).toBe(200)
    await server.services.db.deleteFrom('userRoles').where('userId', '=', id).execute()
    expect((await by(sessionToken, '/api/v1/role')).status).toBe(403)
  })

  test('ends when its session is ended, by its user, itself or an admin; others may not', async () => {
    expect(await end(session.instanceId, member.key)).toEqual(
      text(403, 'The current user (member) did not open this process session'),
    )
    expect(await whoami(session.sessionToken)).toBe(200)
    expect(await end(session.instanceId)).toEqual(ok({ ok: true, result: 'DELETED' }))
    expect(await whoami(session.sessionToken)).toBe(401)
    expect(await end(session.instanceId)).toEqual(text(404, 'Process instance not found'))
    const [mine, admins] = [await open(), await open()]
    expect((await end(mine.instanceId, '', { [TOKEN]: mine.sessionToken })).status).toBe(200)
    expect((await end(admins.instanceId, ADMIN_KEY)).status).toBe(200)
  })

  test('ends when its time is over, and nothing is left of it', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(session.expiresAt) - 1 })
    try {
      expect(await whoami(session.sessionToken)).toBe(200)
      vi.setSystemTime(Date.parse(session.expiresAt))
      expect(await whoami(session.sessionToken)).toBe(401)
      expect((await decrypt(session, Buffer.alloc(40, 1))).status).toBe(401)
      await keepHouse(server.services)
      const left = await server.services.db.selectFrom('processSessions').selectAll().execute()
      expect(left.map(({ instanceId }) => instanceId)).not.toContain(session.instanceId)
    } finally {
      vi.useRealTimers()
    }
  })

  test('ends with its user, who is disabled for a while, at the terminal or by the API', async () => {
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

  test('is worth nothing while its user has no WRITER on the project any more', async () => {
    const { db } = server.services
    const leaver = await givenUser(server, 'leaver')
    const team = await givenTeam(server, org, 'leavers', [leaver])
    const access = { projectId: project.id, teamId: team.id, level: 'WRITER' as const }
    await db.insertInto('projectTeamAccess').values(access).execute()
    const { body } = await opening({ orgName: 'acme', projectName: 'project' }, leaver.key)
    expect(await whoami(body.sessionToken)).toBe(200)
    const rights = db.updateTable('projectTeamAccess').where('teamId', '=', team.id)
    await rights.set({ level: 'READER' }).execute()
    const words = "The current user (leaver) doesn't have the necessary access level (WRITER) to the project: project"
    expect(await data(body.sessionToken)).toEqual(text(403, words))
    expect(await whoami(body.sessionToken)).toBe(403)
    await rights.set({ level: 'WRITER' }).execute()
    expect(await whoami(body.sessionToken)).toBe(200)
  })

  test('that nobody made is a 401 of its own, without a challenge', async () => {
    const changed = Buffer.from(session.sessionToken, 'base64url')
    changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1)
    for (const token of ['', 'junk', changed.toString('base64url')]) {
      const answer = await by(token, '/api/v1/org/acme')
      expect(answer.headers.get('WWW-Authenticate')).toBeNull()
      expect(await seen(answer)).toEqual({
        status: 401,
        type: 'application/json',
        body: { message: 'Invalid session token' },
      })
    }
  })

  test('is nowhere in the database', async () => {
    const rows = await server.services.db.selectFrom('processSessions').selectAll().execute()
    const row = rows.find(({ instanceId }) => instanceId === session.instanceId)
    expect(row).toEqual({
      ...{ instanceId: session.instanceId, userId: writer.id, projectId: project.id, expiresAt: session.expiresAt },
      ...{ apiKeyId: expect.any(String), createdAt: expect.any(String), lastUsedAt: expect.any(String) },
      ...{ address: '127.0.0.1', userAgent: null },
    })
  })
})

describe('decrypting', () => {
  const encrypted = async (name = 'project') => {
    const answer = await server.request(`/api/v1/org/acme/project/${name}/encrypt`, { as: writer.key, text: 'clear' })
    return Buffer.from((await answer.json()).data, 'base64')
  }

  test('gives a process the strings of its project', async () => {
    const session = await open()
    expect(await seen(decrypt(session, await encrypted()))).toEqual({
      status: 200,
      type: 'application/octet-stream',
      body: 'clear',
    })
    expect(await seen(decrypt(session, await encrypted('other')))).toEqual(
      text(400, 'Decrypt error: Please verify that the value is correct and is encrypted using the correct project'),
    )
    expect(await seen(decrypt(session, Buffer.alloc(102_401)))).toEqual(text(400, 'Value too big, limit: 102400'))
  })

  test('needs the token of that very process', async () => {
    const [one, two] = [await open(), await open()]
    const refused = text(403, 'Only the process itself can do that, with its session token')
    const bytes = await encrypted()
    expect(await seen(decrypt({ ...one, sessionToken: two.sessionToken }, bytes))).toEqual(refused)
    expect(await seen(decrypt(one, bytes, ADMIN_KEY))).toEqual(refused)
    const missing = { ...one, instanceId: newId() }
    expect(await seen(decrypt(missing, bytes))).toEqual(text(404, 'Process instance not found'))
  })
})

test('opening and ending are in the log of the project, without the token', async () => {
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

function decrypt({ instanceId, sessionToken }: Session, bytes: Buffer, as = '') {
  const headers: Record<string, string> = { 'Content-Type': 'application/octet-stream' }
  if (as) headers.Authorization = as
  else headers[TOKEN] = sessionToken
  const body = new Uint8Array(bytes)
  return server.app.request(`/api/v1/process/${instanceId}/decrypt`, { method: 'POST', headers, body })
}

/** A second key of somebody. */
async function keyOf({ services: { db } }: TestServer, userId: string) {
  const key = Buffer.from(newId()).toString('base64')
  const hash = hashApiKey(key) ?? SEED.adminUser
  await db.insertInto('apiKeys').values({ id: newId(), userId, name: 'second', hash, expiredAt: null }).execute()
  return key
}
