import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { givenSecret } from '../../tests/support/secrets.ts'
import {
  ADMIN_KEY,
  givenOrg,
  givenProject,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../../tests/support/testServer.ts'
import type { Visibility } from '../db/schema.ts'

/*
 * Who may do what with which secret: concord-api §9.3 written out by hand. The list's cell says whether the secret is in it.
 *
 * All of the organization's people are in its team "everybody", except its owner. The teams with a grant have one member
 * each; the lead is the OWNER of a team without a grant, and the leaver made the secret but is in no team any more.
 */
const PUBLIC = `
                    list  get  up v1  up v2  delete  data  public  teams  grant  bulk
  admin             yes   200  200    200    200     200   200     200    200    200
  system reader     yes   200  200    200    403     200   200     200    403    403
  system writer     yes   200  200    200    403     200   200     200    403    403
  org owner         yes   200  200    200    200     200   200     200    200    200
  secret owner      yes   200  200    200    200     200   200     200    200    200
  leaver            yes   200  403    403    403     200   200     200    403    403
  granted READER    yes   200  200    200    403     200   200     200    403    403
  granted WRITER    yes   200  200    200    403     200   200     200    403    403
  granted OWNER     yes   200  200    200    200     200   200     200    200    200
  member            yes   200  200    200    403     200   200     200    403    403
  team lead         yes   200  200    200    403     200   200     200    403    403
  other org         yes   200  403    403    403     200   200     200    403    403
  no org            yes   200  403    403    403     200   200     200    403    403
  agent key         401   401  401    401    401     401   401     401    401    401
  anonymous         401   401  401    401    401     401   401     401    401    401
`

const PRIVATE = `
                    list  get  up v1  up v2  delete  data  public  teams  grant  bulk
  admin             yes   200  200    200    200     200   200     200    200    200
  system reader     yes   200  403    403    403     200   200     200    403    403
  system writer     yes   200  200    200    403     200   200     200    403    403
  org owner         yes   200  200    200    200     200   200     200    200    200
  secret owner      yes   200  200    200    200     200   200     200    200    200
  leaver            yes   200  403    403    403     200   200     200    403    403
  granted READER    yes   200  403    403    403     200   200     200    403    403
  granted WRITER    yes   200  200    200    403     200   200     200    403    403
  granted OWNER     yes   200  200    200    200     200   200     200    200    200
  member            yes   403  403    403    403     403   403     403    403    403
  team lead         yes   403  403    403    403     403   403     403    403    403
  other org         no    403  403    403    403     403   403     403    403    403
  no org            no    403  403    403    403     403   403     403    403    403
  agent key         401   401  401    401    401     401   401     401    401    401
  anonymous         401   401  401    401    401     401   401     401    401    401
`

/** The value of a PUBLIC secret that is linked to a project (concord-api §9.9): even its owner gets it in a process only. */
const SCOPED = `
                    data  public
  admin             403   200
  system reader     200   200
  system writer     403   200
  org owner         403   200
  secret owner      403   200
  granted OWNER     403   200
  member            403   200
  no org            403   200
`

let server: TestServer
let org: { id: string; name: string }
let project: { id: string }
let everybody: { id: string }
const keys: Record<string, string> = { admin: ADMIN_KEY, anonymous: '' }
const ids: Record<string, string> = {}
const grants: Record<string, 'READER' | 'WRITER' | 'OWNER'> = {}

beforeAll(async () => {
  server = await startTestServer()
  const person = async (name: string, ...roles: string[]) => {
    const user = await givenUser(server, name.replace(' ', '-').toLowerCase(), ...roles)
    keys[name] = user.key
    ids[name] = user.id
    return user
  }
  await person('system reader', 'concordSystemReader')
  await person('system writer', 'concordSystemWriter')
  org = await givenOrg(server, 'acme', await person('org owner'))
  const people = [await person('secret owner'), await person('member')]
  for (const level of ['READER', 'WRITER', 'OWNER'] as const) {
    const user = await person(`granted ${level}`)
    grants[(await givenTeam(server, org, `team-${level}`, [user])).id] = level
    people.push(user)
  }
  const lead = await person('team lead')
  await givenTeam(server, org, 'led', [lead], 'OWNER')
  everybody = await givenTeam(server, org, 'everybody', people)
  await givenTeam(server, await givenOrg(server, 'other'), 'others', [await person('other org')], 'OWNER')
  await person('leaver')
  await person('no org')
  project = await givenProject(server, org, 'project')
  const agent = await person('agent key')
  await server.services.db.updateTable('apiKeys').set({ userId: null }).where('userId', '=', agent.id).execute()
})
afterAll(() => server.close())

describe.each([
  ['PUBLIC', PUBLIC],
  ['PRIVATE', PRIVATE],
] as const)('a %s secret', (visibility, table) => {
  test.each(cells(table))('%s, %s: %s', async (who, operation, expected) => {
    expect(await attempt(who, operation, visibility)).toBe(expected)
  })
})

describe('a secret that is linked to a project', () => {
  test.each(cells(SCOPED))('%s, %s: %s', async (who, operation, expected) => {
    expect(await attempt(who, operation, 'PUBLIC', [project])).toBe(expected)
  })
})

/** `[who, operation, expected]` for each cell of a table; columns are at least two blanks apart. */
function cells(table: string): [string, string, string][] {
  const [head = [], ...rows] = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/))
  return rows.flatMap(([who = '', ...row]) =>
    row.map((expected, i): [string, string, string] => [who, head[i] ?? '', expected]),
  )
}

let count = 0

/** Does it to a secret of its own and says how it went. */
async function attempt(who: string, operation: string, visibility: Visibility, projects: { id: string }[] = []) {
  const name = `secret-${++count}`
  const ownerId = ids[who === 'leaver' ? 'leaver' : 'secret owner'] ?? ''
  await givenSecret(server, org, name, { type: 'KEY_PAIR', visibility, ownerId, grants, projects })
  const as = keys[who] ?? 'unknown'
  const [v1, v2] = ['v1', 'v2'].map((version) => `/api/${version}/org/acme/secret/${name}`)
  const entry = { teamId: everybody.id, level: 'READER' }
  const operations: Record<string, () => Response | Promise<Response>> = {
    list: () => server.request('/api/v2/org/acme/secret', { as }),
    get: () => server.request(`${v2}`, { as }),
    'up v1': () => server.request(`${v1}`, { as, json: { visibility } }),
    'up v2': () => server.request(`${v2}`, { as, form: { visibility } }),
    delete: () => server.request(`${v1}`, { as, method: 'DELETE' }),
    data: () => server.request(`${v1}/data`, { as, form: { storePassword: '' } }),
    public: () => server.request(`${v1}/public`, { as }),
    teams: () => server.request(`${v1}/access`, { as }),
    grant: () => server.request(`${v1}/access`, { as, json: entry }),
    bulk: () => server.request(`${v1}/access/bulk`, { as, json: [entry] }),
  }
  const answer = await operations[operation]?.()
  if (!answer) throw new Error(`Nobody knows how to ${operation}`)
  if (operation !== 'list' || answer.status !== 200) return String(answer.status)
  const found = ((await answer.json()) as { name: string }[]).some((secret) => secret.name === name)
  return found ? 'yes' : 'no'
}
