import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ok, seen, text, validation } from '../../tests/support/secrets.ts'
import {
  ADMIN_KEY,
  givenOrg,
  givenTeam,
  givenUser,
  startTestServer,
  type TestServer,
} from '../../tests/support/testServer.ts'
import { SEED } from '../ids.ts'

interface Person {
  id: string
  username: string
  key: string
}

let server: TestServer
let orgOwner: Person
let lead: Person
let maintainer: Person
let member: Person
let outsider: Person
/** Whom the tests add to teams. */
let newcomer: Person
let reader: Person
let org: { id: string; name: string }
/** A team of its own for each test: its OWNER, MAINTAINER and MEMBER. */
let team: { id: string; name: string }
let number = 0

beforeAll(async () => {
  server = await startTestServer()
  orgOwner = await givenUser(server, 'org-owner')
  lead = await givenUser(server, 'lead')
  maintainer = await givenUser(server, 'maintainer')
  member = await givenUser(server, 'member')
  outsider = await givenUser(server, 'outsider')
  newcomer = await givenUser(server, 'newcomer')
  reader = await givenUser(server, 'reader', 'concordSystemReader')
  org = await givenOrg(server, 'acme', orgOwner)
  await givenTeam(server, org, 'everybody', [maintainer, member])
})
afterAll(() => server.close())
beforeEach(async () => {
  team = await givenTeam(server, org, `team-${++number}`, [lead], 'OWNER')
  const rows = [
    { teamId: team.id, userId: maintainer.id, role: 'MAINTAINER' as const },
    { teamId: team.id, userId: member.id, role: 'MEMBER' as const },
  ]
  await server.services.db.insertInto('teamUsers').values(rows).execute()
})

const call = (method: string, path: string, as: string, json?: unknown) =>
  seen(server.request(`/api/v1/org/acme/team${path}`, { method, as, json }))
const get = (path: string, as = member.key) => call('GET', path, as)
const post = (json: object, as = ADMIN_KEY) => call('POST', '', as, json)
const put = (path: string, json: unknown, as = maintainer.key) => call('PUT', path, as, json)
const members = async () => {
  const { body } = await get(`/${team.name}/users`, ADMIN_KEY)
  return Object.fromEntries(body.map(({ username, role }: { username: string; role: string }) => [username, role]))
}
const lacks = (username: string, role: string) =>
  text(403, `The current user (${username}) does not have the required role: ${role}`)
const notInOrg = (username: string) =>
  text(403, `The current user (${username}) doesn't belong to the specified organization: acme`)

describe('reading', () => {
  test('the list is for everybody, a team itself for those who belong to the organization', async () => {
    expect((await get('', outsider.key)).status).toBe(200)
    for (const { key } of [orgOwner, member, reader]) {
      expect(await get(`/${team.name}`, key)).toEqual(
        ok({ id: team.id, orgId: org.id, orgName: 'acme', name: team.name }),
      )
    }
    for (const path of ['', '/users', '/ldapGroups']) {
      expect(await get(`/${team.name}${path}`, outsider.key)).toEqual(notInOrg('outsider'))
    }
  })

  test('a team that does not exist is a 400', async () => {
    expect(await get('/nope')).toEqual(validation('Team not found: nope'))
    expect(await get('/nope/users')).toEqual(validation('Team not found: nope'))
  })

  test('its users are the direct members by name, then those of its LDAP groups', async () => {
    const { db } = server.services
    const ldapGroup = `cn=${team.name}`
    await db.insertInto('userLdapGroups').values({ userId: member.id, ldapGroup }).execute()
    await put(`/${team.name}/ldapGroups`, [{ group: ldapGroup, role: 'MAINTAINER' }])
    const { body } = await get(`/${team.name}/users`)
    expect(body.map(({ username, memberType }: Record<string, string>) => [username, memberType])).toEqual([
      ['lead', 'SINGLE'],
      ['maintainer', 'SINGLE'],
      ['member', 'SINGLE'],
      ['member', 'LDAP_GROUP'],
    ])
    expect(body.at(-1)).toEqual({
      ...{ userId: member.id, username: 'member', displayName: 'The member', userType: 'LOCAL' },
      ...{ role: 'MAINTAINER', memberType: 'LDAP_GROUP', ldapGroupSource: ldapGroup },
    })
    // What the group grants counts as much as what is granted directly.
    expect((await put(`/${team.name}/users`, [{ userId: newcomer.id }], member.key)).status).toBe(200)
  })
})

describe('creating', () => {
  test('is for OWNERs of any team of the organization, its owner and admins; the creator becomes MAINTAINER', async () => {
    const name = (who: string) => `by-${who}-${number}`
    expect(await post({ name: name('member') }, member.key)).toEqual(lacks('member', 'OWNER'))
    expect(await post({ name: name('maintainer') }, maintainer.key)).toEqual(lacks('maintainer', 'OWNER'))
    expect(await post({ name: name('outsider') }, outsider.key)).toEqual(notInOrg('outsider'))
    expect(await post({ name: name('reader') }, reader.key)).toEqual(lacks('reader', 'OWNER'))
    for (const who of [lead, orgOwner]) {
      expect(await post({ name: name(who.username), description: 'd' }, who.key)).toEqual(
        ok({ ok: true, result: 'CREATED', id: expect.any(String) }),
      )
      const { body } = await get(`/${name(who.username)}/users`)
      expect(body).toMatchObject([{ username: who.username, role: 'MAINTAINER' }])
    }
  })

  test('wants a name that fits the pattern; all that is wrong is said at once', async () => {
    const { status, body } = await post({ name: 'a b', description: 'x'.repeat(2049) })
    expect(status).toBe(400)
    expect(body.map(({ id }: { id: string }) => id).sort()).toEqual([
      'TeamEntry.createOrUpdate.arg1.description',
      'TeamEntry.createOrUpdate.arg1.name',
    ])
    expect(await post({})).toEqual(validation('must not be null', 'TeamEntry.createOrUpdate.arg1.name'))
  })
})

describe('updating', () => {
  test('by name or by id is for MAINTAINERs of this team, the organization’s owner and admins', async () => {
    const change = { name: team.name, description: 'new' }
    expect(await post(change, member.key)).toEqual(lacks('member', 'MAINTAINER'))
    expect(await post(change, maintainer.key)).toEqual(ok({ ok: true, result: 'UPDATED', id: team.id }))
    expect((await post({ id: team.id, name: `${team.name}x` }, orgOwner.key)).status).toBe(200)
    expect((await get(`/${team.name}x`)).body).toMatchObject({ id: team.id, description: 'new' })
  })

  test('onto a name that is taken is a 500, of an unknown id a 400', async () => {
    const answer = await post({ id: team.id, name: 'everybody' })
    expect(answer.body).toMatch(/^ERROR: org\.jooq\.exception\.IntegrityConstraintViolationException/)
    const id = SEED.defaultOrg
    expect(await post({ id, name: 'whatever' })).toEqual(validation(`Team not found: ${id}`))
  })
})

describe('members', () => {
  test('are added by MAINTAINERs, by id or by name in any case; the role is MEMBER unless told', async () => {
    expect(await put(`/${team.name}/users`, [{ userId: newcomer.id }], member.key)).toEqual(
      lacks('member', 'MAINTAINER'),
    )
    expect(await put(`/${team.name}/users`, [{ username: 'NEWCOMER' }])).toEqual(ok({ ok: true }))
    expect(await members()).toMatchObject({ lead: 'OWNER', newcomer: 'MEMBER' })
    await put(`/${team.name}/users`, [{ userId: newcomer.id, role: 'OWNER' }])
    expect(await members()).toMatchObject({ lead: 'OWNER', newcomer: 'OWNER' })
  })

  test('are replaced as a whole on demand, also by nobody', async () => {
    await put(`/${team.name}/users?replace=true`, [{ userId: member.id, role: 'OWNER' }])
    expect(await members()).toEqual({ member: 'OWNER' })
    expect(await put(`/${team.name}/users`, [])).toEqual(validation('Empty user list'))
    expect((await put(`/${team.name}/users?replace=true`, [], member.key)).status).toBe(200)
    expect(await members()).toEqual({})
  })

  test('that do not exist leave everything as it was', async () => {
    const path = `/${team.name}/users?replace=true`
    const before = await members()
    expect(await put(path, [{ userId: newcomer.id }, { username: 'nobody' }])).toEqual(
      text(500, 'User not found: nobody'),
    )
    expect((await put(path, [{ userId: SEED.defaultOrg }])).body).toMatch(/^ERROR: org\.jooq/)
    expect(await put(path, [{}])).toEqual(text(500, 'User not found: null'))
    expect((await put(path, [{ userId: member.id, role: 'KING' }])).body).toMatch(/^ERROR: com\.fasterxml/)
    expect(await members()).toEqual(before)
  })

  test('are removed by name; unknown names are passed over', async () => {
    const remove = (names: string[]) => call('DELETE', `/${team.name}/users`, maintainer.key, names)
    expect(await remove([])).toEqual(validation('Empty user list'))
    expect(await remove(['Member', 'nobody'])).toEqual(ok({ ok: true }))
    expect(await members()).toEqual({ lead: 'OWNER', maintainer: 'MAINTAINER' })
  })

  test('an organization without an owner keeps an OWNER in one of its teams', async () => {
    const path = '/api/v1/org/Default/team/default/users?replace=true'
    const answer = await seen(server.request(path, { method: 'PUT', json: [{ userId: member.id }] }))
    expect(answer).toEqual(validation('Organization must have at least one OWNER'))
  })
})

describe('LDAP groups', () => {
  test('are set by MAINTAINERs, with a role each', async () => {
    const path = `/${team.name}/ldapGroups`
    expect(await put(path, [{ group: 'cn=b', role: 'MEMBER' }])).toEqual(ok({ ok: true }))
    await put(path, [{ group: 'cn=a', role: 'OWNER' }])
    expect((await get(path)).body).toEqual([
      { group: 'cn=a', role: 'OWNER' },
      { group: 'cn=b', role: 'MEMBER' },
    ])
    expect((await put(path, [{ group: 'cn=c' }])).body).toMatch(/^ERROR: com\.fasterxml/)
    expect(await put(path, [])).toEqual(validation('Empty LDAP group list'))
    await put(`${path}?replace=true`, [])
    expect((await get(path)).body).toEqual([])
  })
})

describe('deleting', () => {
  const remove = (as: string) => call('DELETE', `/${team.name}`, as)

  test('is for OWNERs of the team: its MAINTAINER, who may have made it, is not enough', async () => {
    expect(await remove(maintainer.key)).toEqual(lacks('maintainer', 'OWNER'))
    expect(await remove(outsider.key)).toEqual(notInOrg('outsider'))
    expect(await remove(lead.key)).toEqual(ok({ ok: true, result: 'DELETED' }))
    expect(await get(`/${team.name}`)).toEqual(validation(`Team not found: ${team.name}`))
  })
})

test('what happens to a team is in the log of its organization', async () => {
  await put(`/${team.name}/users`, [{ userId: newcomer.id, role: 'OWNER' }])
  await post({ id: team.id, name: `${team.name}x` })
  await call('DELETE', `/${team.name}x`, ADMIN_KEY)
  const log = await seen(server.request('/api/v1/audit?object=TEAM&details.orgName=acme&limit=3', { as: orgOwner.key }))
  const common = { orgId: org.id, teamId: team.id }
  expect(log.body).toMatchObject([
    { action: 'DELETE', details: { ...common, name: `${team.name}x` } },
    { action: 'UPDATE', details: { ...common, changes: { prev: { name: team.name } } } },
    {
      action: 'UPDATE',
      details: { ...common, action: 'addUsers', replace: false, users: [{ userId: newcomer.id, role: 'OWNER' }] },
    },
  ])
})
