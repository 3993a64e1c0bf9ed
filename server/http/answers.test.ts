import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { givenSecret } from '../../tests/support/secrets.ts'
import { statementsAgain } from '../../tests/support/statements.ts'
import {
  givenOrg,
  givenProcessSession,
  givenProject,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../../tests/support/testServer.ts'
import { sessionTokenOf } from '../auth/sessionToken.ts'

const WHOAMI = '/api/service/console/whoami'
const LIST = '/api/v2/org/acme/secret'
const GET = `${LIST}/private`

let server: TestServer
let user: { id: string; key: string }
let team: { id: string }
let project: { id: string }
beforeAll(async () => {
  server = await startTestServer()
  user = await givenUser(server, 'member')
  const org = await givenOrg(server, 'acme')
  team = await givenTeam(server, org, 'team', [user])
  project = await givenProject(server, org, 'shop')
  const secret = await givenSecret(server, org, 'private', { visibility: 'PRIVATE', grants: { [team.id]: 'READER' } })
  expect(secret.name).toBe('private')
})
afterAll(() => server.close())

const db = () => server.services.db

async function signIn() {
  const response = await server.request(WHOAMI, { as: user.key, headers: { 'X-Concord-EnableSession': 'true' } })
  return (response.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
}

/** The status, and the statements that it took. */
async function get(path: string, Cookie: string, headers: Record<string, string> = {}) {
  let status = 0
  const statements = await statementsAgain(async () => {
    status = (await server.request(path, { as: '', headers: { Cookie, ...headers } })).status
  })
  return { status, statements: statements.length }
}

const KEPT = { status: 200, statements: 0 }

describe('a response is sent again without the database', () => {
  test('until something is written, but for the audit log and sessions', async () => {
    const cookie = await signIn()
    for (const path of [GET, LIST, WHOAMI]) {
      expect((await get(path, cookie)).status).toBe(200)
      expect(await get(path, cookie)).toEqual(KEPT)
    }
    await server.request(GET, { as: user.key })
    expect(await get(GET, cookie)).toEqual(KEPT)
    const other = await signIn()
    await get(WHOAMI, other)
    // The session itself is read again.
    expect((await get(GET, cookie)).statements).toBeLessThanOrEqual(2)
    await db().updateTable('settings').set({ name: 'masterKeyCheck' }).where('name', '=', 'masterKeyCheck').execute()
    expect((await get(GET, cookie)).statements).toBeGreaterThan(2)
  })

  test('in the encoding that the client accepts', async () => {
    const cookie = await signIn()
    for (let i = 0; i < 20; i++) await givenSecret(server, await acme(), `more-${i}`)
    for (const encoding of ['br', 'gzip', null]) {
      for (let i = 0; i < 2; i++) {
        const headers = { Cookie: cookie, 'Accept-Encoding': encoding ?? 'identity' }
        const response = await server.request(LIST, { as: '', headers })
        expect(response.headers.get('Content-Encoding')).toBe(encoding)
      }
    }
  })
})

const acme = () => db().selectFrom('orgs').selectAll().where('name', '=', 'acme').executeTakeFirstOrThrow()

describe('the next request notices', () => {
  const leaveTeam = () => db().deleteFrom('teamUsers').where('userId', '=', user.id).execute()
  const joinTeam = () =>
    db().insertInto('teamUsers').values({ teamId: team.id, userId: user.id, role: 'MEMBER' }).execute()

  test.each<[what: string, path: string, status: number, change: () => Promise<unknown>, undo: () => Promise<unknown>]>(
    [
      ['a lost membership', GET, 403, leaveTeam, joinTeam],
      [
        'a lost level',
        GET,
        403,
        () => db().deleteFrom('secretTeamAccess').execute(),
        () => db().insertInto('secretTeamAccess').values(grants).execute(),
      ],
      ['a disabled user', GET, 403, () => disable(1), () => disable(0)],
      ['a renamed organization', LIST, 400, () => rename('acme', 'other'), () => rename('other', 'acme')],
      ['an ended session', GET, 401, () => db().deleteFrom('sessions').execute(), async () => {}],
    ],
  )('%s', async (_, path, status, change, undo) => {
    grants = await db().selectFrom('secretTeamAccess').selectAll().execute()
    const cookie = await signIn()
    await get(path, cookie)
    expect(await get(path, cookie)).toEqual(KEPT)
    await change()
    expect((await get(path, cookie)).status).toBe(status)
    await undo()
  })

  let grants: { secretId: string; teamId: string; level: 'READER' | 'WRITER' | 'OWNER' }[]
  const disable = (disabled: 0 | 1) => db().updateTable('users').set({ disabled }).where('id', '=', user.id).execute()
  const rename = (from: string, name: string) =>
    db().updateTable('orgs').set({ name }).where('name', '=', from).execute()

  test('an expired API key', async () => {
    expect((await server.request(GET, { as: user.key })).status).toBe(200)
    const expire = (expiredAt: string | null) =>
      db().updateTable('apiKeys').set({ expiredAt }).where('userId', '=', user.id).execute()
    await expire(new Date(Date.now() + 300).toISOString())
    expect((await server.request(GET, { as: user.key })).status).toBe(200)
    await expect.poll(async () => (await server.request(GET, { as: user.key })).status).toBe(401)
    await expire(null)
  })
})

test('a write between finding the caller and the response keeps nothing', async () => {
  const admin = await givenUser(server, 'admin-for-now', 'concordAdmin')
  const get = async () => (await server.request(GET, { as: admin.key })).status
  expect(await get()).toBe(200)
  // Each waits for its row of the audit log; in the meantime the role goes, which was read with the user.
  const requests = Promise.all(Array.from({ length: 5 }, get))
  await db().deleteFrom('userRoles').where('userId', '=', admin.id).execute()
  expect(await requests).toContain(200)
  expect(await get()).toBe(403)
})

test('a process gets none of the responses to its user', async () => {
  await db()
    .insertInto('projectTeamAccess')
    .values({ projectId: project.id, teamId: team.id, level: 'WRITER' })
    .execute()
  const token = sessionTokenOf(server.services.masterKey, await givenProcessSession(server, user, project))
  const asProcess = () => server.request(GET, { as: '', headers: { 'X-Concord-SessionToken': token } })
  expect((await asProcess()).status).toBe(200)
  expect(await statementsAgain(asProcess)).toContainEqual(expect.stringContaining('from "secrets"'))
})
