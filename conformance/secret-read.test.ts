import { describe, expect, test } from 'vitest'
import { admin, anonymous, type Caller } from './lib/caller.ts'
import {
  expectEmpty,
  expectJson,
  expectMethodNotAllowed,
  expectNoOrg,
  expectSecretForbidden,
  expectUnauthorized,
  expectViolations,
  jsonOf,
  namesOf,
} from './lib/expect.ts'
import { newWorld, STORE_PASSWORD, secretNamed, TIMESTAMP } from './lib/world.ts'
import { nameViolation } from './versions.ts'

// concord-api §9.1, §9.4.

const world = newWorld('read')
const [owner, member, orgOwner, outsider, reader, writer] = await Promise.all([
  world.user('owner'),
  world.user('member'),
  world.user('orgowner'),
  world.user('outsider'),
  world.user('reader', { roles: ['concordSystemReader'] }),
  world.user('writer', { roles: ['concordSystemWriter'] }),
])
const org = await world.org('org', { owner: orgOwner })
await world.team(org, 'team', { MEMBER: [member, owner] })
const open = await world.secret(org, { name: 'open' }, owner)
const closed = await world.secret(org, { name: 'closed', visibility: 'PRIVATE' }, owner)
await world.secret(org, { name: 'Upper_case' }, owner)

const names = async (as: Caller, query: Record<string, string | number> = {}) =>
  namesOf(await as.get(`${org.v2}/secret`, { query })).toSorted()
const ALL = ['Upper_case', 'closed', 'open']

describe('one secret', () => {
  test('returns everything except its value', async () => {
    expectJson(await owner.get(closed.v2), {
      ...{ id: closed.id, name: 'closed', orgId: org.id, orgName: org.name, type: 'DATA', storeType: 'concord' },
      ...{
        encryptedBy: 'SERVER_KEY',
        visibility: 'PRIVATE',
        projects: [],
        createdAt: expect.stringMatching(TIMESTAMP),
      },
      owner: { id: owner.id, username: owner.name, displayName: 'The owner', userType: 'LOCAL' },
    })
  })

  test('is the same in v1 and v2', async () => {
    expect(jsonOf(await owner.get(closed.v1))).toEqual(jsonOf(await owner.get(closed.v2)))
  })

  test('has lastUpdatedAt only after its value was rewritten', async () => {
    const secret = await world.secret(org, {}, owner)
    await owner.post(secret.v1, { json: { visibility: 'PRIVATE' } })
    expect(jsonOf(await owner.get(secret.v2))).not.toHaveProperty('lastUpdatedAt')
    await owner.post(secret.v1, { json: { data: 'YQ==' } })
    expect(jsonOf(await owner.get(secret.v2)).lastUpdatedAt).toMatch(TIMESTAMP)
  })

  test('has no owner after the user was deleted', async () => {
    const leaver = await world.user('leaver')
    await world.team(org, 'leavers', { MEMBER: [leaver] })
    const secret = await world.secret(org, {}, leaver)
    expectJson(await admin.delete(`/api/v1/user/${leaver.id}`), { ok: true })
    expect(jsonOf(await admin.get(secret.v2))).not.toHaveProperty('owner')
  })

  test('that is missing is a 404 without a body, for anybody', async () => {
    expectEmpty(await owner.get(secretNamed(org, 'nope').v2), 404)
    expectEmpty(await outsider.get(secretNamed(org, 'nope').v2), 404)
  })

  test('requires an existing organization', async () =>
    expectNoOrg(await owner.get('/api/v2/org/no-such-org/secret/open')))
  test('requires credentials', async () => expectUnauthorized(await anonymous.get(open.v2), { challenge: true }))
  test('supports GET and POST in v2', async () => {
    expectMethodNotAllowed(await owner.delete(open.v2), 'GET, HEAD, OPTIONS, POST')
  })
  test('supports DELETE, GET and POST in v1', async () => {
    expectMethodNotAllowed(await owner.put(open.v1, { json: {} }), 'DELETE, GET, HEAD, OPTIONS, POST')
  })
})

describe('the list', () => {
  test.each<[string, Caller]>([
    ['an admin', admin],
    ['a system reader', reader],
    ['a system writer', writer],
    ['the organization’s owner', orgOwner],
    ['a member, although they cannot open all', member],
  ])('has every secret for %s', async (_, as) => {
    expect(await names(as)).toEqual(expect.arrayContaining(ALL))
  })

  test('has the PUBLIC ones for a non-member', async () => {
    const seen = await names(outsider)
    expect(seen).toContain('open')
    expect(seen).not.toContain('closed')
  })

  test('has their own for a former member', async () => {
    const former = await world.user('former')
    await world.team(org, 'formers', { MEMBER: [former] })
    await world.secret(org, { name: 'of-former', visibility: 'PRIVATE' }, former)
    await admin.delete(`${org.v1}/team/formers`)
    expect(await names(former)).toContain('of-former')
    expect(await names(former)).not.toContain('closed')
  })

  test('has whole entries', async () => {
    const [entry] = jsonOf(await owner.get(`${org.v2}/secret`, { query: { filter: 'closed' } }))
    expect(entry).toEqual(jsonOf(await owner.get(closed.v2)))
  })

  test('is the same in v1', async () => {
    const query = { filter: 'closed' }
    expect(jsonOf(await owner.get(`${org.v1}/secret`, { query }))).toEqual(
      jsonOf(await owner.get(`${org.v2}/secret`, { query })),
    )
  })

  test('is filtered by a part of the name, ignoring case', async () =>
    expect(await names(owner, { filter: 'PER_C' })).toEqual(['Upper_case']))
  test('is not filtered by anything else', async () => expect(await names(owner, { filter: owner.name })).toEqual([]))
  test('is paged after filtering', async () => {
    const page = (offset: number) => names(owner, { filter: 'PE', offset, limit: 1 })
    const [first, second, third] = [await page(0), await page(1), await page(2)]
    expect([...first, ...second].toSorted()).toEqual(['Upper_case', 'open'])
    expect([first.length, third]).toEqual([1, []])
  })
  test('is ordered by name', async () => {
    const ordered = namesOf(await owner.get(`${org.v2}/secret`, { query: { filter: 'o' } })).filter((name) =>
      ['closed', 'open'].includes(name),
    )
    expect(ordered).toEqual(['closed', 'open'])
  })

  test('requires an existing organization', async () => expectNoOrg(await owner.get('/api/v2/org/no-such-org/secret')))
  test('checks the organization’s name', async () => {
    expectViolations(await owner.get('/api/v2/org/a%20b/secret'), { 'SecretResourceV2.list.arg0': nameViolation })
    expectViolations(await owner.get('/api/v1/org/a%20b/secret'), { 'SecretResource.list.arg0': nameViolation })
  })
  test('requires credentials', async () =>
    expectUnauthorized(await anonymous.get(`${org.v2}/secret`), { challenge: true }))
})

describe('the stores', () => {
  test('are Concord’s own only', async () => {
    expectJson(await outsider.get('/api/v1/secret/store'), [{ storeType: 'concord', description: 'Concord' }])
  })
})

describe('access', () => {
  test.each<[string, Caller]>([
    ['a member', member],
    ['an outsider', outsider],
  ])('%s reads no PRIVATE secret', async (_, as) => {
    expectSecretForbidden(await as.get(closed.v2), 'READER', 'closed')
  })
  test('a non-member can read a PUBLIC one', async () => expect(jsonOf(await outsider.get(open.v2)).id).toBe(open.id))
})

test('a password-protected secret is listed as such', async () => {
  await world.secret(org, { name: 'locked', storePassword: STORE_PASSWORD }, owner)
  expect(jsonOf(await outsider.get(secretNamed(org, 'locked').v2)).encryptedBy).toBe('PASSWORD')
})
