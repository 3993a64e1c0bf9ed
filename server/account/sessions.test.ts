import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  basic,
  cookieOf,
  givenUserWithPassword,
  PASSWORD,
  passwordIsVerified,
  REMEMBER,
  SESSION,
  WHOAMI,
} from '../../tests/support/signIn.ts'
import {
  ADMIN_KEY,
  CHEAP,
  givenOrg,
  givenProject,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../../tests/support/testServer.ts'
import { newId } from '../ids.ts'
import { runHousekeeping } from '../process/housekeeping.ts'
import { MAX_PROCESS_SESSIONS } from '../processes/routes.ts'
import { MAX_SESSIONS } from '../sessions/session.ts'
import { hashPassword } from '../vault/password.ts'

const SESSIONS = '/api/x/v1/sessions'
const CHROME = { 'User-Agent': 'Chrome on a laptop' }
const TOKEN = 'X-Concord-SessionToken'

let server: TestServer
let org: Awaited<ReturnType<typeof givenOrg>>
let user: { id: string; username: string; key: string }
let number = 0

beforeAll(async () => {
  server = await startTestServer()
  org = await givenOrg(server, 'acme')
})
afterAll(() => server.close())
beforeEach(async () => {
  user = await givenUserWithPassword(server, `user-${++number}`)
})

const signIn = (headers: Record<string, string> = {}) =>
  server.request(WHOAMI, { as: basic(user.username, PASSWORD), headers: { ...CHROME, ...headers } })
const session = async () => cookieOf(await signIn(), 'JSESSIONID')
const status = async (Cookie: string) => (await server.request(WHOAMI, { as: '', headers: { Cookie } })).status
const list = async (as: { Cookie: string } | string = user.key, query = '') => {
  const answer = await server.request(SESSIONS + query, typeof as === 'string' ? { as } : { as: '', headers: as })
  expect(answer.status).toBe(200)
  return answer.json()
}
const end = (as: { Cookie: string } | string, path = '') =>
  server.request(SESSIONS + path, { method: 'DELETE', ...(typeof as === 'string' ? { as } : { as: '', headers: as }) })

/** Opens process sessions in a project to which the user has WRITER access. */
async function processSessions() {
  const project = await givenProject(server, org, `project-${newId()}`)
  const team = await givenTeam(server, org, `team-${newId()}`, [user])
  const access = { projectId: project.id, teamId: team.id, level: 'WRITER' as const }
  await server.services.db.insertInto('projectTeamAccess').values(access).execute()
  return (as: { Cookie: string } | string = user.key) =>
    server.request('/api/x/v1/process-session', {
      ...(typeof as === 'string' ? { as } : { as: '', headers: as }),
      json: { orgName: org.name, projectName: project.name },
    })
}
async function processSession(as?: { Cookie: string } | string) {
  return (await (await processSessions())(as)).json()
}
const tokenStatus = async (token: string) =>
  (await server.request(WHOAMI, { as: '', headers: { [TOKEN]: token } })).status

describe('the list of sessions', () => {
  test('has sessions, remember-me cookies and process sessions, with their origin', async () => {
    const signedIn = await signIn(REMEMBER)
    const Cookie = cookieOf(signedIn, 'JSESSIONID')
    const opened = await processSession()
    const entries = await list({ Cookie })
    expect(entries.map(({ kind }: { kind: string }) => kind).sort()).toEqual(['PROCESS', 'REMEMBER_ME', 'SESSION'])
    const [own, remembered, process] = ['SESSION', 'REMEMBER_ME', 'PROCESS'].map((kind) =>
      entries.find((entry: { kind: string }) => entry.kind === kind),
    )
    const from = { address: '127.0.0.1', userAgent: CHROME['User-Agent'] }
    expect(own).toMatchObject({ ...from, realm: 'internal', current: true })
    expect(remembered).toMatchObject({ ...from, realm: 'internal', current: false })
    expect(process).toMatchObject({ id: opened.instanceId, realm: 'sessionkey', expiresAt: opened.expiresAt })
    expect(process).not.toHaveProperty('userAgent')
    expect(Date.parse(own.expiresAt) - Date.parse(own.lastUsedAt)).toBe(30 * 60_000)
    expect(Date.parse(remembered.expiresAt) - Date.parse(remembered.createdAt)).toBe(14 * 86_400_000)
    for (const { id } of entries) expect(id).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('has at most 256 characters of the user agent', async () => {
    await server.request(WHOAMI, { as: basic(user.username, PASSWORD), headers: { 'User-Agent': 'x'.repeat(5000) } })
    expect((await list())[0].userAgent).toBe('x'.repeat(256))
  })

  test('is ordered by last use, and its ids give no access', async () => {
    const cookies = [await session(), await session(), await session()]
    const entries = await list()
    const times = entries.map(({ lastUsedAt }: { lastUsedAt: string }) => lastUsedAt)
    expect(times).toEqual([...times].sort().reverse())
    expect(entries).toHaveLength(cookies.length)
    for (const { id, ...rest } of entries) {
      expect(await status(`JSESSIONID=${id}`)).toBe(401)
      expect(rest).not.toHaveProperty('idHash')
    }
    expect(JSON.stringify(entries)).not.toContain(cookies[0]?.slice('JSESSIONID='.length))
  })

  test('is for the user and admins', async () => {
    await session()
    const other = await givenUser(server, `other-${number}`)
    expect(await list(ADMIN_KEY, `?userId=${user.id}`)).toHaveLength(1)
    expect(await list(user.key, `?userId=${user.id}`)).toHaveLength(1)
    const refused = await server.request(`${SESSIONS}?userId=${user.id}`, { as: other.key })
    expect(refused.status).toBe(403)
    const agent = await (await server.request(`/api/v1/apikey/agent-${number}`, { json: {} })).json()
    expect((await server.request(SESSIONS, { as: agent.key })).status).toBe(401)
  })
})

describe('ending sessions', () => {
  test('ends all of them, of every kind', async () => {
    const signedIn = await signIn(REMEMBER)
    const opened = await processSession()
    const answer = await end({ Cookie: cookieOf(signedIn, 'JSESSIONID') })
    expect(await answer.json()).toEqual({ ok: true, result: 'DELETED', ended: 3 })
    expect(await status(cookieOf(signedIn, 'JSESSIONID'))).toBe(401)
    expect(await status(cookieOf(signedIn, 'rememberMe'))).toBe(401)
    expect(await tokenStatus(opened.sessionToken)).toBe(401)
    expect(await list()).toEqual([])
  })

  test('keeps the current one on request, but not its remember-me cookie', async () => {
    const signedIn = await signIn(REMEMBER)
    const [Cookie, remembered, other] = [
      cookieOf(signedIn, 'JSESSIONID'),
      cookieOf(signedIn, 'rememberMe'),
      await session(),
    ]
    const answer = await end({ Cookie: `${Cookie}; ${remembered}` }, '?keepCurrent=true')
    expect(await answer.json()).toEqual({ ok: true, result: 'DELETED', ended: 2 })
    expect(answer.headers.getSetCookie().at(-1)).toMatch(/^rememberMe=deleteMe/)
    expect([await status(Cookie), await status(other), await status(remembered)]).toEqual([200, 401, 401])
  })

  test('of another user is for admins', async () => {
    const Cookie = await session()
    const other = await givenUser(server, `other-${number}`)
    expect((await end(other.key, `?userId=${user.id}`)).status).toBe(403)
    expect(await status(Cookie)).toBe(200)
    expect(await (await end(ADMIN_KEY, `?userId=${user.id}`)).json()).toMatchObject({ ended: 1 })
    expect(await status(Cookie)).toBe(401)
  })

  test('ends one by id, for its user or an admin', async () => {
    const [first, second] = [await session(), await session()]
    const [{ id: newest }, { id: oldest }] = await list()
    const other = await givenUser(server, `other-${number}`)
    for (const [as, id] of [
      [other.key, newest],
      [user.key, newId()],
    ] as const) {
      const refused = await end(as, `/${id}`)
      expect([refused.status, await refused.text()]).toEqual([404, `Session not found: ${id}`])
    }
    expect(await (await end(user.key, `/${newest}`)).json()).toEqual({ ok: true, result: 'DELETED' })
    expect([await status(first), await status(second)]).toEqual([200, 401])
    expect((await end(ADMIN_KEY, `/${oldest}`)).status).toBe(200)
    expect(await status(first)).toBe(401)
  })

  test('ending a session also ends its remember-me cookie, which would open a new one; not the other way round', async () => {
    const of = async (kind: string) => (await list()).find((entry: { kind: string }) => entry.kind === kind)?.id
    const signedIn = await signIn(REMEMBER)
    await end(user.key, `/${await of('REMEMBER_ME')}`)
    expect(await status(cookieOf(signedIn, 'rememberMe'))).toBe(401)
    expect(await status(cookieOf(signedIn, 'JSESSIONID'))).toBe(200)
    await end(user.key)
    const again = await signIn(REMEMBER)
    await end(user.key, `/${await of('SESSION')}`)
    expect(await status(cookieOf(again, 'rememberMe'))).toBe(401)
  })

  test('is denied to a process token, which can only end itself', async () => {
    const opened = await processSession()
    const headers = { [TOKEN]: opened.sessionToken }
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['DELETE', `/${opened.instanceId}`],
    ] as const) {
      const answer = await server.request(SESSIONS + path, { as: '', method, headers })
      expect([answer.status, await answer.text()]).toEqual([403, 'Processes are not allowed to manage sessions'])
    }
    expect((await end(user.key, `/${opened.instanceId}`)).status).toBe(200)
    expect(await tokenStatus(opened.sessionToken)).toBe(401)
  })

  test('writes a row to the audit log', async () => {
    await session()
    await end(user.key)
    const [row] = await (await server.request(`/api/x/v1/audit?event=sessions-ended&username=${user.username}`)).json()
    expect(row.details).toMatchObject({ event: 'sessions-ended', userId: user.id, ended: 1 })
  })
})

describe('the maximum per user', () => {
  test(`is ${MAX_SESSIONS} sessions: the least recently used one ends`, async () => {
    const first = await session()
    const { db } = server.services
    const row = await db.selectFrom('sessions').selectAll().where('userId', '=', user.id).executeTakeFirstOrThrow()
    const old = { ...row, lastUsedAt: new Date(Date.now() - 60_000).toISOString() }
    const others = Array.from({ length: MAX_SESSIONS - 2 }, () => ({ ...row, id: newId(), idHash: newId() }))
    await db
      .insertInto('sessions')
      .values([{ ...old, id: newId(), idHash: newId() }, ...others])
      .execute()
    const second = await session()
    expect(await list()).toHaveLength(MAX_SESSIONS)
    expect([await status(first), await status(second)]).toEqual([200, 200])
  })

  test(`is ${MAX_PROCESS_SESSIONS} process sessions: the next one is refused`, async () => {
    const open = await processSessions()
    await open()
    const { db } = server.services
    const row = await db
      .selectFrom('processSessions')
      .selectAll()
      .where('userId', '=', user.id)
      .executeTakeFirstOrThrow()
    for (let i = 1; i < MAX_PROCESS_SESSIONS; i++) {
      await db
        .insertInto('processSessions')
        .values({ ...row, instanceId: newId() })
        .execute()
    }
    const refused = await open()
    expect(refused.status).toBe(400)
    expect((await refused.json())[0].message).toContain('You have 1000 process sessions open')
    await end(user.key)
    expect((await open()).status).toBe(200)
  })
})

describe('a session ends', () => {
  test('twelve hours after it was opened, even if it is in use', async () => {
    const Cookie = await session()
    const started = Date.now()
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      for (let minutes = 20; minutes < 12 * 60; minutes += 20) {
        vi.setSystemTime(started + minutes * 60_000)
        expect(await status(Cookie)).toBe(200)
      }
      const [{ expiresAt }] = await list()
      expect(Date.parse(expiresAt) - started).toBeLessThan(12 * 3_600_000 + 1000)
      vi.setSystemTime(started + 12 * 3_600_000 + 1000)
      expect(await list()).toEqual([])
      expect(await status(Cookie)).toBe(401)
    } finally {
      vi.useRealTimers()
    }
  })

  test('and is removed completely', async () => {
    await session()
    const { db } = server.services
    const createdAt = new Date(Date.now() - 12 * 3_600_000 - 1000).toISOString()
    await db.updateTable('sessions').set({ createdAt }).where('userId', '=', user.id).execute()
    await runHousekeeping(server.services)
    expect(await db.selectFrom('sessions').selectAll().where('userId', '=', user.id).execute()).toEqual([])
  })
})

describe('a disabled user', () => {
  const disable = {
    'PUT …/disable': () => server.request(`/api/v1/user/${user.id}/disable`, { method: 'PUT' }),
    'POST /api/v1/user': () => server.request('/api/v1/user', { json: { username: user.username, disabled: true } }),
  }
  test.each(Object.entries(disable))('by %s loses all sessions, and does not get them back', async (_, disabling) => {
    const signedIn = await signIn({ ...REMEMBER, ...SESSION })
    const [Cookie, remembered] = [cookieOf(signedIn, 'JSESSIONID'), cookieOf(signedIn, 'rememberMe')]
    const opened = await processSession()
    expect((await disabling()).status).toBe(200)
    for (const path of [WHOAMI, SESSIONS, `/api/v1/org/${org.name}/secret`, '/api/v1/nothing']) {
      const answer = await server.request(path, { as: '', headers: { Cookie } })
      expect([answer.status, await answer.text()]).toEqual([403, `User is disabled: ${user.id}`])
    }
    const key = { as: '', headers: { Cookie }, json: { name: 'outlives' } }
    expect((await server.request('/api/v1/apikey', key)).status).toBe(403)
    expect(await status(remembered)).toBe(401)
    expect(await tokenStatus(opened.sessionToken)).toBe(401)
    expect(await list(ADMIN_KEY, `?userId=${user.id}`)).toEqual([])

    expect((await server.request('/api/v1/user', { json: { username: user.username } })).status).toBe(200)
    expect([await status(Cookie), await status(remembered)]).toEqual([401, 401])
    expect(await tokenStatus(opened.sessionToken)).toBe(401)
    expect((await signIn()).status).toBe(200)
  })

  test('while their password is being verified opens no session', async () => {
    const slow = await hashPassword(PASSWORD)
    const { db } = server.services
    await db.updateTable('users').set({ passwordHash: slow }).where('id', '=', user.id).execute()
    const verifying = passwordIsVerified()
    const signingIn = signIn()
    await verifying
    await disable['PUT …/disable']()
    expect((await signingIn).status).toBe(401)
    expect(await db.selectFrom('sessions').selectAll().where('userId', '=', user.id).execute()).toEqual([])
  })

  test('and one whose password is changed meanwhile opens none either', async () => {
    const slow = await hashPassword(PASSWORD)
    const another = await hashPassword(PASSWORD, CHEAP)
    const { db } = server.services
    await db.updateTable('users').set({ passwordHash: slow }).where('id', '=', user.id).execute()
    const verifying = passwordIsVerified()
    const signingIn = signIn(REMEMBER)
    await verifying
    await db.updateTable('users').set({ passwordHash: another }).where('id', '=', user.id).execute()
    expect((await signingIn).status).toBe(401)
    expect(await list()).toEqual([])
  })
})

describe('everything opened with an API key ends with the key', () => {
  async function opened() {
    const made = await (await server.request('/api/v2/apikey', { as: user.key, json: { name: 'opener' } })).json()
    const signedIn = await server.request(WHOAMI, { as: made.key, headers: { ...SESSION, ...REMEMBER } })
    const Cookie = cookieOf(signedIn, 'JSESSIONID')
    const processes = [await processSession(made.key), await processSession({ Cookie })]
    const tokens = processes.map(({ sessionToken }) => sessionToken as string)
    return { id: made.id as string, Cookie, remembered: cookieOf(signedIn, 'rememberMe'), tokens }
  }
  type Opened = Awaited<ReturnType<typeof opened>>
  const endings: Record<string, (made: Opened) => Promise<unknown>> = {
    'is deleted': async ({ id }) => server.request(`/api/v1/apikey/${id}`, { as: user.key, method: 'DELETE' }),
    'gets a new value': async () => server.request('/api/v2/apikey', { as: user.key, json: { name: 'opener' } }),
    expires: ({ id }) =>
      server.services.db
        .updateTable('apiKeys')
        .set({ expiredAt: new Date(Date.now() - 1000).toISOString() })
        .where('id', '=', id)
        .execute(),
  }
  test.each(Object.entries(endings))('when it %s', async (_, ending) => {
    const made = await opened()
    const others = await session()
    const statuses = async () => [await status(made.Cookie), ...(await Promise.all(made.tokens.map(tokenStatus)))]
    expect(await statuses()).toEqual([200, 200, 200])
    expect(await list()).toHaveLength(5)
    await ending(made)
    expect(await statuses()).toEqual([401, 401, 401])
    expect(await status(made.remembered)).toBe(401)
    expect(await status(others)).toBe(200)
    expect(await list()).toHaveLength(1)
    await runHousekeeping(server.services)
    const left = await server.services.db.selectFrom('rememberMe').selectAll().where('userId', '=', user.id).execute()
    expect(left).toEqual([])
  })
})
