import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { givenSecret } from '../../tests/support/secrets.ts'
import {
  basic,
  cookieOf,
  expectRefusal,
  LOGOUT,
  PASSWORD,
  REMEMBER,
  SESSION,
  WHOAMI,
} from '../../tests/support/signIn.ts'
import { statementsOf } from '../../tests/support/statements.ts'
import {
  CHEAP,
  givenOrg,
  givenUser,
  startTestServer,
  type TestResponse,
  type TestServer,
} from '../../tests/support/testServer.ts'
import { createApp } from '../app.ts'
import { readConfig } from '../config.ts'
import { createLog } from '../log.ts'
import { setUp } from '../process/setUp.ts'
import { hashPassword } from '../vault/password.ts'
import { findSession } from './session.ts'

let server: TestServer
let user: { id: string; username: string; key: string }
let number = 0

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
// Each test has its own user, without sessions of other tests.
beforeEach(async () => {
  user = await givenUser(server, `user-${++number}`)
})

const change = (columns: { passwordHash?: string; disabled?: 0 | 1 }) =>
  server.services.db.updateTable('users').set(columns).where('id', '=', user.id).execute()
const whoami = (as: string, headers: Record<string, string> = {}) => server.request(WHOAMI, { as, headers })
const withCookie = (cookie: string, as = '') => whoami(as, { Cookie: cookie })
const nameIn = async (answer: TestResponse) => (await answer.json()).username

describe('a session', () => {
  const signIn = async () => cookieOf(await whoami(user.key, SESSION), 'JSESSIONID')

  test('is looked up by a hash: its id is not in the database', async () => {
    const [, id] = (await signIn()).split('=')
    const rows = await server.services.db.selectFrom('sessions').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(id)
  })

  test('ends after its idle timeout', async () => {
    const cookie = await signIn()
    const used = (ago: number) =>
      server.services.db
        .updateTable('sessions')
        .set({ lastUsedAt: new Date(Date.now() - ago).toISOString() })
        .where('userId', '=', user.id)
        .execute()
    await used(29 * 60_000)
    expect((await withCookie(cookie)).status).toBe(200)
    // That was a use: the half hour starts again.
    const { lastUsedAt } = await server.services.db
      .selectFrom('sessions')
      .select('lastUsedAt')
      .where('userId', '=', user.id)
      .executeTakeFirstOrThrow()
    expect(Date.now() - Date.parse(lastUsedAt)).toBeLessThan(60_000)
    await used(31 * 60_000)
    await expectRefusal(await withCookie(cookie))
    await used(0)
    await expectRefusal(await withCookie(cookie))
  })

  test('is read with its user and their roles in one query', async () => {
    const cookie = await signIn()
    let id: string | undefined
    const statements = await statementsOf(server.services.db, async () => {
      id = (await findSession(server.services, cookie.slice('JSESSIONID='.length)))?.user?.id
    })
    expect(id).toBe(user.id)
    expect(statements).toHaveLength(1)
    // Without a full scan of any table.
    const text = statements.join().replaceAll('?', "'x'")
    const plan = await sql<{ detail: string }>`EXPLAIN QUERY PLAN ${sql.raw(text)}`.execute(server.services.db)
    expect(plan.rows.map(({ detail }) => detail).filter((detail) => detail.startsWith('SCAN'))).toEqual([])
  })

  test('allows no changes by a page of another origin, not even of a sibling host', async () => {
    const Cookie = await signIn()
    const validate = async (headers: Record<string, string>, as = '') => {
      const answer = await server.request('/api/service/console/validate-password', {
        as,
        method: 'POST',
        text: 'Sesame-opens-1',
        headers: { 'Content-Type': 'text/plain', Host: '10.0.0.5:8080', ...headers },
      })
      return answer.status
    }
    const here = { Origin: 'http://10.0.0.5:8080' }
    expect(await validate({ Cookie })).toBe(200)
    expect(await validate({ Cookie, ...here })).toBe(200)
    expect(await validate({ Cookie, 'Sec-Fetch-Site': 'same-origin', Origin: 'https://behind.a.proxy' })).toBe(200)
    const pages: Record<string, string>[] = [
      { 'Sec-Fetch-Site': 'same-site', ...here },
      { 'Sec-Fetch-Site': 'cross-site' },
      // What browsers send over http, where they send no other header.
      { Origin: 'http://10.0.0.5:3000' },
      { Origin: 'http://10.0.0.5' },
      { Origin: 'null' },
      // Only a proxy in TRUSTED_PROXY can set the host name that the browser used.
      { Origin: 'https://a.proxy', 'X-Forwarded-Host': 'a.proxy:443' },
    ]
    for (const page of pages) {
      expect(await validate({ Cookie, ...page })).toBe(403)
      expect(await validate({ Cookie, ...page }, user.key)).toBe(403)
      // Browsers store these credentials, but not keys.
      expect(await validate(page, basic(user.username, PASSWORD))).toBe(403)
      expect(await validate(page, user.key)).toBe(200)
      expect((await whoami('', { Cookie, ...page })).status).toBe(200)
      const logout = await server.request(LOGOUT, { as: '', method: 'POST', headers: { Cookie, ...page } })
      expect(logout.status).toBe(403)
    }
    expect(await validate({ Cookie })).toBe(200)
  })

  test('and a key can still read on a full disk, but get no values', async () => {
    const org = await givenOrg(server, `org-${user.username}`, user)
    await givenSecret(server, org, 'precious', { ownerId: user.id })
    const cookie = await signIn()
    const { db } = server.services
    const long = new Date(Date.now() - 20 * 60_000).toISOString()
    await db.updateTable('sessions').set({ lastUsedAt: long }).where('userId', '=', user.id).execute()
    // SQLite then rejects every write, as on a full disk.
    await sql`PRAGMA query_only = 1`.execute(db)
    for (const [as, headers] of [
      ['', { Cookie: cookie }],
      [user.key, {}],
    ] as const) {
      const secrets = `/api/v1/org/${org.name}/secret`
      expect((await server.request(secrets, { as, headers })).status).toBe(200)
      const value = await server.request(`${secrets}/precious/data`, { as, headers, form: { storePassword: '' } })
      expect(value.status).toBe(503)
      expect(await value.text()).not.toContain('value')
    }
    await sql`PRAGMA query_only = 0`.execute(db)
  })
})

describe('a restart of the server', () => {
  test('ends neither sessions nor remember-me cookies', async () => {
    const ann = await givenUser(server, 'ann')
    const signedIn = await server.request(WHOAMI, { as: ann.key, headers: { ...SESSION, ...REMEMBER } })

    // A copy of the folder at this moment is what a killed server leaves to the next one.
    const dataDir = mkdtempSync(join(tmpdir(), 'concord-console-'))
    cpSync(server.dataDir, dataDir, { recursive: true })
    const services = await setUp(readConfig({ DATA_DIR: dataDir }), createLog('error'))
    const restarted = createApp(services)
    for (const name of ['JSESSIONID', 'rememberMe']) {
      const answer = await restarted.request(WHOAMI, { headers: { Cookie: cookieOf(signedIn, name) } })
      expect(await nameIn(answer)).toBe('ann')
    }
    await services.db.destroy()
    rmSync(dataDir, { recursive: true })
  })
})

describe('remember me', () => {
  beforeEach(async () => {
    await change({ passwordHash: await hashPassword(PASSWORD, CHEAP) })
  })
  const remember = async (as = user.key) => cookieOf(await whoami(as, REMEMBER), 'rememberMe')

  test('does not reveal the key or the password to the holder of the cookie', async () => {
    for (const as of [user.key, basic(user.username, PASSWORD)]) {
      const [, value = ''] = (await remember(as)).split('=')
      const bytes = Buffer.from(value, 'base64url').toString('latin1')
      expect(bytes).not.toContain(user.username)
      expect(bytes).not.toContain(PASSWORD)
      expect(bytes).not.toContain(user.key)
    }
  })

  test('ends with a logout, even if a browser keeps it, and with all its renewals', async () => {
    const cookie = await remember()
    const renewal = cookieOf(await withCookie(cookie), 'rememberMe')
    const answer = await server.request(LOGOUT, { as: '', method: 'POST', headers: { Cookie: renewal } })
    expect(answer.headers.getSetCookie().at(-1)).toMatch(/^rememberMe=deleteMe/)
    await expectRefusal(await withCookie(renewal))
    await expectRefusal(await withCookie(cookie))
    expect((await withCookie(await remember())).status).toBe(200)
  })
})
