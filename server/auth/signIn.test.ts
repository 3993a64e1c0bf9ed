import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  basic,
  cookieOf,
  expectRefusal,
  givenUserWithPassword,
  ORG,
  PASSWORD,
  SESSION,
  WHOAMI,
} from '../../tests/support/signIn.ts'
import { CHEAP, givenUser, startTestServer, type TestServer } from '../../tests/support/testServer.ts'
import { hashPassword, PASSWORD_COST } from '../vault/password.ts'

let server: TestServer
let user: { id: string; username: string; key: string }
let number = 0

beforeAll(async () => {
  // As slow as real ones, so that a crowd of guesses has to wait.
  server = await startTestServer({}, PASSWORD_COST)
})
afterAll(() => server.close())
// Each test has its own user, without failed sign-ins of other tests.
beforeEach(async () => {
  user = await givenUserWithPassword(server, `user-${++number}`)
})

const change = (columns: { passwordHash?: string; disabled?: 0 | 1 }) =>
  server.services.db.updateTable('users').set(columns).where('id', '=', user.id).execute()
const whoami = (as: string, headers: Record<string, string> = {}) => server.request(WHOAMI, { as, headers })

describe('a name and a password (Basic)', () => {
  test('sign in and open a session, on any endpoint', async () => {
    const answer = await server.request(ORG, { as: basic(user.username, PASSWORD) })
    expect(answer.status).toBe(200)
    const again = await whoami('', { Cookie: cookieOf(answer, 'JSESSIONID') })
    expect(await again.json()).toMatchObject({ realm: 'internal', username: user.username })
  })

  test('ignores case and outer whitespace of the name, but not of the password', async () => {
    expect((await whoami(basic(` ${user.username.toUpperCase()} `, PASSWORD))).status).toBe(200)
    await expectRefusal(await whoami(basic(user.username, ` ${PASSWORD}`)))
    await expectRefusal(await whoami(basic(user.username, PASSWORD.toUpperCase())))
  })

  test('a password may contain colons and letters of any script', async () => {
    const password = 'schlüssel:für:ä'
    await change({ passwordHash: await hashPassword(password, CHEAP) })
    expect((await whoami(basic(user.username, password))).status).toBe(200)
  })

  test('responds the same to a wrong password, an unknown name, a user without a password and a disabled one', async () => {
    const other = await givenUser(server, `keys-only-${number}`)
    await expectRefusal(await whoami(basic(user.username, 'wrong')))
    await expectRefusal(await whoami(basic('nobody', PASSWORD)))
    await expectRefusal(await whoami(basic(other.username, PASSWORD)))
    await change({ disabled: 1 })
    await expectRefusal(await whoami(basic(user.username, PASSWORD)))
    // Two of these take as long as a real password.
  }, 30_000)
})

describe('an API key', () => {
  test('is refused once it has expired or its user is disabled', async () => {
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
})

describe('who is signed in, if anybody', () => {
  const asked = async (as: string, headers: Record<string, string> = {}) => {
    const answer = await server.request('/api/x/v1/session', { as, headers })
    return [answer.status, answer.status === 200 ? await answer.json() : await answer.text()]
  }

  test('is the same as whoami with a session, and an empty object without one or after its end', async () => {
    const Cookie = cookieOf(await whoami(basic(user.username, PASSWORD)), 'JSESSIONID')
    expect(await asked('', { Cookie })).toEqual([200, await (await whoami('', { Cookie })).json()])
    expect(await asked('')).toEqual([200, {}])
    await server.request('/api/service/console/logout', { as: '', method: 'POST', headers: { Cookie } })
    expect(await asked('', { Cookie })).toEqual([200, {}])
    expect(await asked('', { Cookie: 'rememberMe=unknown' })).toEqual([200, {}])
  })

  test('is refused with wrong credentials, so nobody can try them unnoticed', async () => {
    const statusOf = async (as: string, headers?: Record<string, string>) => (await asked(as, headers))[0]
    expect(await statusOf(basic(user.username, 'wrong'))).toBe(401)
    expect(await statusOf('dW5rbm93biBrZXk')).toBe(401)
    expect(await statusOf('', { 'X-Concord-SessionToken': 'unknown' })).toBe(401)
    await change({ disabled: 1 })
    expect(await statusOf(user.key)).toBe(401)
  })
})

describe('guessing passwords', () => {
  const from = (address: string, as: string, headers: Record<string, string> = {}, signal?: AbortSignal) =>
    server.app.request(
      WHOAMI,
      { headers: { ...(as ? { Authorization: as } : {}), ...headers }, ...(signal ? { signal } : {}) },
      { incoming: { socket: { remoteAddress: address } } as never },
    )
  const guess = (address: string) => from(address, basic(user.username, 'wrong'))

  test('after 20 failures in a minute for one name and address, even the right password is a 429 with Retry-After', async () => {
    for (let i = 0; i < 20; i++) await expectRefusal(await guess('192.0.2.1'))
    const answer = await from('192.0.2.1', basic(user.username, PASSWORD))
    expect(answer.status).toBe(429)
    const wait = Number(answer.headers.get('Retry-After'))
    expect(wait).toBeGreaterThan(50)
    expect(wait).toBeLessThanOrEqual(60)
    expect(await answer.text()).toBe(`Too many failed sign-ins for this user. Try again in ${wait} s.`)
  })

  test('other names, other addresses, keys and sessions still work', async () => {
    const session = cookieOf(await whoami(user.key, SESSION), 'JSESSIONID')
    for (let i = 0; i < 20; i++) await guess('192.0.2.2')
    expect((await guess('192.0.2.2')).status).toBe(429)
    expect((await from('192.0.2.3', basic(user.username, PASSWORD))).status).toBe(200)
    expect((await from('192.0.2.2', user.key)).status).toBe(200)
    expect((await from('192.0.2.2', basic(user.username, 'wrong'), { Cookie: session })).status).toBe(200)
    const other = await givenUserWithPassword(server, `other-${number}`)
    expect((await from('192.0.2.2', basic(other.username, PASSWORD))).status).toBe(200)
  })

  test('concurrent guesses get no further than sequential ones', async () => {
    const answers = await Promise.all([
      ...Array.from({ length: 30 }, () => guess('192.0.2.4')),
      from('192.0.2.4', basic(user.username, PASSWORD)),
    ])
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(20)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(11)
  })

  test('a success clears earlier failures', async () => {
    for (let i = 0; i < 19; i++) await guess('192.0.2.5')
    expect((await from('192.0.2.5', basic(user.username, PASSWORD))).status).toBe(200)
    await expectRefusal(await guess('192.0.2.5'))
    expect((await from('192.0.2.5', basic(user.username, PASSWORD))).status).toBe(200)
  })

  test('five addresses with 34 requests each lock out nobody, least of all from known networks', async () => {
    const gone = new AbortController()
    let computed = 0
    const crowd = Array.from({ length: 5 * 34 }, async (_, i) => {
      const answer = await from(`192.0.2.${20 + (i % 5)}`, basic(`flood-${i}`, 'wrong'), {}, gone.signal)
      if (answer.status === 401) computed++
      return answer.status
    })
    // By now they have filled the queue, which has 128 places.
    await Promise.any(crowd.map(async (status) => ((await status) === 429 ? status : never())))
    expect((await from('192.0.2.30', basic(user.username, PASSWORD))).status).toBe(200)
    // Round-robin: one from each of the five, and those being computed.
    expect(computed).toBeLessThan(12)
    const before = computed
    for (let i = 0; i < 5; i++) expect((await from('192.0.2.30', basic(user.username, PASSWORD))).status).toBe(200)
    // Known by then, they do not wait for these.
    expect(computed).toBeLessThan(before + 3)
    gone.abort()
    await Promise.all(crowd)
  })

  test('an IPv6 network has 20 tries a minute for one name, from any of its addresses', async () => {
    const statuses = []
    for (let i = 0; i < 44; i++) statuses.push((await guess(`2001:db8:0:7:${i}::${i}`)).status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(20)
    expect((await from('2001:db8:0:8::1', basic(user.username, PASSWORD))).status).toBe(200)
  })

  test('100 failures in an hour from everywhere throttle strangers, but lock out neither the user nor strangers with a turn', async () => {
    expect((await from('203.0.113.1', basic(user.username, PASSWORD))).status).toBe(200)
    for (let i = 0; i < 100; i++) await expectRefusal(await guess(`198.51.100.${i}`))
    await expectRefusal(await guess('198.51.100.200'))
    const slowed = await from('203.0.113.2', basic(user.username, PASSWORD))
    expect(slowed.status).toBe(429)
    expect(Number(slowed.headers.get('Retry-After'))).toBeLessThanOrEqual(36)
    expect((await from('203.0.113.1', basic(user.username, PASSWORD))).status).toBe(200)
  })

  test('many guesses get a Retry-After, and neither keys nor other addresses wait for them', async () => {
    const gone = new AbortController()
    let computed = 0
    const crowd = Array.from({ length: 60 }, async (_, i) => {
      const answer = await from('192.0.2.6', basic(`made-up-${i}`, 'wrong'), {}, gone.signal)
      if (answer.status === 401) computed++
      return answer
    })
    const busy = await Promise.any(crowd.map(async (answer) => ((await answer).status === 429 ? answer : never())))
    expect(busy.headers.get('Retry-After')).toBe('15')
    expect(await busy.text()).toBe('Too much of this is asked for at the moment. Try again in 15 s.')
    expect((await from('192.0.2.6', user.key)).status).toBe(200)
    expect((await from('192.0.2.7', basic(user.username, PASSWORD))).status).toBe(200)
    // It got its turn: the 33 admitted guesses are not done yet.
    expect(computed).toBeLessThan(20)
    // Abandoned requests are not computed; otherwise this would take long.
    gone.abort()
    const statuses = (await Promise.all(crowd)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 401).length).toBeLessThan(20)
    expect(new Set(statuses)).toEqual(new Set([401, 429]))
  })
})

const never = () => Promise.reject(new Error('not busy'))
