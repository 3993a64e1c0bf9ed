import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  basic,
  cookieOf,
  givenUserWithPassword,
  PASSWORD,
  REMEMBER,
  SESSION,
  WHOAMI,
} from '../../tests/support/signIn.ts'
import { givenOrg, givenProject, startTestServer, type TestServer } from '../../tests/support/testServer.ts'

const PATH = '/api/x/v1/password'
const NEXT = 'another long password'

let server: TestServer
let user: { id: string; username: string; key: string }
let number = 0

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
beforeEach(async () => {
  user = await givenUserWithPassword(server, `person-${++number}`)
})

const signIn = (password = PASSWORD, headers: Record<string, string> = {}) =>
  server.request(WHOAMI, { as: basic(user.username, password), headers })
const session = async () => cookieOf(await signIn(), 'JSESSIONID')
const status = async (Cookie: string) => (await server.request(WHOAMI, { as: '', headers: { Cookie } })).status
const change = (Cookie: string, json: unknown) =>
  server.request(PATH, { as: '', method: 'PUT', headers: { Cookie }, json })
const told = async (as: string, headers: Record<string, string> = {}) =>
  (await server.request(PATH, { as, headers })).json()

test('returns whether the password can be changed, and the rule for it', async () => {
  const Cookie = await session()
  expect(await told('', { Cookie })).toEqual({
    changeable: true,
    rule: expect.stringContaining('12 to 128 characters'),
  })
  expect(await told(user.key)).toMatchObject({ changeable: false, reason: expect.stringContaining('sign in') })
  const { db } = server.services
  await db.updateTable('users').set({ passwordHash: null }).where('id', '=', user.id).execute()
  expect(await told('', { Cookie })).toMatchObject({
    changeable: false,
    reason: expect.stringContaining('only API keys'),
  })
  await db.updateTable('users').set({ type: 'LDAP' }).where('id', '=', user.id).execute()
  expect(await told('', { Cookie })).toMatchObject({ changeable: false, reason: expect.stringContaining('directory') })
  expect((await change(Cookie, { oldPassword: PASSWORD, newPassword: NEXT })).status).toBe(400)
})

test('a new password ends all sessions except the current one, which gets a new cookie', async () => {
  const signedIn = await signIn(PASSWORD, { ...REMEMBER, ...SESSION })
  const [own, remembered, other] = [cookieOf(signedIn, 'JSESSIONID'), cookieOf(signedIn, 'rememberMe'), await session()]
  const answer = await change(`${own}; ${remembered}`, { oldPassword: PASSWORD, newPassword: NEXT })
  expect([answer.status, await answer.json()]).toEqual([200, { ok: true, result: 'UPDATED' }])
  const renewed = cookieOf(answer, 'JSESSIONID')
  expect([await status(renewed), await status(own), await status(other)]).toEqual([200, 401, 401])
  expect(await status(remembered)).toBe(401)
  expect((await signIn()).status).toBe(401)
  expect((await signIn(NEXT)).status).toBe(200)
  const query = `?event=password-changed&username=${user.username}`
  const [row] = await (await server.request(`/api/x/v1/audit${query}`)).json()
  expect(row.details).toMatchObject({ event: 'password-changed', userId: user.id, ended: 2 })
  expect(JSON.stringify(row)).not.toMatch(/another|horse/)
})

describe('a new password is refused', () => {
  test.each([
    ['without the old one', { oldPassword: 'wrong', newPassword: NEXT }, 'The old password is wrong.'],
    ['that is too short', { oldPassword: PASSWORD, newPassword: 'short' }, 'It is too short'],
    ['that is too long', { oldPassword: PASSWORD, newPassword: 'ab '.repeat(100) }, 'at most 128 characters'],
    ['that everybody has', { oldPassword: PASSWORD, newPassword: 'Password1234' }, 'It is too common'],
    ['that has not changed', { oldPassword: PASSWORD, newPassword: PASSWORD }, 'It is the old one.'],
    ['that is missing', { oldPassword: PASSWORD }, "'newPassword' is required"],
    ['without a JSON object', [], 'must be'],
  ])('%s', async (_, json, words) => {
    const Cookie = await session()
    const answer = await change(Cookie, json)
    expect(answer.status).toBe(400)
    expect((await answer.json())[0].message).toContain(words)
    expect(await status(Cookie)).toBe(200)
    expect((await signIn()).status).toBe(200)
  })

  test('that contains the user name', async () => {
    const answer = await change(await session(), {
      oldPassword: PASSWORD,
      newPassword: `I am ${user.username.toUpperCase()}`,
    })
    expect((await answer.json())[0].message).toContain('It contains the username.')
  })

  test('with an API key or the token of a process', async () => {
    const json = { oldPassword: PASSWORD, newPassword: NEXT }
    const byKey = await server.request(PATH, { as: user.key, method: 'PUT', json })
    expect([byKey.status, await byKey.text()]).toEqual([
      403,
      'Changing a password needs a session: sign in with the username and the password first',
    ])
    const org = await givenOrg(server, `org-${number}`, user)
    const project = await givenProject(server, org, `project-${number}`)
    const opened = { as: user.key, json: { orgName: org.name, projectName: project.name } }
    const { sessionToken } = await (await server.request('/api/x/v1/process-session', opened)).json()
    const headers = { 'X-Concord-SessionToken': sessionToken }
    const byProcess = await server.request(PATH, { as: '', method: 'PUT', headers, json })
    expect([byProcess.status, await byProcess.text()]).toEqual([403, 'Processes are not allowed to manage passwords'])
  })

  test('after 20 wrong old passwords in a minute, which count as failed sign-ins', async () => {
    const Cookie = await session()
    for (let i = 0; i < 20; i++) {
      expect((await change(Cookie, { oldPassword: `wrong ${i}`, newPassword: NEXT })).status).toBe(400)
    }
    const answer = await change(Cookie, { oldPassword: PASSWORD, newPassword: NEXT })
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(50)
    expect((await signIn()).status).toBe(429)
    expect(await status(Cookie)).toBe(200)
  })
})

test('of two concurrent changes one wins, and the other fails with a message', async () => {
  const [first, second] = [await session(), await session()]
  const answers = await Promise.all([
    change(first, { oldPassword: PASSWORD, newPassword: NEXT }),
    change(second, { oldPassword: PASSWORD, newPassword: `${NEXT}!` }),
  ])
  expect(answers.map((answer) => answer.status).sort()).toEqual([200, 400])
})
