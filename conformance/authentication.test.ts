import { describe, expect, test } from 'vitest'
import { onlyOnConcord, onlyOnOurs } from './differences.ts'
import { admin, anonymous, basic, cookieValue, withHeaders, withKey } from './lib/caller.ts'
import {
  expectEmpty,
  expectMalformedCredentials,
  expectMethodNotAllowed,
  expectText,
  expectUnauthorized,
  jsonOf,
} from './lib/expect.ts'
import type { Answer } from './lib/http.ts'
import { made, newWorld, type User } from './lib/world.ts'
import {
  apiKeyWinsOverSessionToken,
  basicWithoutColonIsNoToken,
  deletedCookieAttributes,
  headerValuesAreTrimmed,
  rememberMeForApiKeys,
  sessionCookieAttributes,
  whoamiTellsDisabledUsers,
} from './versions.ts'

// concord-api §2.

const WHOAMI = '/api/service/console/whoami'
const ORG = '/api/v1/org/Default'
const LOGOUT = '/api/service/console/logout'
const SESSION = { 'X-Concord-EnableSession': 'true' }
const REMEMBER = { 'X-Concord-RememberMe': 'true' }
const UI = { 'X-Concord-UI-Request': 'true' }
const base64 = (text: string) => Buffer.from(text).toString('base64')

const world = newWorld('auth')
const user = await world.user('user')
const second = await world.user('second')

const whoami = (headers: Record<string, string>, cookie?: string) =>
  withHeaders(headers).get(WHOAMI, cookie === undefined ? {} : { cookie })
const expectUser = (answer: Answer, { name }: { name: string } = user) => expect(jsonOf(answer).username).toBe(name)
const cookiesOf = (answer: Answer) => answer.headers['set-cookie'] ?? []
/** A cookie's attributes, without its value and with any date for Expires. */
const attributes = (cookie: string | undefined) => cookie?.replace(/^[^;]+; /, '').replace(/Expires=[^;]+/, 'Expires=…')

async function signIn({ key }: User = user) {
  const answer = await whoami({ Authorization: key, ...SESSION })
  return { answer, cookie: `JSESSIONID=${cookieValue(answer, 'JSESSIONID')}` }
}
async function remembered({ key }: User = user) {
  const answer = await whoami({ Authorization: key, ...REMEMBER })
  return { answer, cookie: `rememberMe=${cookieValue(answer, 'rememberMe')}` }
}

describe('an API key', () => {
  test('is the whole header', async () => expectUser(await whoami({ Authorization: user.key })))
  test('may follow "Bearer "', async () => expectUser(await whoami({ Authorization: `Bearer ${user.key}` })))
  test('may be padded', async () => expectUser(await whoami({ Authorization: `${user.key}==` })))
  test('may have whitespace around it, since 2.44', async () => {
    const answer = await whoami({ Authorization: ` ${user.key} ` })
    if (headerValuesAreTrimmed) expectUser(answer)
    else expectUnauthorized(answer, { challenge: false })
  })

  test.each<[string, Record<string, string>]>([
    ['"bearer" in lower case', { Authorization: `bearer ${user.key}` }],
    ['two spaces after "Bearer"', { Authorization: `Bearer  ${user.key}` }],
    ['"Bearer" without a key', { Authorization: 'Bearer' }],
    ['another scheme', { Authorization: `Token ${user.key}` }],
    ['nothing', { Authorization: '' }],
    ['an unknown key', { Authorization: base64('unknown key 1234') }],
    ['no base64', { Authorization: '***' }],
    ['a header X-API-Key', { 'X-API-Key': user.key }],
    ['the key as a Basic password', { Authorization: basic(user.name, user.key) }],
  ])('is not: %s', async (_, headers) => expectUnauthorized(await whoami(headers), { challenge: false }))

  test('opens no session by itself', async () =>
    expect(cookiesOf(await whoami({ Authorization: user.key }))).toEqual([]))
  test('stops working when it is deleted', async () => {
    const { id, key } = made(await user.post('/api/v1/apikey', { json: { name: 'short-lived' } }))
    expectUser(await whoami({ Authorization: key }))
    await user.delete(`/api/v1/apikey/${id}`)
    expectUnauthorized(await whoami({ Authorization: key }), { challenge: false })
  })
})

describe('Basic', () => {
  test.each([
    ['an unknown user', 'nobody'],
    ['a LOCAL user', user.name],
    ['the admin', 'admin'],
  ])('with %s and a wrong password is a 401', async (_, name) => {
    expectUnauthorized(await whoami({ Authorization: basic(name, 'no-password-of-anybody') }), { challenge: false })
  })
  test('that is empty is not a token', async () => {
    expectUnauthorized(await whoami({ Authorization: 'Basic ' }), { challenge: false })
  })
  test('without a colon is not a token; before 2.44 it is malformed', async () => {
    const answer = await whoami({ Authorization: `Basic ${base64('nobody')}` })
    if (basicWithoutColonIsNoToken) expectUnauthorized(answer, { challenge: false })
    else expectMalformedCredentials(answer)
  })
  test.each([
    ['an empty password, which makes the name a session token', basic('nobody', '')],
    ['a colon only', basic('', '')],
    ['bad base64', 'Basic ***'],
  ])('with %s is malformed', async (_, Authorization) => expectMalformedCredentials(await whoami({ Authorization })))
})

describe('a session token', () => {
  test.each([
    ['junk', '***'],
    ['base64 of anything', base64('some token')],
    ['base64 of a UUID', base64('11111111-1111-1111-1111-111111111111')],
    ['sixteen bytes', base64('0123456789abcdef')],
    ['empty', ''],
  ])('that is %s is malformed', async (_, token) => {
    expectMalformedCredentials(await whoami({ 'X-Concord-SessionToken': token }))
  })
  test('that is invalid is ignored in favour of a valid API key since 2.44, but not before', async () => {
    const answer = await whoami({ 'X-Concord-SessionToken': '***', Authorization: user.key })
    if (apiKeyWinsOverSessionToken) expectUser(answer)
    else expectMalformedCredentials(answer)
  })
  test('that is invalid takes precedence over an invalid API key', async () => {
    expectMalformedCredentials(await whoami({ 'X-Concord-SessionToken': '***', Authorization: 'AAAA' }))
  })
})

describe('the challenge of a 401', () => {
  const ask = (headers: Record<string, string>, path = ORG) => withHeaders(headers).get(path)

  test.each([ORG, '/api/v1/nothing', '/api/service/console/userInfo', `${WHOAMI}/`])('is sent for %s', async (path) => {
    expectUnauthorized(await ask({}, path), { challenge: true })
  })
  test('is not sent for whoami', async () => expectUnauthorized(await ask({}, WHOAMI), { challenge: false }))
  test.each(['true', 'TRUE'])('is not sent to a console: X-Concord-UI-Request: %s', async (value) => {
    expectUnauthorized(await ask({ 'X-Concord-UI-Request': value }), { challenge: false })
  })
  test.each(['false', ''])('is sent for X-Concord-UI-Request: "%s"', async (value) => {
    expectUnauthorized(await ask({ 'X-Concord-UI-Request': value }), { challenge: true })
  })
  test.each(['AAAA', 'Bearer AAAA', `basic ${base64('a:b')}`])(
    'is not sent to a client that sent "%s"',
    async (Authorization) => {
      expectUnauthorized(await ask({ Authorization }), { challenge: false })
    },
  )
  test('is sent to a client that tried Basic', async () => {
    expectUnauthorized(await ask({ Authorization: basic('a', 'b') }), { challenge: true })
  })
  test('is not sent to a console that tried Basic', async () => {
    expectUnauthorized(await ask({ Authorization: basic('a', 'b'), ...UI }), { challenge: false })
  })
  test('is sent for a POST', async () =>
    expectUnauthorized(await anonymous.post('/api/v1/org', { json: {} }), { challenge: true }))
  test('is sent for a HEAD', async () => expectUnauthorized(await anonymous.head(ORG), { challenge: true }))
  test('does not depend on Accept', async () => {
    expectUnauthorized(await anonymous.get(ORG, { accept: 'application/json' }), { challenge: true })
  })
})

describe('a session', () => {
  test('opens with X-Concord-EnableSession: true; afterwards its cookie is enough', async () => {
    const { answer, cookie } = await signIn()
    expectUser(answer)
    expectUser(await whoami({}, cookie))
  })
  test('has a cookie with exactly these attributes', async () => {
    const { answer } = await signIn()
    expect(cookiesOf(answer)).toHaveLength(1)
    expect(attributes(cookiesOf(answer)[0])).toBe(sessionCookieAttributes)
  })
  test('opens in any case of TRUE', async () => {
    const answer = await whoami({ Authorization: user.key, 'X-Concord-EnableSession': 'TRUE' })
    expect(cookiesOf(answer)).toHaveLength(1)
  })
  test.each(['false', '1'])('does not open with X-Concord-EnableSession: %s', async (value) => {
    expect(cookiesOf(await whoami({ Authorization: user.key, 'X-Concord-EnableSession': value }))).toEqual([])
  })
  test('does not open with a bad key', async () => {
    const answer = await whoami({ Authorization: 'AAAA', ...SESSION })
    expectUnauthorized(answer, { challenge: false })
    expect(cookiesOf(answer)).toEqual([])
  })
  test('opens on any path, even one that does not exist', async () => {
    const answer = await withHeaders({ Authorization: user.key, ...SESSION }).get('/api/v1/nothing')
    expectEmpty(answer, 404)
    expectUser(await whoami({}, `JSESSIONID=${cookieValue(answer, 'JSESSIONID')}`))
  })
  test.each<[string, () => Record<string, string>]>([
    ['another key', () => ({ Authorization: second.key })],
    ['a bad key', () => ({ Authorization: 'AAAA' })],
    ['malformed Basic', () => ({ Authorization: 'Basic ***' })],
    ['another key that requests a session', () => ({ Authorization: second.key, ...SESSION })],
  ])('takes precedence over %s', async (_, headers) => {
    const { cookie } = await signIn()
    expectUser(await whoami(headers(), cookie))
  })
  test('that is unknown is a 401', async () =>
    expectUnauthorized(await whoami({}, 'JSESSIONID=nosuchsession'), { challenge: false }))
  test('that is unknown is replaced by a login', async () => {
    const answer = await whoami({ Authorization: user.key, ...SESSION }, 'JSESSIONID=nosuchsession')
    expectUser(answer)
    expect(cookieValue(answer, 'JSESSIONID')).not.toBe('nosuchsession')
  })

  async function afterItsKey() {
    const { id, key } = made(await user.post('/api/v1/apikey', { json: { name: 'opener' } }))
    const answer = await whoami({ Authorization: key, ...SESSION })
    await user.delete(`/api/v1/apikey/${id}`)
    return whoami({}, `JSESSIONID=${cookieValue(answer, 'JSESSIONID')}`)
  }
  onlyOnConcord('sessionsEndWithTheKey')('outlives the API key that opened it', async () =>
    expectUser(await afterItsKey()),
  )
  onlyOnOurs('sessionsEndWithTheKey')('ends with the API key that opened it', async () =>
    expectUnauthorized(await afterItsKey(), { challenge: false }),
  )

  async function afterARise() {
    const riser = await world.user('riser')
    const { cookie } = await signIn(riser)
    made(await admin.post(`/api/v1/user/${riser.name}/roles`, { json: { roles: ['concordAdmin'] } }))
    expect((await riser.get('/api/v1/role')).status).toBe(200)
    return { riser, cookie, answer: await anonymous.get('/api/v1/role', { cookie }) }
  }
  onlyOnConcord('sessionsFollowTheUser')('keeps its roles at sign-in', async () =>
    expectText((await afterARise()).answer, 403, 'Only admins can do that'),
  )
  onlyOnOurs('sessionsFollowTheUser')('has its user’s current roles, and cannot give them back', async () => {
    const { riser, cookie, answer } = await afterARise()
    expect(answer.status).toBe(200)
    const roles = (names: string[]) => ({ json: { roles: names } })
    made(await admin.post(`/api/v1/user/${riser.name}/roles`, roles([])))
    expect((await anonymous.get('/api/v1/role', { cookie })).status).toBe(403)
    const own = { cookie, ...roles(['concordAdmin']) }
    expect((await anonymous.post(`/api/v1/user/${riser.name}/roles`, own)).status).toBe(403)
  })
})

onlyOnOurs('crossOrigin')('a page of another origin cannot change anything with the browser’s session', async () => {
  const { cookie } = await signIn()
  const from = (site: string) => ({ cookie, json: { name: `key-${site}` }, headers: { 'Sec-Fetch-Site': site } })
  const other = await anonymous.post('/api/v1/apikey', from('same-site'))
  expectText(other, 403, 'Pages of other origins cannot change anything with this sign-in')
  expect((await anonymous.post('/api/v1/apikey', from('same-origin'))).status).toBe(200)
})

describe('logging out', () => {
  test('ends the session', async () => {
    const { cookie } = await signIn()
    expectEmpty(await anonymous.post(LOGOUT, { cookie }), 204)
    expectUnauthorized(await whoami({}, cookie), { challenge: false })
    expectEmpty(await anonymous.post(LOGOUT, { cookie }), 204)
  })
  test('is a 204 for anybody', async () => {
    expectEmpty(await anonymous.post(LOGOUT), 204)
    expectEmpty(await anonymous.post(LOGOUT, { json: {} }), 204)
  })
  test('does not affect an API key', async () => {
    expectEmpty(await user.post(LOGOUT), 204)
    expectUser(await user.get(WHOAMI))
  })
  test('is a POST', async () => expectMethodNotAllowed(await anonymous.get(LOGOUT), 'OPTIONS, POST'))
})

describe('remember me', () => {
  test.runIf(rememberMeForApiKeys)('sets a cookie for two weeks', async () => {
    const { answer } = await remembered()
    expect(cookiesOf(answer).map(attributes)).toEqual(['Path=/; Max-Age=1209600; Expires=…; HttpOnly; SameSite=lax'])
  })
  test.skipIf(rememberMeForApiKeys)('sets no cookie for an API key', async () => {
    expect(cookiesOf((await remembered()).answer)).toEqual([])
  })
  test.runIf(rememberMeForApiKeys)('is set together with the session if both are requested', async () => {
    const answer = await whoami({ Authorization: user.key, ...SESSION, ...REMEMBER })
    expect(cookiesOf(answer).map((cookie) => cookie.split('=')[0])).toEqual(['JSESSIONID', 'rememberMe'])
  })
  test('is not set unless the header is true', async () => {
    expect(cookiesOf(await whoami({ Authorization: user.key, 'X-Concord-RememberMe': 'false' }))).toEqual([])
  })
  test('is not set for a bad key', async () =>
    expect(cookiesOf(await whoami({ Authorization: 'AAAA', ...REMEMBER }))).toEqual([]))

  test.runIf(rememberMeForApiKeys)('signs in: opens a new session, and replaces the cookie', async () => {
    const { cookie } = await remembered()
    const answer = await whoami({}, cookie)
    expectUser(answer)
    expect(cookiesOf(answer).map((one) => one.split('=')[0])).toEqual(['JSESSIONID', 'rememberMe', 'rememberMe'])
    expect(cookiesOf(answer)[1]).toMatch(/^rememberMe=deleteMe; /)
    expect(attributes(cookiesOf(answer)[1])).toBe(`Path=/; Max-Age=0; Expires=…; ${deletedCookieAttributes}`)
    expectUser(await whoami({}, `JSESSIONID=${cookieValue(answer, 'JSESSIONID')}`))
  })
  test.runIf(rememberMeForApiKeys)('takes precedence over an API key', async () => {
    expectUser(await whoami({ Authorization: second.key }, (await remembered()).cookie))
  })
  test('that is invalid is deleted, twice, and ignored', async () => {
    const answer = await whoami({ Authorization: user.key }, 'rememberMe=AAAA')
    expectUser(answer)
    const deleted = `Path=/; Max-Age=0; Expires=…; ${deletedCookieAttributes}`
    expect(cookiesOf(answer).map(attributes)).toEqual([deleted, deleted])
    expectUnauthorized(await whoami({}, 'rememberMe=AAAA'), { challenge: false })
  })
  test('is deleted by logging out', async () => {
    const { cookie: session } = await signIn()
    const answer = await anonymous.post(LOGOUT, { cookie: `rememberMe=AAAA; ${session}` })
    expect(answer.status).toBe(204)
    expect(cookiesOf(answer).some((cookie) => cookie.startsWith('rememberMe=deleteMe'))).toBe(true)
  })

  test('is deleted by logging out without a session too', async () => {
    const answer = await anonymous.post(LOGOUT, { cookie: 'rememberMe=AAAA' })
    expectEmpty(answer, 204)
    const deleted = cookiesOf(answer).filter((cookie) => cookie.startsWith('rememberMe=deleteMe; '))
    expect(deleted.map(attributes)).toContain(`Path=/; Max-Age=0; Expires=…; ${deletedCookieAttributes}`)
  })
  test.runIf(rememberMeForApiKeys)('logging out with it alone creates a session, which gives no access', async () => {
    const answer = await anonymous.post(LOGOUT, { cookie: (await remembered()).cookie })
    expectEmpty(answer, 204)
    const [session, deleted, another] = cookiesOf(answer)
    expect(attributes(session)).toBe(sessionCookieAttributes)
    expect(attributes(deleted)).toBe(`Path=/; Max-Age=0; Expires=…; ${deletedCookieAttributes}`)
    expect(another).toBeUndefined()
    expectUnauthorized(await whoami({}, session?.split(';')[0]), { challenge: false })
  })
  test.runIf(rememberMeForApiKeys)(
    'of a disabled user is a 401 with a session cookie, which gives no access, and deletes it, twice',
    async () => {
      const leaver = await world.user('leaver')
      const { cookie } = await remembered(leaver)
      made(await admin.put(`/api/v1/user/${leaver.id}/disable`))
      const answer = await whoami({ Authorization: second.key }, cookie)
      expectUnauthorized(answer, { challenge: false })
      const deleted = `Path=/; Max-Age=0; Expires=…; ${deletedCookieAttributes}`
      expect(cookiesOf(answer).map(attributes)).toEqual([sessionCookieAttributes, deleted, deleted])
      expectUnauthorized(await whoami({}, cookiesOf(answer)[0]?.split(';')[0]), { challenge: false })
    },
  )
  onlyOnOurs('rememberMeEnds')('ends for good with a logout that sent it', async () => {
    const { cookie } = await remembered()
    await anonymous.post(LOGOUT, { cookie })
    expectUnauthorized(await whoami({}, cookie), { challenge: false })
  })
  describe.runIf(rememberMeForApiKeys)('of an API key', () => {
    onlyOnConcord('sessionsEndWithTheKey')('outlives the API key that it was created with', async () => {
      const leaver = await world.user('keyless')
      const { cookie } = await remembered(leaver)
      await admin.delete(`/api/v1/apikey/${leaver.keyId}`)
      expectUser(await whoami({}, cookie), leaver)
    })
    onlyOnOurs('sessionsEndWithTheKey')('ends with the API key that it was created with', async () => {
      const leaver = await world.user('keyless')
      const { cookie } = await remembered(leaver)
      await admin.delete(`/api/v1/apikey/${leaver.keyId}`)
      expectUnauthorized(await whoami({}, cookie), { challenge: false })
    })

    /** Uses a cookie and its replacement, and then the first one again. */
    async function afterTwoUses(owner: User) {
      const { cookie: first } = await remembered(owner)
      const answer = await whoami({}, first)
      const last = (cookiesOf(answer).at(-1) ?? '').split(';')[0] ?? ''
      expect(last).not.toBe(first)
      const session = `JSESSIONID=${cookieValue(await whoami({}, last), 'JSESSIONID')}`
      return { again: await whoami({}, first), session }
    }
    onlyOnConcord('rememberMeIsUsedUp')('can be used repeatedly', async () => {
      const owner = await world.user('remembered')
      const { again, session } = await afterTwoUses(owner)
      expectUser(again, owner)
      expectUser(await whoami({}, session), owner)
    })
    onlyOnOurs('rememberMeIsUsedUp')('is used up, and its reuse ends all of its user’s sessions', async () => {
      const { again, session } = await afterTwoUses(await world.user('remembered'))
      expectUnauthorized(again, { challenge: false })
      expectUnauthorized(await whoami({}, session), { challenge: false })
    })
  })
})

describe('a disabled user', async () => {
  const gone = await world.user('gone')
  const { cookie } = await signIn(gone)
  made(await admin.put(`/api/v1/user/${gone.id}/disable`))

  test('has no valid API key', async () => {
    expectUnauthorized(await whoami({ Authorization: gone.key }), { challenge: false })
    expectUnauthorized(await withKey(gone.key).get(ORG), { challenge: false })
  })
  test('gets the reason from whoami on a valid session, since 2.44', async () => {
    const answer = await whoami({}, cookie)
    if (whoamiTellsDisabledUsers) expectText(answer, 403, `User is disabled: ${gone.id}`)
    else expectUser(answer, gone)
  })
  onlyOnConcord('sessionsFollowTheUser')('can still use an existing session', async () =>
    expect((await anonymous.get(ORG, { cookie })).status).toBe(200),
  )
  onlyOnOurs('sessionsFollowTheUser')(
    'gets the reason everywhere, and cannot use the session after being enabled again',
    async () => {
      expectText(await anonymous.get(ORG, { cookie }), 403, `User is disabled: ${gone.id}`)
      const back = await world.user('back')
      const { cookie: old } = await signIn(back)
      made(await admin.put(`/api/v1/user/${back.id}/disable`))
      made(await admin.post('/api/v1/user', { json: { username: back.name, userType: 'LOCAL' } }))
      expectUnauthorized(await whoami({}, old), { challenge: false })
    },
  )
})
