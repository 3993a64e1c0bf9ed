import { describe, expect, test } from 'vitest'
import { admin, anonymous, type Caller } from './lib/caller.ts'
import {
  expectEmpty,
  expectFailure,
  expectJson,
  expectNoOrg,
  expectNotInOrg,
  expectSecretForbidden,
  expectText,
  expectUnauthorized,
  expectValidationError,
  jsonOf,
} from './lib/expect.ts'
import type { Form } from './lib/multipart.ts'
import { server } from './lib/server.ts'
import {
  KEY_PAIR,
  made,
  newWorld,
  type Secret,
  STORE_PASSWORD,
  secretNamed,
  TIMESTAMP,
  UNKNOWN_ID,
  UUID,
} from './lib/world.ts'
import { linkedProjectModes, projectsHaveExecMode } from './versions.ts'

// concord-api §11.

const AUDIT = '/api/v1/audit'
const world = newWorld('audit')
const [owner, member, outsider, reader] = await Promise.all([
  world.user('owner'),
  world.user('member'),
  world.user('outsider'),
  world.user('reader', { roles: ['concordSystemReader'] }),
])
const org = await world.org('org')
const other = await world.org('other')
const team = await world.team(org, 'team', { MEMBER: [owner, member] })
await world.team(other, 'team', { MEMBER: [owner] })
const project = await world.project(org, 'project')

type Query = Record<string, string | number>
const audit = (query: Query, as: Caller = owner) => as.get(AUDIT, { query })
const events = async (query: Query, as?: Caller) => jsonOf(await audit(query, as))
const ofSecret = ({ id }: Secret) => ({ object: 'SECRET', 'details.secretId': id })
/** The newest event of a secret. */
const last = async (secret: Secret) => (await events({ ...ofSecret(secret), limit: 1 }))[0]
const fresh = (form: Form & { name?: string } = {}) => world.secret(org, form, owner)
const CALL = { requestId: expect.stringMatching(UUID), actionSource: { type: 'API_REQUEST' } }

/** The details of an event, without its address. */
async function detailsOf(secret: Secret) {
  const { details } = await last(secret)
  const { requestIp: _, ...rest } = details
  return rest
}

describe('an event', () => {
  test('has a time, an action, an object, details and a user', async () => {
    expect(await last(await fresh())).toEqual({
      entryDate: expect.stringMatching(TIMESTAMP),
      ...{ action: 'CREATE', object: 'SECRET', details: expect.any(Object) },
      user: { id: owner.id, username: owner.name, displayName: 'The owner', userType: 'LOCAL' },
    })
  })
  test('has no user once they are deleted', async () => {
    const leaver = await world.user('leaver')
    const secret = await fresh()
    expect((await leaver.post(`${secret.v1}/data`, { form: {} })).status).toBe(200)
    expect((await last(secret)).user).toMatchObject({ id: leaver.id })
    made(await admin.delete(`/api/v1/user/${leaver.id}`))
    const event = await last(secret)
    expect(event.action).toBe('ACCESS')
    expect(event).not.toHaveProperty('user')
  })
  test('has the client’s address', async () => {
    const { details } = await last(await fresh())
    expect(details).toHaveProperty('requestIp')
    expect(details.requestIp ?? '127.0.0.1').toMatch(/^[0-9a-f.:]+$/i)
  })
  test('from a console is marked as such', async () => {
    const secret = await fresh()
    await owner.post(secret.v1, { json: {}, headers: { 'X-Concord-UI-Request': 'anything' } })
    expect((await detailsOf(secret)).actionSource).toEqual({ type: 'UI' })
  })
})

describe('the events of a secret', () => {
  test('CREATE', async () => {
    const secret = await fresh()
    expect(await detailsOf(secret)).toEqual({
      ...{ ...CALL, orgId: org.id, secretId: secret.id, name: secret.name, type: 'DATA', storeType: 'concord' },
    })
  })

  const updated = async (secret: Secret, json: Record<string, unknown>) => {
    made(await owner.post(secret.v1, { json }))
    const { action, details } = await last(secret)
    expect(action).toBe('UPDATE')
    expect(details).toMatchObject({ ...CALL, orgId: org.id, secretId: secret.id, name: secret.name })
    return details.changes
  }

  test('UPDATE without changes', async () => expect(await updated(await fresh(), {})).toEqual({ updated: {} }))
  test('UPDATE of the name, under the old one', async () => {
    const secret = await fresh()
    const changes = { prev: { name: secret.name }, new: { name: 'new-name' }, updated: {} }
    expect(await updated(secret, { name: 'new-name' })).toEqual(changes)
  })
  test('UPDATE of the visibility', async () => {
    const changes = { prev: { visibility: 'PUBLIC' }, new: { visibility: 'PRIVATE' }, updated: {} }
    expect(await updated(await fresh(), { visibility: 'PRIVATE' })).toEqual(changes)
  })
  test('UPDATE of the owner', async () => {
    const changes = await updated(await fresh(), { owner: { id: member.id } })
    const userOf = ({ id, name, base }: { id: string; name: string; base: string }) => ({
      ...{ id, username: name, displayName: `The ${base}` },
    })
    expect(changes.prev.owner).toMatchObject(userOf({ ...owner, base: 'owner' }))
    expect(changes.new.owner).toMatchObject(userOf({ ...member, base: 'member' }))
  })
  test('UPDATE of the value, which is not logged, and of its type', async () => {
    // Java leaves trailing zeros out.
    const microseconds = server.kind === 'ours' ? /\.\d{6}Z$/ : /\.\d{1,6}Z$/
    const changes = await updated(await fresh(KEY_PAIR), { data: Buffer.from('hush-hush').toString('base64') })
    expect(changes).toEqual({
      prev: { type: 'KEY_PAIR' },
      new: { type: 'DATA', lastUpdatedAt: expect.stringMatching(microseconds) },
      updated: { data: true },
    })
    expect(JSON.stringify(changes)).not.toContain('hush-hush')
  })
  test('UPDATE of the store password, which is not logged', async () => {
    const secret = await fresh({ storePassword: STORE_PASSWORD })
    const changes = await updated(secret, { storePassword: STORE_PASSWORD, newStorePassword: 'New-Pass-1' })
    expect(changes.updated).toEqual({ password: true })
    expect(JSON.stringify(changes)).not.toMatch(/New-Pass-1|Aa1Bb2Cc3/)
  })
  test.runIf(projectsHaveExecMode)('UPDATE of the projects, keyed by a hash', async () => {
    const secret = await fresh({ projectIds: project.id })
    const { prev } = await updated(secret, { projectName: '' })
    expect(Object.values(prev.projects)).toEqual([{ id: project.id, name: 'project', ...linkedProjectModes }])
    expect(Object.keys(prev.projects)[0]).toMatch(/^[0-9A-Fa-f]{32}$/)
  })
  test('UPDATE of the organization, under the old one', async () => {
    const { prev, new: now } = await updated(await fresh({ projectIds: project.id }), { orgId: other.id })
    expect(prev).toMatchObject({ orgId: org.id, orgName: org.name })
    expect(now).toEqual({ orgId: other.id, orgName: other.name })
    if (projectsHaveExecMode) expect(Object.values(prev.projects)).toMatchObject([{ id: project.id }])
  })
  test('UPDATE of all access, without the organization', async () => {
    const secret = await fresh()
    made(await owner.post(`${secret.v1}/access/bulk`, { json: [{ teamId: team.id, level: 'WRITER' }] }))
    expect(await detailsOf(secret)).toEqual({
      ...{ ...CALL, secretId: secret.id, access: { replace: true, teams: [{ id: team.id, level: 'WRITER' }] } },
    })
  })
  test('none for the access of one team', async () => {
    const secret = await fresh()
    made(await owner.post(`${secret.v1}/access`, { json: { teamId: team.id, level: 'WRITER' } }))
    expect((await last(secret)).action).toBe('CREATE')
  })
  test('ACCESS to the value', async () => {
    const secret = await fresh()
    await owner.post(`${secret.v1}/data`, { form: {} })
    expect(await last(secret)).toMatchObject({ action: 'ACCESS' })
    expect(await detailsOf(secret)).toEqual({
      ...{ ...CALL, orgId: org.id, secretId: secret.id, name: secret.name, type: 'DATA', scope: { name: 'apiAccess' } },
    })
  })
  test('ACCESS to a public key, even if the secret has none', async () => {
    const secret = await fresh()
    expect((await owner.get(`${secret.v1}/public`)).status).toBe(400)
    expect(await last(secret)).toMatchObject({ action: 'ACCESS' })
  })
  test('ACCESS to a public key', async () => {
    const secret = await fresh(KEY_PAIR)
    await owner.get(`${secret.v1}/public`)
    expect(await detailsOf(secret)).toMatchObject({ type: 'KEY_PAIR', scope: { name: 'internal' } })
  })
  test('none for denied requests', async () => {
    const secret = await fresh({ visibility: 'PRIVATE' })
    expectSecretForbidden(await member.post(`${secret.v1}/data`, { form: {} }), 'READER', secret.name)
    expectSecretForbidden(await member.delete(secret.v1), 'OWNER', secret.name)
    expect((await last(secret)).action).toBe('CREATE')
  })
  test('none for failed requests', async () => {
    const secret = await fresh()
    const json = [
      { teamId: team.id, level: 'READER' },
      { teamId: UNKNOWN_ID, level: 'READER' },
    ]
    expectFailure(await owner.post(`${secret.v1}/access/bulk`, { json }))
    expect((await last(secret)).action).toBe('CREATE')
  })
  test('DELETE, which can only be found by organization', async () => {
    const secret = await fresh()
    made(await owner.delete(secret.v1))
    const found = await events({ object: 'SECRET', action: 'DELETE', 'details.orgName': org.name })
    expect(found).toContainEqual({
      ...{ entryDate: expect.any(String), object: 'SECRET', action: 'DELETE', user: expect.any(Object) },
      details: expect.objectContaining({ ...CALL, orgId: org.id, secretId: secret.id, name: secret.name }),
    })
    expectEmpty(await audit(ofSecret(secret)), 404)
    expectEmpty(await audit({ 'details.orgName': org.name, 'details.secretName': secret.name }), 404)
  })
})

describe('the order and the page', async () => {
  const secret = await fresh()
  for (const visibility of ['PRIVATE', 'PUBLIC', 'PRIVATE']) made(await owner.post(secret.v1, { json: { visibility } }))
  const times = (entries: { entryDate: string }[]) => entries.map(({ entryDate }) => Date.parse(entryDate))

  test('is newest first', async () => {
    const all = await events(ofSecret(secret))
    expect(all).toHaveLength(4)
    expect(times(all)).toEqual(times(all).toSorted((a, b) => b - a))
    expect(all[3].action).toBe('CREATE')
  })
  test('has offset and limit', async () => {
    const all = await events(ofSecret(secret))
    expect(await events({ ...ofSecret(secret), offset: 1, limit: 2 })).toEqual(all.slice(1, 3))
  })
  test('is empty with limit 0 and beyond the end', async () => {
    expectJson(await audit({ ...ofSecret(secret), limit: 0 }), [])
    expectJson(await audit({ ...ofSecret(secret), offset: 100 }), [])
  })
  test.each<Query>([{ limit: -1 }, { offset: -1 }])('fails for %o', async (query) =>
    expectFailure(await audit({ ...ofSecret(secret), ...query }), 'org.jooq.exception.'),
  )
  test('has 30 events by default', async () => {
    const busy = await fresh()
    for (let i = 0; i < 31; i++) made(await owner.post(busy.v1, { json: {} }))
    expect(await events(ofSecret(busy))).toHaveLength(30)
    expect(await events({ ...ofSecret(busy), limit: 100 })).toHaveLength(32)
  })
})

describe('filters', async () => {
  const secret = await fresh()
  const inOrg = { object: 'SECRET', 'details.orgName': org.name }

  test('by action', async () => expect(await events({ ...ofSecret(secret), action: 'DELETE' })).toEqual([]))
  test('by organization, by name or id', async () => {
    expect((await events({ ...inOrg, limit: 1 }))[0]).toEqual(
      (await events({ object: 'SECRET', 'details.orgId': org.id, limit: 1 }))[0],
    )
  })
  test('by organization and name of the secret', async () => {
    expect(await events({ ...inOrg, 'details.secretName': secret.name })).toEqual(await events(ofSecret(secret)))
  })
  test('by user, id or name', async () => {
    expect(await events({ ...ofSecret(secret), userId: owner.id })).toHaveLength(1)
    expect(await events({ ...ofSecret(secret), userId: member.id })).toEqual([])
    expect(await events({ ...ofSecret(secret), username: owner.name.toUpperCase() })).toHaveLength(1)
    expect(await events({ ...ofSecret(secret), username: member.name })).toEqual([])
    expect(await events({ ...ofSecret(secret), username: 'no-such-user' })).toEqual([])
  })
  test('by user: the id takes precedence over the name', async () => {
    expect(await events({ ...ofSecret(secret), userId: owner.id, username: member.name })).toHaveLength(1)
  })
  test('by project, by id or by organization and name', async () => {
    const named = { 'details.orgName': org.name, 'details.projectName': project.name }
    const [event] = await events({ ...named, object: 'PROJECT', action: 'CREATE' })
    expect(event.details).toMatchObject({ orgId: org.id, projectId: project.id, name: 'project' })
    expect(await events({ 'details.projectId': project.id, object: 'PROJECT', action: 'CREATE' })).toEqual([event])
  })
  test('by team, by organization and name', async () => {
    const query = { 'details.orgName': org.name, 'details.teamName': team.name, object: 'TEAM', action: 'CREATE' }
    expect((await events(query)).map(({ details }: { details: { teamId: string } }) => details.teamId)).toEqual([
      team.id,
    ])
    expectValidationError(await audit({ ...query, 'details.teamName': 'nope' }), 'Team not found: nope')
  })
  test('by a team’s id alone are rejected', async () => {
    expectValidationError(await audit({ 'details.teamId': team.id }), 'Team not found: null')
  })
  test('by source alone are for everybody, because they name no entity', async () => {
    expectJson(await audit({ 'details.source': world.unique('nowhere') }, outsider), [])
  })
  test('by time: both ends are exclusive', async () => {
    const [{ entryDate }] = await events(ofSecret(secret))
    const iso = new Date(entryDate).toISOString()
    const around = (milliseconds: number) => new Date(Date.parse(iso) + milliseconds).toISOString()
    expect(await events({ ...ofSecret(secret), after: around(-1), before: around(1) })).toHaveLength(1)
    expect(await events({ ...ofSecret(secret), before: iso })).toEqual([])
  })
  test('by time, exclusively, with or without milliseconds and in any offset', async () => {
    expect(
      await events({ ...ofSecret(secret), after: '2001-01-01T00:00:00.000Z', before: '2099-01-01T00:00:00.000Z' }),
    ).toHaveLength(1)
    expect(await events({ ...ofSecret(secret), after: '2001-01-01T00:00:00Z' })).toHaveLength(1)
    expect(await events({ ...ofSecret(secret), after: '2001-01-01T00:00:00.000+02:00' })).toHaveLength(1)
    expect(await events({ ...ofSecret(secret), after: '2099-01-01T00:00:00.000Z' })).toEqual([])
    expect(await events({ ...ofSecret(secret), before: '2001-01-01T00:00:00.000Z' })).toEqual([])
  })
  test('by unknown details are ignored', async () => {
    expect(await events({ ...ofSecret(secret), 'details.nonsense': 'x' })).toHaveLength(1)
  })

  test.each<Query>([
    { object: 'secret' },
    { object: 'NOTHING' },
    { action: 'EXPLODE' },
    { userId: 'abc' },
    { after: '2001-01-01' },
    { after: 'x' },
  ])('with a bad value are a 404: %o', async (query) =>
    expectEmpty(await audit({ ...ofSecret(secret), ...query }), 404),
  )
  test.each(['orgId', 'secretId', 'projectId', 'jsonStoreId', 'teamId'])(
    'with a bad UUID in details.%s are rejected',
    async (key) => {
      expectValidationError(
        await audit({ [`details.${key}`]: 'abc' }),
        `Invalid request parameters. Expected a UUID in '${key}'`,
      )
    },
  )
  test('with a name require an organization', async () => {
    for (const entity of ['secret', 'project', 'jsonStore', 'team']) {
      expectValidationError(await audit({ [`details.${entity}Name`]: 'x' }), "'orgId' or 'orgName' is required")
    }
  })
  test('require existing entities', async () => {
    expectNoOrg(await audit({ 'details.orgName': 'no-such-org' }))
    expectEmpty(await audit({ 'details.secretId': UNKNOWN_ID }), 404)
    expectEmpty(await audit({ 'details.orgName': org.name, 'details.secretName': 'nope' }), 404)
    expectValidationError(await audit({ 'details.projectId': UNKNOWN_ID }), `Project not found: ${UNKNOWN_ID}`)
    expectText(
      await audit({ 'details.orgName': org.name, 'details.jsonStoreName': 'nope' }),
      404,
      'JSON store not found: nope',
    )
    expectText(await audit({ 'details.jsonStoreId': UNKNOWN_ID }), 404, 'JSON store not found: null')
    expectValidationError(
      await audit({ 'details.orgName': org.name, 'details.projectName': 'nope' }),
      'Project not found: nope',
    )
  })
})

describe('who may read it', () => {
  const ADMINS = 'Only admins can retrieve audit events without filtering by entity.'
  const inOrg = { object: 'SECRET', 'details.orgName': org.name, limit: 1 }

  test.each<[string, Caller]>([
    ['an admin', admin],
    ['a system reader', reader],
    ['any member', member],
  ])('of an organization: %s', async (_, as) => {
    expect(await events(inOrg, as)).toHaveLength(1)
  })
  test('of an organization: no non-member', async () => expectNotInOrg(await audit(inOrg, outsider), outsider, org))
  test('of a PRIVATE project: those who may read it', async () => {
    const { id, name } = await world.project(org, 'closed', { visibility: 'PRIVATE' })
    const text = `The current user (${member.name}) doesn't have the necessary access level (READER) to the project: closed`
    expectText(await audit({ 'details.projectId': id }, member), 403, text)
    expectText(await audit({ 'details.orgName': org.name, 'details.projectName': name }, member), 403, text)
    expect(await events({ 'details.projectId': id, action: 'CREATE' }, reader)).toHaveLength(1)
  })
  test('of a PRIVATE secret: users who can read it', async () => {
    const secret = await fresh({ visibility: 'PRIVATE' })
    expectSecretForbidden(await audit(ofSecret(secret), member), 'READER', secret.name)
    expect(await events(ofSecret(secret), admin)).toHaveLength(1)
  })
  test('of a PUBLIC secret: members, no non-member', async () => {
    const secret = await fresh()
    expect(await events(ofSecret(secret), member)).toHaveLength(1)
    expectSecretForbidden(await audit(ofSecret(secret), outsider), 'READER', secret.name)
  })
  test.each<Query>([{}, { object: 'SECRET' }, { username: owner.name }, { 'details.nonsense': 'x' }])(
    'of everything (%o): admins',
    async (query) => {
      expectText(await audit(query), 403, ADMINS)
      expect((await audit({ ...query, limit: 1 }, admin)).status).toBe(200)
    },
  )
  test('nobody without credentials', async () => expectUnauthorized(await audit(inOrg, anonymous), { challenge: true }))
})

describe('the life of a secret', () => {
  test('can be followed by its id, across moves and renames', async () => {
    const secret = await fresh()
    made(await owner.post(secret.v1, { json: { name: 'traveller' } }))
    made(await owner.post(secretNamed(org, 'traveller').v1, { json: { orgId: other.id } }))
    const actions = (await events(ofSecret(secret))).map(({ action }: { action: string }) => action)
    expect(actions).toEqual(['UPDATE', 'UPDATE', 'CREATE'])
    expect(await events({ 'details.orgName': other.name, 'details.secretName': 'traveller' })).toEqual([])
  })
})
