import { describe, expect, test } from 'vitest'
import { admin, anonymous, type Caller } from './lib/caller.ts'
import {
  expectEmpty,
  expectFailure,
  expectIdResult,
  expectJson,
  expectMethodNotAllowed,
  expectNoOrg,
  expectResult,
  expectText,
  expectUnauthorized,
  expectValidationError,
  expectViolations,
  jsonOf,
  namesOf,
} from './lib/expect.ts'
import { newWorld, orgNamed, removeLater, UNKNOWN_ID, UUID } from './lib/world.ts'
import { nameViolation, tooLongNamesAreRefused } from './versions.ts'

// concord-api §5.

const ORG = '/api/v1/org'
const ADMIN_ID = '230c5c9c-d9a7-11e6-bcfd-bb681c07b26c'
const DENIED = 'org.apache.shiro.authz.AuthorizationException: '
const world = newWorld('orgs')
const [owner, member, outsider, reader] = await Promise.all([
  world.user('owner'),
  world.user('member'),
  world.user('outsider'),
  world.user('reader', { roles: ['concordSystemReader'] }),
])
const open = await world.org('open')
const closed = await world.org('closed', { visibility: 'PRIVATE', owner, meta: { a: 1 }, cfg: { x: { y: true } } })
await world.team(closed, 'team', { MEMBER: [member] })

const save = (json: Record<string, unknown>, as: Caller = admin) => as.post(ORG, { json })
/** This file's organizations in the caller's list. */
const listed = async (as: Caller, query: Record<string, string | number> = {}) =>
  namesOf(await as.get(ORG, { query: { filter: '-orgs-', ...query } })).filter((name) =>
    [open.name, closed.name].includes(name),
  )

/** Creates an organization through the endpoint under test. */
async function create(base: string, more: Record<string, unknown> = {}) {
  const name = world.unique(base)
  removeLater(`${ORG}/${name}?confirmation=yes`)
  return orgNamed(expectIdResult(await save({ name, ...more }), 'CREATED'), name)
}

describe('reading one', () => {
  test('it has id, name, owner and visibility', async () => {
    expectJson(await admin.get(open.v1), {
      ...{ id: open.id, name: open.name, visibility: 'PUBLIC' },
      owner: { id: ADMIN_ID, username: 'admin', userType: 'LOCAL' },
    })
  })

  test('anybody can read meta, cfg and owner even of a private one', async () => {
    expectJson(await outsider.get(closed.v1), {
      ...{ id: closed.id, name: closed.name, visibility: 'PRIVATE', meta: { a: 1 }, cfg: { x: { y: true } } },
      owner: { id: owner.id, username: owner.name, displayName: 'The owner', userType: 'LOCAL' },
    })
  })

  test.each(['no-such-org', 'a%20b', open.name.toUpperCase()])('%s, which does not exist, is a 204', async (name) => {
    expectEmpty(await outsider.get(`${ORG}/${name}`), 204)
  })

  test('requires credentials', async () => expectUnauthorized(await anonymous.get(open.v1), { challenge: true }))
})

describe('the list', () => {
  test.each([
    ['an admin', admin],
    ['a system reader', reader],
  ])('of %s has all, regardless of onlyCurrent', async (_, as) => {
    expect(await listed(as)).toEqual([closed.name, open.name])
    expect(await listed(as, { onlyCurrent: 'true' })).toEqual([closed.name, open.name])
  })

  test('of a member has theirs and the public ones', async () => {
    expect(await listed(member)).toEqual([closed.name, open.name])
  })

  test('of a member has only theirs with onlyCurrent', async () => {
    expect(await listed(member, { onlyCurrent: 'true' })).toEqual([closed.name])
  })

  test('of an owner has theirs with onlyCurrent', async () => {
    expect(await listed(owner, { onlyCurrent: 'true' })).toEqual([closed.name])
  })

  test('of a non-member has the public ones', async () => expect(await listed(outsider)).toEqual([open.name]))
  test('of a non-member is empty with onlyCurrent', async () =>
    expect(await listed(outsider, { onlyCurrent: 'true' })).toEqual([]))
  test('onlyCurrent is false unless it is true', async () =>
    expect(await listed(outsider, { onlyCurrent: 'x' })).toEqual([open.name]))

  test('has entries with meta and cfg', async () => {
    const entries = jsonOf(await member.get(ORG, { query: { filter: closed.name } }))
    expect(entries).toMatchObject([{ id: closed.id, meta: { a: 1 }, cfg: { x: { y: true } }, visibility: 'PRIVATE' }])
  })

  test('is ordered by name and can be paged', async () => {
    const query = { filter: `-orgs-${world.unique('').split('-').at(-1)}` }
    const page = async (offset: number, limit: number) =>
      namesOf(await admin.get(ORG, { query: { ...query, offset, limit } }))
    expect(await page(0, 2)).toEqual([closed.name, open.name])
    expect(await page(0, 1)).toEqual([closed.name])
    expect(await page(1, 1)).toEqual([open.name])
    expect((await page(-1, 0)).slice(0, 2)).toEqual([closed.name, open.name])
  })

  test('can be filtered, ignoring case', async () => {
    expect(namesOf(await admin.get(ORG, { query: { filter: open.name.toUpperCase() } }))).toEqual([open.name])
  })
  test.each(['%', '_'])('matches %s in a filter literally', async (wildcard) => {
    expectJson(await admin.get(ORG, { query: { filter: `${wildcard}${open.name}` } }), [])
  })

  test('requires credentials', async () => expectUnauthorized(await anonymous.get(ORG), { challenge: true }))
  test('knows GET and POST', async () =>
    expectMethodNotAllowed(await admin.put(ORG, { json: {} }), 'GET, HEAD, OPTIONS, POST'))
})

test.each([
  ['Default', '0fac1b18-d179-11e7-b3e7-d7df4543ed4f', 'PUBLIC'],
  ['ConcordSystem', '94a35e54-d204-11e7-9a97-c32b8f0c3380', 'PRIVATE'],
])('the organization %s exists from the start', async (name, id, visibility) => {
  expect(jsonOf(await admin.get(`${ORG}/${name}`))).toMatchObject({ id, name, visibility })
})

test('the team "default" of Default has a fixed id', async () => {
  const { id } = jsonOf(await admin.get(`${ORG}/Default/team/default`))
  expect(id).toBe('00000000-0000-0000-0000-000000000000')
})

describe('permissions of roles', () => {
  test.each([
    ['createOrg', 'create'],
    ['updateOrg', 'update'],
  ])('%s allows a user to %s organizations, and nothing else', async (permission, what) => {
    const role = world.unique(`role-${what}`)
    removeLater(`/api/v1/role/${role}`)
    expect((await admin.post('/api/v1/role', { json: { name: role, permissions: [permission] } })).status).toBe(200)
    const holder = await world.user(`holder-${what}`, { roles: [role] })
    const name = world.unique(`of-${what}`)
    removeLater(`${ORG}/${name}?confirmation=yes`)
    const created = await save({ name }, holder)
    const updated = await save({ id: open.id, meta: { by: what } }, holder)
    if (what === 'create') {
      expectIdResult(created, 'CREATED')
      expectFailure(updated, `${DENIED}Only roles with 'updateOrg' permission`)
    } else {
      expectFailure(created, `${DENIED}Only roles with 'createOrg' permission`)
      expectIdResult(updated, 'UPDATED')
    }
  })
})

describe('creating', () => {
  test('creates a public one that the caller owns', async () => {
    const org = await create('created')
    expect(jsonOf(await admin.get(org.v1))).toMatchObject({ visibility: 'PUBLIC', owner: { id: ADMIN_ID } })
    expect(org.id).toMatch(UUID)
  })

  test('creates a team "default" with the owner as OWNER', async () => {
    const org = await create('teamed', { owner: { id: owner.id } })
    expectJson(await admin.get(`${org.v1}/team`), [
      {
        id: expect.stringMatching(UUID),
        orgId: org.id,
        orgName: org.name,
        name: 'default',
        description: 'Default team',
      },
    ])
    expectJson(await admin.get(`${org.v1}/team/default/users`), [
      {
        ...{ userId: owner.id, username: owner.name, displayName: 'The owner', userType: 'LOCAL' },
        ...{ role: 'OWNER', memberType: 'SINGLE' },
      },
    ])
  })

  test('accepts visibility, meta and cfg', async () => {
    const org = await create('full', { visibility: 'PRIVATE', meta: { k: 'v' }, cfg: { c: 1 } })
    expect(jsonOf(await admin.get(org.v1))).toMatchObject({ visibility: 'PRIVATE', meta: { k: 'v' }, cfg: { c: 1 } })
  })

  test('accepts the owner by user name, ignoring case', async () => {
    const org = await create('named', { owner: { username: owner.name.toUpperCase(), userType: 'LOCAL' } })
    expect(jsonOf(await admin.get(org.v1)).owner.id).toBe(owner.id)
  })

  test('with an unknown owner id fails, and creates nothing', async () => {
    const name = world.unique('never')
    expectValidationError(await save({ name, owner: { id: UNKNOWN_ID } }), `User not found: ${UNKNOWN_ID}`)
    expectEmpty(await admin.get(`${ORG}/${name}`), 204)
  })

  test('with an unknown owner name fails', async () => {
    const owner = { username: 'no-such-user', userType: 'LOCAL' }
    expectText(await save({ name: world.unique('never'), owner }), 500, 'User not found: no-such-user')
  })

  test.each([
    ['a member', member],
    ['an outsider', outsider],
    ['a system reader', reader],
  ])('is denied to %s with a 500', async (_, as) => {
    expectText(
      await save({ name: world.unique('never') }, as),
      500,
      `ERROR: ${DENIED}Only roles with 'createOrg' permission are allowed to update organizations`,
    )
  })

  test.each(['ab', 'a b', '-abc', ''])('with the name "%s" is rejected', async (name) => {
    expectViolations(await save({ name }), { 'OrganizationEntry.createOrUpdate.arg0.name': nameViolation })
  })

  test('with 129 characters is rejected', async () => {
    const answer = await save({ name: 'x'.repeat(129) })
    if (tooLongNamesAreRefused)
      expectViolations(answer, { 'OrganizationEntry.createOrUpdate.arg0.name': nameViolation })
    else expectFailure(answer, 'org.jooq.exception.')
  })

  test('without a name fails', async () => expectFailure(await save({ visibility: 'PUBLIC' }), 'org.jooq.exception.'))
  test('with an invalid visibility fails', async () => {
    expectFailure(await save({ name: world.unique('never'), visibility: 'OPEN' }), 'com.fasterxml.jackson.')
  })
  test('accepts JSON only', async () => expectEmpty(await admin.post(ORG, { body: '{}', type: 'text/plain' }), 415))
  test('requires credentials', async () =>
    expectUnauthorized(await anonymous.post(ORG, { json: {} }), { challenge: true }))
})

describe('updating', async () => {
  const org = await world.org('updated', { meta: { a: 1, b: 2 }, owner })

  test('by name keeps fields that are not sent', async () => {
    expectIdResult(await save({ name: org.name, cfg: { c: 1 } }), 'UPDATED')
    expect(jsonOf(await admin.get(org.v1))).toMatchObject({ meta: { a: 1, b: 2 }, cfg: { c: 1 }, visibility: 'PUBLIC' })
  })

  test('replaces meta as a whole', async () => {
    expectIdResult(await save({ name: org.name, meta: { other: [1, 2] } }), 'UPDATED')
    expect(jsonOf(await admin.get(org.v1)).meta).toEqual({ other: [1, 2] })
  })

  test('is allowed for its owner', async () => {
    expect(expectIdResult(await save({ id: org.id, visibility: 'PRIVATE' }, owner), 'UPDATED')).toBe(org.id)
  })

  test('is denied to others with a 500', async () => {
    expectText(
      await save({ id: org.id, visibility: 'PUBLIC' }, outsider),
      500,
      `ERROR: ${DENIED}Only roles with 'updateOrg' permission are allowed to update organizations`,
    )
  })

  test('by id renames', async () => {
    const renamed = await create('before')
    const name = world.unique('after')
    removeLater(`${ORG}/${name}?confirmation=yes`)
    expect(expectIdResult(await save({ id: renamed.id, name }), 'UPDATED')).toBe(renamed.id)
    expectEmpty(await admin.get(renamed.v1), 204)
    expect(jsonOf(await admin.get(`${ORG}/${name}`)).id).toBe(renamed.id)
  })

  test('to a taken name fails, and changes nothing', async () => {
    expectFailure(await save({ id: org.id, name: open.name, meta: { lost: 1 } }), 'org.jooq.exception.')
    expect(jsonOf(await admin.get(org.v1)).meta).not.toHaveProperty('lost')
  })
  test('of an unknown id is a validation error', async () => {
    expectNoOrg(await save({ id: UNKNOWN_ID, name: world.unique('never') }), UNKNOWN_ID)
  })

  test('can change the owner, after which the former owner cannot change it', async () => {
    const given = await world.org('given', { owner })
    expectIdResult(await save({ id: given.id, owner: { id: member.id } }, owner), 'UPDATED')
    expectFailure(await save({ id: given.id, owner: { id: owner.id } }, owner), DENIED)
    expect(namesOf(await member.get(ORG, { query: { filter: given.name, onlyCurrent: 'true' } }))).toEqual([given.name])
  })
})

describe('deleting', () => {
  test.each(['', '?confirmation=true', '?confirmation='])('requires a confirmation; "%s" is not one', async (query) => {
    expectText(await admin.delete(`${open.v1}${query}`), 400, 'Operation must be confirmed')
  })

  test('is denied even to the owner, with a 500', async () => {
    expectText(
      await owner.delete(`${closed.v1}?confirmation=yes`),
      500,
      `ERROR: ${DENIED}Only admins are allowed to update organizations`,
    )
  })

  test('deletes its secrets, projects and teams', async () => {
    const org = await create('deleted')
    const secret = await world.secret(org)
    await world.project(org, 'project')
    expectResult(await admin.delete(`${org.v1}?confirmation=YES`), 'DELETED')
    expectEmpty(await admin.get(org.v1), 204)
    expectNoOrg(await admin.get(secret.v2), org.name)
    expectNoOrg(await admin.delete(`${org.v1}?confirmation=yes`), org.name)
  })

  test('with an invalid name is the same validation error as for a missing one', async () => {
    expectNoOrg(await admin.delete(`${ORG}/a%20b?confirmation=yes`), 'a b')
  })
})
