import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { cookieOf, REMEMBER, SESSION, WHOAMI } from '../../tests/support/signIn.ts'
import { givenUser, startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { newId } from '../ids.ts'
import { createLog } from '../log.ts'
import { openToken, sealToken } from '../vault/tokens.ts'
import { removeDeadRememberMe } from './rememberMe.ts'

const DAY = 86_400_000

let server: TestServer
const lines: string[] = []
let user: { id: string; username: string; key: string }
let number = 0

beforeAll(async () => {
  server = await startTestServer()
  server.services.log = createLog('info', (line) => lines.push(line))
})
afterAll(() => server.close())
beforeEach(async () => {
  user = await givenUser(server, `user-${++number}`)
})
afterEach(() => vi.useRealTimers())

const remember = async () => cookieOf(await server.request(WHOAMI, { as: user.key, headers: REMEMBER }), 'rememberMe')
const send = (Cookie: string, headers: Record<string, string> = {}) =>
  server.request(WHOAMI, { as: '', headers: { Cookie, ...headers } })
const status = async (cookie: string) => (await send(cookie)).status
/** The cookie that replaces a used one. */
async function use(cookie: string): Promise<string> {
  const answer = await send(cookie)
  expect(answer.status).toBe(200)
  return cookieOf(answer, 'rememberMe')
}
const rows = () => server.services.db.selectFrom('rememberMe').selectAll().where('userId', '=', user.id).execute()
const events = async () => {
  const answer = await server.request(`/api/x/v1/audit?event=remember-me-reused&userId=${user.id}`)
  return answer.json()
}
const later = (milliseconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(Date.now() + milliseconds)
}
const saysOf = (cookie: string) =>
  openToken(server.services.masterKey, cookie.slice('rememberMe='.length), 'rememberMe') as Record<string, unknown>

describe('a remember-me cookie', () => {
  test('is replaced on each use, and cannot be forged from the database', async () => {
    const first = await remember()
    const second = await use(first)
    const third = await use(second)
    expect(new Set([first, second, third]).size).toBe(3)
    const { secret } = saysOf(third) as { secret: string }
    expect(JSON.stringify(await rows())).not.toContain(secret)
    expect(await rows()).toHaveLength(1)
  })

  test('ends all of its user’s sessions if it is reused', async () => {
    const first = await remember()
    const second = await use(first)
    const elsewhere = cookieOf(await server.request(WHOAMI, { as: user.key, headers: SESSION }), 'JSESSIONID')
    const another = await remember()
    const third = await use(second)
    expect(await status(first)).toBe(401)
    for (const cookie of [third, another, elsewhere]) expect(await status(cookie)).toBe(401)
    expect(await rows()).toEqual([])
    expect(lines.at(-1)).toMatch(/warn {2}a remember-me cookie was reused.*"userId":"[^"]+","ended":\d/)
    const [event, ...others] = await events()
    expect(event).toMatchObject({ user: { id: user.id }, details: { userId: user.id, ended: 5 } })
    expect(others).toEqual([])
    // The user is not locked out.
    expect(await status(await remember())).toBe(200)
  })

  test('ends them too if it was used a minute ago', async () => {
    const first = await remember()
    const second = await use(first)
    later(61_000)
    const answer = await send(first)
    expect(answer.status).toBe(401)
    const [session, ...deleted] = answer.headers.getSetCookie()
    expect(deleted.every((each) => each.startsWith('rememberMe=deleteMe'))).toBe(true)
    expect(await status(session?.split(';')[0] ?? '')).toBe(401)
    expect(await status(second)).toBe(401)
    expect(await events()).toHaveLength(1)
  })
})

describe('two requests of one browser with the same cookie', () => {
  test('concurrently: both sign in, and the last response has a valid cookie', async () => {
    const first = await remember()
    const answers = await Promise.all([send(first), send(first), send(first)])
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200])
    const cookies = answers.map((answer) => cookieOf(answer, 'rememberMe'))
    expect(cookies.map((cookie) => saysOf(cookie).serial)).toEqual([1, 1, 1])
    for (const answer of answers) expect(await status(cookieOf(answer, 'JSESSIONID'))).toBe(200)
    later(3_600_000)
    expect(await status(cookies[1] ?? '')).toBe(200)
    expect(await events()).toEqual([])
  })

  test('one after the other, if the first response was lost', async () => {
    const first = await remember()
    await use(first)
    later(50_000)
    const again = await use(first)
    later(3_600_000)
    expect(await status(again)).toBe(200)
    expect(await events()).toEqual([])
  })

  test('one of them a thief’s: the second use of their common cookie reveals the theft', async () => {
    const first = await remember()
    const [stolen, own] = [await use(first), await use(first)]
    await use(stolen)
    later(61_000)
    expect(await status(own)).toBe(401)
    expect(await events()).toHaveLength(1)
  })
})

describe('a remembered sign-in ends', () => {
  test('30 days after sign-in, even if it is in use', async () => {
    let cookie = await remember()
    for (let days = 0; days < 30; days += 10) {
      later(10 * DAY - 1000)
      cookie = await use(cookie)
    }
    later(3001)
    expect(await status(cookie)).toBe(401)
    await removeDeadRememberMe(server.services.db)
    expect(await rows()).toEqual([])
    expect(await events()).toEqual([])
  })

  test('after 14 days without use', async () => {
    const cookie = await remember()
    later(14 * DAY + 1000)
    expect(await status(cookie)).toBe(401)
    await removeDeadRememberMe(server.services.db)
    expect(await rows()).toEqual([])
  })

  test('when its user is deleted', async () => {
    const cookie = await remember()
    await server.request(`/api/v1/user/${user.id}`, { method: 'DELETE' })
    expect(await status(cookie)).toBe(401)
    expect(await rows()).toEqual([])
  })

  test('for a new one, beyond 100 per user', async () => {
    await remember()
    const [row] = await rows()
    if (!row) throw new Error('It was made')
    const { db } = server.services
    const others = Array.from({ length: 99 }, (_, i) => ({
      ...row,
      id: newId(),
      lastUsedAt: `2026-01-01T00:00:${i % 60}`,
    }))
    await db.insertInto('rememberMe').values(others).execute()
    await remember()
    expect(await rows()).toHaveLength(100)
    expect((await rows()).map(({ id }) => id)).toContain(row.id)
  })
})

describe('an unknown cookie is deleted and ignored', () => {
  test.each([
    ['from before cookies were replaced', (now: object) => ({ ...now, serial: undefined })],
    ['with another secret', (now: object) => ({ ...now, secret: 'x' })],
    ['newer than the database, of which a backup was restored', (now: object) => ({ ...now, serial: 7 })],
  ])('%s', async (_, changed) => {
    const cookie = await remember()
    const other = `rememberMe=${sealToken(server.services.masterKey, changed(saysOf(cookie)), 'rememberMe')}`
    expect((await send(other, { Authorization: user.key })).status).toBe(200)
    expect(await status(other)).toBe(401)
    expect(await status(cookie)).toBe(200)
    expect(await events()).toEqual([])
  })
})
