import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { givenSecret } from '../../tests/support/secrets.ts'
import { statementsAgain, statementsOf } from '../../tests/support/statements.ts'
import {
  ADMIN_KEY,
  givenOrg,
  givenProject,
  givenTeam,
  givenUser,
  startTestServer,
  type TestRequest,
  type TestServer,
} from '../../tests/support/testServer.ts'

/** What a request costs the database after a write to it. A number may go down; if it has to go up, say why in the commit. */
const LIMITS: [what: string, statements: number, path: string, request?: TestRequest][] = [
  ['ping', 1, '/api/v1/server/ping'],
  ['whoami', 2, '/api/service/console/whoami'],
  ['get a secret', 5, '/api/v1/org/wide/secret/key-1'],
  ['list 50 secrets', 5, '/api/v2/org/wide/secret?limit=50'],
  ['filter secrets', 5, '/api/v2/org/wide/secret?limit=50&filter=key'],
  ['list projects', 3, '/api/v1/org/wide/project'],
  ['list teams', 3, '/api/v1/org/wide/team'],
  ['list organizations', 3, '/api/v1/org'],
  [
    'the audit log of a secret',
    11,
    '/api/v1/audit?details.orgName=acme&details.secretName=key-1&limit=50',
    { as: ADMIN_KEY },
  ],
  [
    'the audit log of a project',
    9,
    '/api/v1/audit?details.orgName=acme&details.projectName=shop&limit=50',
    { as: ADMIN_KEY },
  ],
  ['read a value', 7, '/api/v1/org/wide/secret/key-1/data', { form: {} }],
  ['create a secret', 11, '/api/v1/org/wide/secret', { form: { name: 'new', type: 'DATA', data: 'value' } }],
  ['delete a secret', 6, '/api/v1/org/acme/secret/key-2', { method: 'DELETE' }],
]

let server: TestServer
let cookie: string
let key: string

beforeAll(async () => {
  server = await startTestServer()
  const user = await givenUser(server, 'member')
  key = user.key
  // One that the user owns, and one where they only belong to a team.
  const own = await givenOrg(server, 'acme', user)
  const wide = await givenOrg(server, 'wide')
  for (const org of [own, wide]) {
    await givenTeam(server, org, 'team', [user], 'OWNER')
    await givenProject(server, org, 'shop')
    for (let i = 0; i < 5; i++) await givenSecret(server, org, `key-${i}`)
  }
  const headers = { 'X-Concord-EnableSession': 'true' }
  const signedIn = await server.request('/api/service/console/whoami', { as: key, headers })
  cookie = (signedIn.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
})
afterAll(() => server.close())

/** With the session, or with an API key of the request. */
const send = (path: string, request: TestRequest = {}) =>
  server.request(path, { as: '', headers: request.as ? {} : { Cookie: cookie }, ...request })

test.each(LIMITS)('%s: at most %i statements', async (_, most, path, request) => {
  let status = 0
  const statements = await statementsOf(server.services.db, async () => {
    status = (await send(path, request)).status
  })
  expect(status).toBe(200)
  expect(statements.length, statements.join('\n')).toBeLessThanOrEqual(most)
})

test('an API key costs one more: its row in the audit log', async () => {
  const path = '/api/v1/org/wide/secret/key-1'
  const bySession = await statementsOf(server.services.db, () => send(path))
  const byKey = await statementsOf(server.services.db, () => server.request(path, { as: key }))
  expect(byKey).toHaveLength(bySession.length + 1)
})

test.each([
  '/api/service/console/whoami',
  '/api/v1/org/wide/secret/key-1',
  '/api/v2/org/wide/secret?limit=50&filter=key',
  '/api/x/v1/org/wide/secrets?counts=true',
])('nothing until something is written: %s', async (path) => {
  const first = await (await send(path)).text()
  const statements = await statementsAgain(async () => {
    expect(await (await send(path)).text()).toBe(first)
  })
  expect(statements).toEqual([])
})

describe('no query of these requests looks through a table', () => {
  /** Lists of arguments, one row of a small table, and what is in memory already. */
  const FINE = [
    /^SCAN (e|each|json_each) VIRTUAL TABLE/,
    /^SCAN CONSTANT ROW$/,
    /^SCAN settings\b/,
    /^SCAN \(?(subquery|userTeams)/i,
  ]

  /** PUBLIC organizations are in everybody's list, so that looks at all of them. */
  const others = LIMITS.filter(([what]) => what !== 'list organizations')

  test.each(others)('%s', async (_, __, path, request) => {
    const statements = await statementsOf(server.services.db, () => send(path.replace('key-2', 'key-3'), request))
    for (const text of new Set(statements.filter((each) => /^\s*select\b/i.test(each)))) {
      const plan = await sql<{ detail: string }>`${sql.raw(`EXPLAIN QUERY PLAN ${text}`)}`.execute(server.services.db)
      const scans = plan.rows.map(({ detail }) => detail).filter((detail) => detail.startsWith('SCAN'))
      expect(
        scans.filter((scan) => !FINE.some((fine) => fine.test(scan))),
        text,
      ).toEqual([])
    }
  })

  test('and the audit log of a project uses its index', async () => {
    const path = '/api/v1/audit?details.orgName=acme&details.projectName=shop'
    const statements = await statementsOf(server.services.db, () => send(path, { as: ADMIN_KEY }))
    expect(statements.filter((text) => text.includes('auditLogByProject')).length).toBeGreaterThan(0)
  })
})
