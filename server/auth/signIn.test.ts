import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createApp } from '../app.ts'
import { readConfig } from '../config.ts'
import { createLog } from '../log.ts'
import { setUp } from '../setup.ts'
import { ADMIN_KEY, givenUser, startTestServer, type TestServer } from '../testing.ts'
import { hashPassword } from '../vault/password.ts'

const WHOAMI = '/api/service/console/whoami'
const ORG = '/api/v1/org/Default'
const LOGOUT = '/api/service/console/logout'
const PASSWORD = 'correct horse battery'
/** Hashing is slow on purpose; what it costs is tested in vault/. */
const CHEAP = { log2N: 4, r: 8, p: 1 }
const SESSION = { 'X-Concord-EnableSession': 'true' }
const REMEMBER = { 'X-Concord-RememberMe': 'true' }

let server: TestServer
let passwordHash: string
let user: { id: string; username: string; key: string }
let number = 0

beforeAll(async () => {
  server = await startTestServer()
  passwordHash = await hashPassword(PASSWORD, CHEAP)
})
afterAll(() => server.close())
// A user of its own for each test: none has failed sign-ins or sessions of another.
beforeEach(async () => {
  user = await givenUser(server, `user-${++number}`)
  await change({ passwordHash })
})

const change = (columns: { passwordHash?: string; disabled?: 0 | 1 }) =>
  server.services.db.updateTable('users').set(columns).where('id', '=', user.id).execute()
const basic = (name: string, password: string) => encoded(`${name}:${password}`)
const encoded = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const whoami = (as: string, headers: Record<string, string> = {}) => server.request(WHOAMI, { as, headers })
const withCookie = (cookie: string, as = '') => whoami(as, { Cookie: cookie })
const nameIn = async (answer: Response) => (await answer.json()).username

/** `name=value` of a cookie that an answer sets, as a browser would send it back. */
function cookieOf(answer: Response, name: string) {
  const value = answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0] ?? '')
    .filter((cookie) => cookie.startsWith(`${name}=`) && !cookie.endsWith('=deleteMe'))
  expect(value).toHaveLength(1)
  return value[0] ?? ''
}

async function expectRefusal(answer: Response) {
  expect(answer.status).toBe(401)
  expect(answer.headers.get('Content-Type')).toBe('application/json')
  expect(await answer.text()).toBe('')
}

describe('a name and a password (Basic)', () => {
  test('sign in and open a session, on whichever endpoint they come', async () => {
    const answer = await server.request(ORG, { as: basic(user.username, PASSWORD) })
    expect(answer.status).toBe(200)
    const again = await withCookie(cookieOf(answer, 'JSESSIONID'))
    expect(await again.json()).toMatchObject({ realm: 'internal', username: user.username })
  })

  test('the name counts in any case and without outer blanks, the password as it is', async () => {
    expect((await whoami(basic(` ${user.username.toUpperCase()} `, PASSWORD))).status).toBe(200)
    await expectRefusal(await whoami(basic(user.username, ` ${PASSWORD}`)))
    await expectRefusal(await whoami(basic(user.username, PASSWORD.toUpperCase())))
  })

  test('a password may contain colons and letters of any script', async () => {
    const password = 'schlüssel:für:ä'
    await change({ passwordHash: await hashPassword(password, CHEAP) })
    expect((await whoami(basic(user.username, password))).status).toBe(200)
  })

  test('a wrong password, an unknown name, a user without a password and a disabled one look the same', async () => {
    const other = await givenUser(server, `keys-only-${number}`)
    await expectRefusal(await whoami(basic(user.username, 'wrong')))
    await expectRefusal(await whoami(basic('nobody', PASSWORD)))
    await expectRefusal(await whoami(basic(other.username, PASSWORD)))
    await change({ disabled: 1 })
    await expectRefusal(await whoami(basic(user.username, PASSWORD)))
  })

  test('a header without a colon is no credentials, one that is not base64 is a 401 that says so', async () => {
    await expectRefusal(await whoami(encoded(user.username)))
    const answer = await server.request(ORG, { as: 'Basic ***' })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('WWW-Authenticate')).toBeNull()
    expect(await answer.json()).toEqual({ message: expect.any(String) })
  })

  test('without a password the name is taken for the token of a process, which nobody has', async () => {
    const answer = await whoami(basic(user.username, ''))
    expect(answer.status).toBe(401)
    expect(await answer.json()).toEqual({ message: expect.any(String) })
  })
})

describe('an API key', () => {
  test.each([
    ['plain', (key: string) => key],
    ['padded', (key: string) => `${key}==`],
    ['with Bearer', (key: string) => `Bearer ${key}`],
    ['with outer blanks', (key: string) => ` ${key} `],
  ])('is accepted %s', async (_, spell) => {
    const answer = await whoami(spell(user.key))
    expect(await answer.json()).toMatchObject({ realm: 'apikey', username: user.username })
  })

  test.each([
    ['with bearer in small letters', (key: string) => `bearer ${key}`],
    ['after two blanks', (key: string) => `Bearer  ${key}`],
    ['with another scheme', (key: string) => `Token ${key}`],
    ['that nobody has', () => 'dW5rbm93bg'],
    ['that is not base64', () => '***'],
  ])('is refused %s', async (_, spell) => {
    await expectRefusal(await whoami(spell(user.key)))
  })

  test('is refused once it has expired, or its user is disabled', async () => {
    const { db } = server.services
    const expire = (expiredAt: string) =>
      db.updateTable('apiKeys').set({ expiredAt }).where('userId', '=', user.id).execute()
    await expire('2099-01-01T00:00:00.000Z')
    expect((await whoami(user.key)).status).toBe(200)
    await expire('2001-01-01T00:00:00.000Z')
    await expectRefusal(await whoami(user.key))
    await expire('2099-01-01T00:00:00.000Z')
    await change({ disabled: 1 })
    await expectRefusal(await whoami(user.key))
  })

  test('opens a session only where one is asked for', async () => {
    expect((await whoami(user.key)).headers.getSetCookie()).toEqual([])
    expect((await whoami(user.key, { 'X-Concord-EnableSession': '1' })).headers.getSetCookie()).toEqual([])
    expect((await whoami(user.key, { 'X-Concord-EnableSession': 'TRUE' })).headers.getSetCookie()).toHaveLength(1)
  })

  test('leaves a line in the audit log each time', async () => {
    const lines = async () => {
      const answer = await server.request(`/api/v1/audit?object=SYSTEM&username=${user.username}`)
      return answer.json()
    }
    await whoami(user.key)
    const before = await lines()
    await whoami(user.key)
    const after = await lines()
    expect(after).toHaveLength(before.length + 1)
    expect(after[0]).toMatchObject({ action: 'ACCESS', details: { realm: 'apikey', apiKeyId: expect.any(String) } })
  })

  test('without a user signs in, but most endpoints want a user', async () => {
    const name = `agent-${number}`
    const made = await server.request(`/api/v1/apikey/${name}`, { json: {} })
    const { key } = await made.json()
    expect((await server.request(ORG, { as: key })).status).toBe(200)
    expect((await whoami(key)).status).toBe(500)
    const list = await server.request('/api/v1/org', { as: key })
    expect(list.status).toBe(401)
    expect(await list.text()).toContain('UserPrincipal')
  })
})

describe('a session', () => {
  const signIn = async () => cookieOf(await whoami(user.key, SESSION), 'JSESSIONID')

  test('is a cookie for this site only, out of reach of scripts', async () => {
    const [cookie] = (await whoami(user.key, SESSION)).headers.getSetCookie()
    expect(cookie).toMatch(/^JSESSIONID=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
  })

  test('is found by a hash: its id is not in the database', async () => {
    const [, id] = (await signIn()).split('=')
    const rows = await server.services.db.selectFrom('sessions').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(id)
  })

  test('beats every credential in a header', async () => {
    const cookie = await signIn()
    expect(await nameIn(await withCookie(cookie, ADMIN_KEY))).toBe(user.username)
    expect(await nameIn(await withCookie(cookie, 'Basic ***'))).toBe(user.username)
  })

  test('that does not exist is ignored', async () => {
    expect(await nameIn(await withCookie('JSESSIONID=nosuch', user.key))).toBe(user.username)
    await expectRefusal(await withCookie('JSESSIONID=nosuch'))
  })

  test('ends when nobody has used it for the time-out', async () => {
    const cookie = await signIn()
    const used = (ago: number) =>
      server.services.db
        .updateTable('sessions')
        .set({ lastUsedAt: new Date(Date.now() - ago).toISOString() })
        .where('userId', '=', user.id)
        .execute()
    await used(29 * 60_000)
    expect((await withCookie(cookie)).status).toBe(200)
    // That was a use: the half hour has begun anew.
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

  test('keeps the roles of its login', async () => {
    const cookie = await signIn()
    const roles = (names: string[]) => server.request(`/api/v1/user/${user.username}/roles`, { json: { roles: names } })
    await roles(['concordAdmin'])
    const status = async (as: string, headers = {}) => (await server.request('/api/v1/role', { as, headers })).status
    expect(await status(user.key)).toBe(200)
    expect(await status('', { Cookie: cookie })).toBe(403)
  })

  test('outlives its key, and the disabling of its user except for whoami', async () => {
    const cookie = await signIn()
    await server.services.db.deleteFrom('apiKeys').where('userId', '=', user.id).execute()
    expect((await withCookie(cookie)).status).toBe(200)
    await change({ disabled: 1 })
    const answer = await withCookie(cookie)
    expect(answer.status).toBe(403)
    expect(await answer.text()).toBe(`User is disabled: ${user.id}`)
    expect((await server.request(ORG, { as: '', headers: { Cookie: cookie } })).status).toBe(200)
  })

  test('ends with a logout, which needs no credentials', async () => {
    const cookie = await signIn()
    const answer = await server.request(LOGOUT, { as: '', method: 'POST', headers: { Cookie: cookie } })
    expect(answer.status).toBe(204)
    await expectRefusal(await withCookie(cookie))
    expect((await server.request(LOGOUT, { as: '', method: 'POST' })).status).toBe(204)
  })
})

describe('a restart of the server', () => {
  test('ends neither sessions nor remember-me cookies', async () => {
    const ann = await givenUser(server, 'ann')
    const signedIn = await server.request(WHOAMI, { as: ann.key, headers: { ...SESSION, ...REMEMBER } })

    // A copy of the folder, as it is at this moment, is what a server that is killed leaves to the next one.
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
  const remember = async (as = user.key) => cookieOf(await whoami(as, REMEMBER), 'rememberMe')

  test('is a cookie for 14 days, with or without a session', async () => {
    const [cookie, ...others] = (await whoami(user.key, REMEMBER)).headers.getSetCookie()
    expect(cookie).toMatch(/^rememberMe=[\w-]+; Path=\/; Max-Age=1209600; Expires=[^;]+ GMT; HttpOnly; SameSite=lax$/)
    expect(others).toEqual([])
    expect((await whoami(user.key, { ...REMEMBER, ...SESSION })).headers.getSetCookie()).toHaveLength(2)
  })

  test('opens a session, renews itself and beats the credentials in headers', async () => {
    const answer = await withCookie(await remember(), ADMIN_KEY)
    expect(await nameIn(answer)).toBe(user.username)
    const [session, deleted, renewed] = answer.headers.getSetCookie()
    expect(session).toMatch(/^JSESSIONID=/)
    expect(deleted).toMatch(/^rememberMe=deleteMe; Path=\/; Max-Age=0; Expires=[^;]+ GMT; Secure; SameSite=lax$/)
    expect(renewed).toMatch(/^rememberMe=/)
  })

  test('tells neither the key nor the password to whoever holds the cookie', async () => {
    for (const as of [user.key, basic(user.username, PASSWORD)]) {
      const [, value = ''] = (await remember(as)).split('=')
      const bytes = Buffer.from(value, 'base64url').toString('latin1')
      expect(bytes).not.toContain(user.username)
      expect(bytes).not.toContain(PASSWORD)
      expect(bytes).not.toContain(user.key)
    }
  })

  test('that is not ours is deleted and ignored', async () => {
    const answer = await withCookie('rememberMe=AAAA', user.key)
    expect(await nameIn(answer)).toBe(user.username)
    expect(answer.headers.getSetCookie().every((cookie) => cookie.startsWith('rememberMe=deleteMe'))).toBe(true)
    await expectRefusal(await withCookie('rememberMe=AAAA'))
  })

  test('ends with the password it was made from, a key’s does not end with the key', async () => {
    const byPassword = await remember(basic(user.username, PASSWORD))
    const byKey = await remember()
    expect((await withCookie(byPassword)).status).toBe(200)
    await change({ passwordHash: await hashPassword('another password', CHEAP) })
    await server.services.db.deleteFrom('apiKeys').where('userId', '=', user.id).execute()
    await expectRefusal(await withCookie(byPassword))
    expect((await withCookie(byKey)).status).toBe(200)
  })

  test('ends when the user is disabled', async () => {
    const cookie = await remember()
    await change({ disabled: 1 })
    await expectRefusal(await withCookie(cookie))
  })

  test('ends with a logout, even in a browser that keeps it, and with all its renewals', async () => {
    const cookie = await remember()
    const renewal = cookieOf(await withCookie(cookie), 'rememberMe')
    const answer = await server.request(LOGOUT, { as: '', method: 'POST', headers: { Cookie: renewal } })
    expect(answer.headers.getSetCookie().at(-1)).toMatch(/^rememberMe=deleteMe/)
    await expectRefusal(await withCookie(renewal))
    await expectRefusal(await withCookie(cookie))
    expect((await withCookie(await remember())).status).toBe(200)
  })
})

describe('a 401 asks for credentials', () => {
  test.each([
    ['by default', ORG, {}, true],
    ['on unknown paths too', '/api/v1/nothing', {}, true],
    ['after a wrong password', ORG, { Authorization: encoded('a:b') }, true],
    ['but not on whoami', WHOAMI, {}, false],
    ['except with a slash behind it', `${WHOAMI}/`, {}, true],
    ['but not the console', ORG, { 'X-Concord-UI-Request': 'True' }, false],
    ['but not who came with a key', ORG, { Authorization: 'AAAA' }, false],
  ])('%s', async (_, path, headers, asks) => {
    const answer = await server.request(path, { as: '', headers })
    expect(answer.status).toBe(401)
    expect(answer.headers.get('WWW-Authenticate')).toBe(asks ? 'Basic, ConcordApiToken' : null)
  })
})

describe('guessing passwords', () => {
  const from = (address: string, as: string, headers: Record<string, string> = {}) =>
    server.app.request(
      WHOAMI,
      { headers: { ...(as ? { Authorization: as } : {}), ...headers } },
      { incoming: { socket: { remoteAddress: address } } as never },
    )
  const guess = (address: string) => from(address, basic(user.username, 'wrong'))

  test('20 failures in a minute for one name and address: then it is 429 with Retry-After, also with the right one', async () => {
    for (let i = 0; i < 20; i++) await expectRefusal(await guess('192.0.2.1'))
    const answer = await from('192.0.2.1', basic(user.username, PASSWORD))
    expect(answer.status).toBe(429)
    const wait = Number(answer.headers.get('Retry-After'))
    expect(wait).toBeGreaterThan(50)
    expect(wait).toBeLessThanOrEqual(60)
    expect(await answer.text()).toBe(`Too many failed sign-ins for this user. Try again in ${wait} s.`)
  })

  test('other names, other addresses, keys and sessions go on', async () => {
    const session = cookieOf(await whoami(user.key, SESSION), 'JSESSIONID')
    for (let i = 0; i < 20; i++) await guess('192.0.2.2')
    expect((await guess('192.0.2.2')).status).toBe(429)
    expect((await from('192.0.2.3', basic(user.username, PASSWORD))).status).toBe(200)
    expect((await from('192.0.2.2', user.key)).status).toBe(200)
    expect((await from('192.0.2.2', basic(user.username, 'wrong'), { Cookie: session })).status).toBe(200)
    const other = await givenUser(server, `other-${number}`)
    await server.services.db.updateTable('users').set({ passwordHash }).where('id', '=', other.id).execute()
    expect((await from('192.0.2.2', basic(other.username, PASSWORD))).status).toBe(200)
  })

  test('many guesses at once get no further than one after the other', async () => {
    const answers = await Promise.all([
      ...Array.from({ length: 30 }, () => guess('192.0.2.4')),
      from('192.0.2.4', basic(user.username, PASSWORD)),
    ])
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(20)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(11)
  })

  test('a success forgives the failures before it', async () => {
    for (let i = 0; i < 19; i++) await guess('192.0.2.5')
    expect((await from('192.0.2.5', basic(user.username, PASSWORD))).status).toBe(200)
    await expectRefusal(await guess('192.0.2.5'))
    expect((await from('192.0.2.5', basic(user.username, PASSWORD))).status).toBe(200)
  })
})
