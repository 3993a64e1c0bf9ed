import { describe, expect, test } from 'vitest'
import { admin, anonymous, type Caller } from './lib/caller.ts'
import {
  expectEmpty,
  expectFailure,
  expectJson,
  expectMethodNotAllowed,
  expectNoOrg,
  expectNotInOrg,
  expectResult,
  expectSecretForbidden,
  expectText,
  expectUnauthorized,
  expectViolations,
  jsonOf,
} from './lib/expect.ts'
import { newWorld, type Secret, secretNamed, UNKNOWN_ID } from './lib/world.ts'
import { nameViolation } from './versions.ts'

// concord-api §9.7.

const world = newWorld('access')
const [owner, member, foreigner] = await Promise.all([
  world.user('owner'),
  world.user('member'),
  world.user('foreigner'),
])
const org = await world.org('org')
const other = await world.org('other')
const red = await world.team(org, 'red', { MEMBER: [member] })
const blue = await world.team(org, 'blue', { MEMBER: [owner] })
const foreign = await world.team(other, 'foreign', { MEMBER: [foreigner] })

const fresh = (visibility = 'PRIVATE') => world.secret(org, { visibility }, owner)
const one = (secret: Secret, json: unknown, as: Caller = owner) => as.post(`${secret.v1}/access`, { json })
const bulk = (secret: Secret, json: unknown, as: Caller = owner) => as.post(`${secret.v1}/access/bulk`, { json })
const listOf = async (secret: Secret) => {
  const entries: { teamName: string; level: string }[] = jsonOf(await owner.get(`${secret.v1}/access`))
  return entries.map(({ teamName, level }) => `${teamName} ${level}`).toSorted()
}

describe('the list', () => {
  test('is empty at first', async () => expectJson(await owner.get(`${(await fresh()).v1}/access`), []))
  test('has team and level', async () => {
    const secret = await fresh()
    await one(secret, { teamId: red.id, level: 'READER' })
    expectJson(await owner.get(`${secret.v1}/access`), [{ teamId: red.id, teamName: 'red', level: 'READER' }])
  })
  test('of a PRIVATE secret is denied to a member', async () => {
    const secret = await fresh()
    expectSecretForbidden(await member.get(`${secret.v1}/access`), 'READER', secret.name)
  })
  test('of a PUBLIC secret is open to a non-member', async () =>
    expectJson(await foreigner.get(`${(await fresh('PUBLIC')).v1}/access`), []))
  test('of a missing secret is a 404 without a body', async () => {
    expectEmpty(await owner.get(`${org.v1}/secret/nope/access`), 404)
    expectEmpty(await owner.get(`${org.v1}/secret/a%20b/access`), 404)
  })
  test('requires an existing organization', async () =>
    expectNoOrg(await owner.get('/api/v1/org/no-such-org/secret/nope/access')))
  test('requires credentials', async () =>
    expectUnauthorized(await anonymous.get(`${org.v1}/secret/nope/access`), { challenge: true }))
})

describe('setting one', () => {
  test('gives access to the team, by id', async () => {
    const secret = await fresh()
    expectResult(await one(secret, { teamId: red.id, level: 'READER' }), 'UPDATED')
    expect(jsonOf(await member.get(secret.v2)).id).toBe(secret.id)
  })
  test('replaces the team’s level, and no other team’s', async () => {
    const secret = await fresh()
    for (const [team, level] of [
      [red, 'READER'],
      [blue, 'WRITER'],
      [red, 'OWNER'],
    ] as const)
      await one(secret, { teamId: team.id, level })
    expect(await listOf(secret)).toEqual(['blue WRITER', 'red OWNER'])
  })
  test('accepts a team of this organization by name', async () => {
    const secret = await fresh()
    expectResult(await one(secret, { teamName: 'red', level: 'READER' }), 'UPDATED')
    expect(await listOf(secret)).toEqual(['red READER'])
  })
  test('accepts a team of another one by organization and name', async () => {
    const secret = await fresh()
    expectResult(await one(secret, { orgName: other.name, teamName: 'foreign', level: 'READER' }), 'UPDATED')
    expect(jsonOf(await foreigner.get(secret.v2)).id).toBe(secret.id)
  })
  test('the id takes precedence over the name', async () => {
    const secret = await fresh()
    expectResult(await one(secret, { teamId: red.id, teamName: 'blue', level: 'READER' }), 'UPDATED')
    expect(await listOf(secret)).toEqual(['red READER'])
  })
  test('a foreign team with OWNER cannot delete, because its users are not members', async () => {
    const secret = await fresh()
    await one(secret, { teamId: foreign.id, level: 'OWNER' })
    expectNotInOrg(await foreigner.delete(secret.v1), foreigner, org)
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['an unknown name', { teamName: 'nope' }, 'Team not found: nope'],
    ['a name of another organization', { teamName: 'foreign' }, 'Team not found: foreign'],
    ['an unknown organization', { orgName: 'no-such-org', teamName: 'red' }, 'Organization not found: no-such-org'],
    ['neither id nor name', {}, 'You must specify an organization and/or a team name.'],
  ])('with %s is a 500', async (_, team, text) => {
    expectFailure(await one(await fresh(), { ...team, level: 'READER' }), `java.lang.IllegalArgumentException: ${text}`)
  })
  test('with an unknown id is a 500', async () =>
    expectFailure(await one(await fresh(), { teamId: UNKNOWN_ID, level: 'READER' }), 'org.jooq.exception.'))
  test.each([undefined, null])('with level %s is rejected', async (level) => {
    expectViolations(await one(await fresh(), { teamId: red.id, level }), {
      'ResourceAccessEntry.updateAccessLevel.arg2.level': 'must not be null',
    })
  })
  test('with a bad team name is rejected', async () => {
    expectViolations(await one(await fresh(), { teamName: 'a b', level: 'READER' }), {
      'ResourceAccessEntry.updateAccessLevel.arg2.teamName': nameViolation,
    })
  })
  test.each(['KING', 'reader'])('with level %s is a 500', async (level) => {
    expectFailure(await one(await fresh(), { teamId: red.id, level }), 'com.fasterxml.jackson.')
  })
  test.each([{ json: [] }, { json: { teamId: 'abc', level: 'READER' } }])('with %o is a 500', async ({ json }) =>
    expectFailure(await one(await fresh(), json), 'com.fasterxml.jackson.'),
  )
  test.each(['', 'null'])('with the body "%s" is a 500', async (body) => {
    const { v1 } = await fresh()
    const answer = await owner.post(`${v1}/access`, { body, type: 'application/json' })
    expectFailure(answer, 'java.lang.NullPointerException')
  })
  test('is checked in this order: the level, membership, the secret, the team, the right', async () => {
    const [secret, missing] = [await fresh(), secretNamed(org, 'nope')]
    expectViolations(await one(missing, {}, foreigner), {
      'ResourceAccessEntry.updateAccessLevel.arg2.level': 'must not be null',
    })
    expectNotInOrg(await one(missing, { level: 'READER' }, foreigner), foreigner, org)
    expectText(await one(missing, { level: 'READER' }, member), 404, 'Secret not found: nope')
    const unknown = { teamName: 'nope', level: 'READER' }
    expectFailure(await one(secret, unknown, member), 'java.lang.IllegalArgumentException: Team not found: nope')
    expectSecretForbidden(await one(secret, { teamName: 'red', level: 'READER' }, member), 'OWNER', secret.name)
  })
})

describe('replacing all', () => {
  test('sets exactly what is sent', async () => {
    const secret = await fresh()
    await one(secret, { teamId: foreign.id, level: 'OWNER' })
    expectResult(
      await bulk(secret, [
        { teamId: red.id, level: 'READER' },
        { teamId: blue.id, level: 'WRITER' },
      ]),
      'UPDATED',
    )
    expect(await listOf(secret)).toEqual(['blue WRITER', 'red READER'])
  })
  test('clears with an empty list', async () => {
    const secret = await fresh()
    await one(secret, { teamId: red.id, level: 'OWNER' })
    expectResult(await bulk(secret, []), 'UPDATED')
    expect(await listOf(secret)).toEqual([])
  })
  test('the last of two for the same team counts', async () => {
    const secret = await fresh()
    expectResult(
      await bulk(secret, [
        { teamId: red.id, level: 'READER' },
        { teamId: red.id, level: 'OWNER' },
      ]),
      'UPDATED',
    )
    expect(await listOf(secret)).toEqual(['red OWNER'])
  })
  test('accepts teams of other organizations', async () => {
    const secret = await fresh()
    expectResult(await bulk(secret, [{ teamId: foreign.id, level: 'READER' }]), 'UPDATED')
    expect(await listOf(secret)).toEqual(['foreign READER'])
  })
  test('can remove the caller’s own access', async () => {
    const secret = await fresh()
    await one(secret, { teamId: red.id, level: 'OWNER' })
    expectResult(await bulk(secret, [], member), 'UPDATED')
    expectSecretForbidden(await member.get(secret.v2), 'READER', secret.name)
  })
  test.each([{ teamName: 'red' }, { teamId: UNKNOWN_ID }])('with %o is a 500, and nothing changes', async (team) => {
    const secret = await fresh()
    await one(secret, { teamId: blue.id, level: 'READER' })
    expectFailure(
      await bulk(secret, [
        { teamId: red.id, level: 'READER' },
        { ...team, level: 'READER' },
      ]),
      'org.jooq.exception.',
    )
    expect(await listOf(secret)).toEqual(['blue READER'])
  })
  test('without a level is rejected', async () => {
    expectViolations(await bulk(await fresh(), [{ teamId: red.id }]), {
      'ResourceAccessEntry.updateAccessLevel.arg2[0].level': 'must not be null',
    })
  })
  test.each(['', 'null'])('with the body "%s" is rejected', async (body) => {
    const { v1 } = await fresh()
    expectText(await owner.post(`${v1}/access/bulk`, { body, type: 'application/json' }), 400, 'List of teams is null.')
  })
  test('is checked in this order: membership, the secret, whether there is a list, the right', async () => {
    const [secret, missing] = [await fresh(), secretNamed(org, 'nope')]
    expectNotInOrg(await bulk(missing, null, foreigner), foreigner, org)
    expectText(await bulk(missing, null, member), 404, 'Secret not found: nope')
    expectText(await bulk(secret, null, member), 400, 'List of teams is null.')
    expectSecretForbidden(await bulk(secret, [], member), 'OWNER', secret.name)
  })
  test.each([{ json: {} }, { json: ['x'] }, { json: [{ teamId: red.id, level: 'KING' }] }])(
    'with %o is a 500',
    async ({ json }) => expectFailure(await bulk(await fresh(), json), 'com.fasterxml.jackson.'),
  )
  test('with a null entry is a 500, and nothing changes', async () => {
    const secret = await fresh()
    await one(secret, { teamId: blue.id, level: 'READER' })
    expectFailure(await bulk(secret, [{ teamId: red.id, level: 'READER' }, null]))
    expect(await listOf(secret)).toEqual(['blue READER'])
  })
  test('knows POST only', async () =>
    expectMethodNotAllowed(await owner.get(`${(await fresh()).v1}/access/bulk`), 'OPTIONS, POST'))
})

describe.each<[string, typeof one, unknown, string]>([
  ['one', one, { teamId: red.id, level: 'READER' }, 'access'],
  ['all', bulk, [{ teamId: red.id, level: 'READER' }], 'access/bulk'],
])('setting %s', (_, set, json, path) => {
  test('of a missing secret is a 404 with text', async () => {
    expectText(await set(secretNamed(org, 'nope'), json), 404, 'Secret not found: nope')
  })
  test('checks the name', async () => {
    expectViolations(await set(secretNamed(org, 'a b'), json), {
      'SecretResource.updateAccessLevel.arg1': nameViolation,
    })
  })
  test('is denied to a WRITER', async () => {
    const secret = await fresh()
    await world.grant(secret, [{ team: red, level: 'WRITER' }])
    expectSecretForbidden(await set(secret, json, member), 'OWNER', secret.name)
  })
  test('is denied to a member even when the secret is PUBLIC', async () => {
    const secret = await fresh('PUBLIC')
    expectSecretForbidden(await set(secret, json, member), 'OWNER', secret.name)
  })
  test('is open to a team with OWNER', async () => {
    const secret = await fresh()
    await world.grant(secret, [{ team: red, level: 'OWNER' }])
    expectResult(await set(secret, json, member), 'UPDATED')
  })
  test('is denied to a non-member', async () =>
    expectNotInOrg(await set(await fresh(), json, foreigner), foreigner, org))
  test('requires credentials', async () =>
    expectUnauthorized(await set(await fresh(), json, anonymous), { challenge: true }))
  test('accepts JSON only', async () =>
    expectEmpty(await owner.post(`${(await fresh()).v1}/${path}`, { form: {} }), 415))
  test('is open to admins', async () => expectResult(await set(await fresh(), json, admin), 'UPDATED'))
})
