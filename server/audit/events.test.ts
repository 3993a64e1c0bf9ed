import { afterAll, beforeAll, expect, test } from 'vitest'
import { givenSecret } from '../../tests/support/secrets.ts'
import { basic, WHOAMI } from '../../tests/support/signIn.ts'
import {
  ADMIN_KEY,
  givenOrg,
  givenProcessSession,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../../tests/support/testServer.ts'
import { sessionTokenOf } from '../auth/sessionToken.ts'
import { newId, SEED } from '../ids.ts'
import { addUser, disableUser } from '../users/builtIn.ts'

const PASSWORD = 'correct horse battery'
const LOGOUT = '/api/service/console/logout'

let server: TestServer
let mallory: { id: string; key: string }
let dave: string

beforeAll(async () => {
  server = await startTestServer()
  mallory = await givenUser(server, 'mallory')
  await addUser(server.services.db, { username: 'dave', password: PASSWORD, admin: false, apiKey: false })
  const row = server.services.db.selectFrom('users').select('id').where('username', '=', 'dave')
  dave = (await row.executeTakeFirstOrThrow()).id
})
afterAll(() => server.close())

// biome-ignore lint/suspicious/noExplicitAny: entries of the log, as a client sees them
async function events(event: string, more = ''): Promise<any[]> {
  const answer = await server.request(`/api/x/v1/audit?event=${event}&limit=1000${more}`)
  expect(answer.status).toBe(200)
  return (await answer.json()) as []
}
const newest = async (event: string) => (await events(event))[0]
const cookieOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .filter((cookie) => !cookie?.endsWith('deleteMe'))
    .join('; ')
const signIn = (password = PASSWORD, headers = {}) => server.request(WHOAMI, { as: basic('dave', password), headers })

test('records a sign-in with user, method and address', async () => {
  const signedIn = await signIn(PASSWORD, { 'X-Concord-RememberMe': 'true' })
  expect(await newest('sign-in')).toMatchObject({
    object: 'SYSTEM',
    user: { username: 'dave' },
    details: { event: 'sign-in', way: 'password', requestIp: expect.any(String), requestId: expect.any(String) },
  })
  const rememberMe = cookieOf(signedIn)
    .split('; ')
    .find((cookie) => cookie.startsWith('rememberMe'))
  await server.request(WHOAMI, { as: '', headers: { Cookie: rememberMe ?? '' } })
  expect(await newest('sign-in')).toMatchObject({ user: { username: 'dave' }, details: { way: 'remember-me' } })
  await server.request(WHOAMI, { as: mallory.key, headers: { 'X-Concord-EnableSession': 'true' } })
  expect(await newest('sign-in')).toMatchObject({ user: { username: 'mallory' }, details: { way: 'api-key' } })
})

test('records the first use of a session token as a sign-in, but not later ones', async () => {
  const { db, masterKey } = server.services
  const org = await givenOrg(server, 'with-process', mallory)
  const project = { id: newId(), orgId: org.id, name: 'project', visibility: 'PUBLIC' as const }
  await db
    .insertInto('projects')
    .values({
      ...{ ...project, description: null, ownerId: mallory.id, cfg: null, meta: null, createdAt: '' },
      ...{ rawPayloadMode: 'DISABLED', outVariablesMode: 'DISABLED', processExecMode: 'READERS' },
    })
    .execute()
  const instanceId = await givenProcessSession(server, mallory, project)
  const headers = { 'X-Concord-SessionToken': sessionTokenOf(masterKey, instanceId) }
  const before = (await events('sign-in')).length
  for (let i = 0; i < 3; i++) expect((await server.request(WHOAMI, { as: '', headers })).status).toBe(200)
  expect((await events('sign-in')).length).toBe(before + 1)
  expect(await newest('sign-in')).toMatchObject({ details: { way: 'session-token', process: { instanceId } } })
})

test('records a sign-out once, and only for an existing session', async () => {
  const Cookie = cookieOf(await signIn(PASSWORD, { 'X-Concord-RememberMe': 'true' }))
  const logout = (cookie: string) => server.request(LOGOUT, { as: '', method: 'POST', headers: { Cookie: cookie } })
  await logout('JSESSIONID=nonsense; rememberMe=nonsense')
  expect(await events('sign-out')).toEqual([])
  await logout(Cookie)
  await logout(Cookie)
  expect(await events('sign-out')).toMatchObject([{ user: { username: 'dave' } }])
})

test('records a refused sign-in with the reason, without any input', async () => {
  const typed = 'My-Real-Passw0rd'
  const refused = async (headers: Record<string, string>) => {
    expect((await server.request(WHOAMI, { as: '', headers })).status).toBe(401)
    const { details, user } = await newest('sign-in-refused')
    expect(user).toBeUndefined()
    expect(JSON.stringify(details)).not.toContain(typed)
    expect(JSON.stringify(details)).not.toContain(Buffer.from(typed).toString('base64').slice(0, 8))
    const { way, reason, userId } = details
    return { way, reason, userId }
  }
  const { db } = server.services
  expect(await refused({ Authorization: basic('dave', typed) })).toEqual({
    ...{ way: 'password', reason: 'wrong-password', userId: dave },
  })
  expect(await refused({ Authorization: basic(typed, 'dave') })).toEqual({ way: 'password', reason: 'unknown' })
  expect(await refused({ Authorization: 'Basic !' })).toEqual({ way: 'password', reason: 'malformed' })
  expect(await refused({ Authorization: 'bm90LWEta2V5LWF0LWFsbA' })).toEqual({ way: 'api-key', reason: 'unknown' })
  const other = await givenUser(server, 'other')
  const expired = { expiredAt: '2001-01-01T00:00:00.000Z' }
  await db.updateTable('apiKeys').set(expired).where('userId', '=', other.id).execute()
  expect(await refused({ Authorization: other.key })).toEqual({
    ...{ way: 'api-key', reason: 'expired', userId: other.id },
  })
  const { key, id } = await givenUser(server, 'disabled')
  await disableUser(db, { username: 'disabled' })
  expect(await refused({ Authorization: key })).toMatchObject({ reason: 'disabled', userId: id })
  // With the right password.
  await addUser(db, { username: 'leaver', password: PASSWORD, admin: false, apiKey: false })
  await disableUser(db, { username: 'leaver' })
  expect(await refused({ Authorization: basic('leaver', PASSWORD) })).toMatchObject({
    ...{ way: 'password', reason: 'disabled', userId: expect.any(String) },
  })
})

test('does not record a request without credentials as a refused sign-in', async () => {
  const count = async () => (await events('sign-in-refused')).length
  const before = await count()
  expect((await server.request(WHOAMI, { as: '' })).status).toBe(401)
  expect((await server.request(WHOAMI, { as: '', headers: { Cookie: 'JSESSIONID=ended' } })).status).toBe(401)
  expect(await count()).toBe(before)
})

test('records a 403, or a 500 that means the same, with the user and the target', async () => {
  const org = await givenOrg(server, 'closed')
  await givenSecret(server, org, 'hidden', { visibility: 'PRIVATE' })
  const path = '/api/v1/org/closed/secret/hidden'
  expect((await server.request(path, { as: mallory.key, method: 'DELETE' })).status).toBe(403)
  expect(await newest('denied')).toMatchObject({
    user: { username: 'mallory' },
    details: {
      ...{ event: 'denied', method: 'DELETE', route: '/api/v1/org/:orgName/secret/:secretName' },
      params: { orgName: 'closed', secretName: 'hidden' },
    },
  })
  expect((await server.request('/api/v1/org', { as: mallory.key, json: { name: 'new-org' } })).status).toBe(500)
  expect(await newest('denied')).toMatchObject({ details: { method: 'POST', route: '/api/v1/org' } })
  const pasted = 'cGFzdGVkLWtleS12YWx1ZQ'
  expect((await server.request(`/api/v1/apikey/${pasted}`, { as: mallory.key, json: {} })).status).toBe(500)
  expect(await newest('denied')).toMatchObject({ details: { route: '/api/v1/apikey/:key' } })
  expect(JSON.stringify(await events('denied'))).not.toContain(pasted)
})

test('records a request that its operation does not accept, but not one that violates a rule', async () => {
  const json = { 'Content-Type': 'application/json' }
  const org = '/api/v1/org'
  const requests: [path: string, request: Parameters<TestServer['request']>[1], status: number][] = [
    ['/api/v1/server/ping', { method: 'PATCH' }, 405],
    [org, { text: 'no json' }, 415],
    [org, { method: 'POST', headers: { ...json, Accept: 'text/plain' } }, 406],
    [org, { json: { name: 'a name!' } }, 400],
    [`${org}/Default/secret/x/data`, { json: {} }, 415],
  ]
  for (const [path, request, status] of requests) {
    expect((await server.request(path, request)).status).toBe(status)
    expect(await newest('invalid-request')).toMatchObject({ details: { status } })
  }
  expect((await server.request(org, { text: '{"name": ', headers: json })).status).toBe(500)
  expect(await newest('invalid-request')).toMatchObject({
    ...{ object: 'SYSTEM', user: { username: 'admin' } },
    details: { status: 500, method: 'POST', route: org },
  })
  const count = (await events('invalid-request')).length
  expect(count).toBe(requests.length + 1)
  expect((await server.request(org, { json: { name: 'taken-name' } })).status).toBe(200)
  expect((await server.request(`${org}/no-such-org/team`, { json: { name: 'team' } })).status).toBe(400)
  expect(await events('invalid-request')).toHaveLength(count)
})

test('records access granted to one team, hidden from Concord’s clients', async () => {
  const org = await givenOrg(server, 'granting')
  const team = await givenTeam(server, org, 'team')
  const secret = await givenSecret(server, org, 'shared')
  const json = { teamId: team.id, level: 'WRITER' }
  expect((await server.request('/api/v1/org/granting/secret/shared/access', { json })).status).toBe(200)
  expect(await newest('grant')).toMatchObject({
    user: { id: SEED.adminUser },
    details: { secret: { id: secret.id, orgId: org.id }, team: { id: team.id, level: 'WRITER' } },
  })
  for (const query of [`details.secretId=${secret.id}`, 'details.orgName=granting']) {
    for (const path of ['/api/v1/audit', '/api/x/v1/audit']) {
      expect(await (await server.request(`${path}?${query}`)).json()).toEqual([])
    }
  }
})

test('Concord’s own operation returns none of them, ours returns all, for admins', async () => {
  type Entries = { details: { event?: string } }[]
  const inConcords = (await (await server.request('/api/v1/audit?object=SYSTEM&limit=1000')).json()) as Entries
  expect(inConcords.length).toBeGreaterThan(0)
  expect(inConcords.filter(({ details }) => details.event)).toEqual([])
  const all = (await (await server.request('/api/x/v1/audit?object=SYSTEM&limit=1000')).json()) as Entries
  expect(all.length).toBeGreaterThan(inConcords.length)
  expect((await server.request('/api/x/v1/audit?event=sign-in', { as: mallory.key })).status).toBe(403)
  expect((await server.request('/api/x/v1/audit?event=nonsense', { as: ADMIN_KEY })).status).toBe(404)
})
