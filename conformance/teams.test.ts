import { describe, expect, test } from 'vitest'
import { admin, anonymous, type Caller } from './lib/caller.ts'
import {
  expectFailure,
  expectIdResult,
  expectJson,
  expectNoOrg,
  expectNotInOrg,
  expectResult,
  expectText,
  expectUnauthorized,
  expectValidationError,
  expectViolations,
  jsonOf,
  namesOf,
} from './lib/expect.ts'
import { made, newWorld, UNKNOWN_ID } from './lib/world.ts'
import { nameViolation, tooLongNamesAreRefused } from './versions.ts'

// concord-api §7.

const world = newWorld('teams')
const [orgOwner, teamOwner, maintainer, member, outsider, reader] = await Promise.all([
  world.user('orgowner'),
  world.user('teamowner'),
  world.user('maintainer'),
  world.user('member'),
  world.user('outsider'),
  world.user('reader', { roles: ['concordSystemReader'] }),
])
const org = await world.org('org', { owner: orgOwner })
const team = await world.team(org, 'keepers', { OWNER: [teamOwner], MAINTAINER: [maintainer], MEMBER: [member] })
const at = (name: string) => `${org.v1}/team/${name}`
const save = (json: Record<string, unknown>, as: Caller = admin) => as.post(`${org.v1}/team`, { json })
const usersOf = async (name: string) =>
  jsonOf(await admin.get(`${at(name)}/users`)).map((user: Record<string, string>) => [user.username, user.role])
const needs = (answer: Parameters<typeof expectText>[0], user: { name: string }, role: string) =>
  expectText(answer, 403, `The current user (${user.name}) does not have the required role: ${role}`)

/** A team with one maintainer, for tests that change it. */
const fresh = (name: string) => world.team(org, name, { MAINTAINER: [maintainer] })

describe('reading', () => {
  test('the list is ordered by name', async () => {
    const names = namesOf(await member.get(`${org.v1}/team`))
    expect(names).toEqual(expect.arrayContaining(['default', 'keepers']))
    expect(names).toEqual(names.toSorted())
  })

  test('even a non-member can see the list', async () => {
    expect(namesOf(await outsider.get(`${org.v1}/team`))).toContain('keepers')
  })

  test.each<[string, Caller]>([
    ['a member', member],
    ['the organization’s owner', orgOwner],
    ['a system reader', reader],
  ])('one has id, name and organization, for %s', async (_, as) => {
    expectJson(await as.get(at('keepers')), { id: team.id, orgId: org.id, orgName: org.name, name: 'keepers' })
  })

  test('its members are listed with role, by user name', async () => {
    const entries = jsonOf(await member.get(`${at('keepers')}/users`))
    expect(entries.map(({ username }: { username: string }) => username)).toEqual([
      'admin',
      maintainer.name,
      member.name,
      teamOwner.name,
    ])
    expect(entries[2]).toEqual({
      ...{ userId: member.id, username: member.name, displayName: 'The member', userType: 'LOCAL' },
      ...{ role: 'MEMBER', memberType: 'SINGLE' },
    })
  })

  test('the creator of a team becomes its maintainer', async () => {
    expect(await usersOf('keepers')).toContainEqual(['admin', 'MAINTAINER'])
  })

  test('without LDAP groups that list is empty', async () =>
    expectJson(await member.get(`${at('keepers')}/ldapGroups`), []))

  test.each(['', '/users', '/ldapGroups'])('.../team/keepers%s is for members only', async (path) => {
    expectNotInOrg(await outsider.get(at('keepers') + path), outsider, org)
  })

  test.each(['', '/users', '/ldapGroups'])('.../team/nope%s is a validation error', async (path) => {
    expectValidationError(await member.get(at('nope') + path), 'Team not found: nope')
  })

  test('names are not checked', async () => expectValidationError(await member.get(at('a%20b')), 'Team not found: a b'))
  test('the organization must exist', async () => expectNoOrg(await member.get('/api/v1/org/no-such-org/team')))
  test('requires credentials', async () => expectUnauthorized(await anonymous.get(at('keepers')), { challenge: true }))
})

describe('creating', () => {
  test.each([
    ['an admin', admin, 'by-admin'],
    ['the organization’s owner', orgOwner, 'by-org-owner'],
    ['an owner of any team', teamOwner, 'by-team-owner'],
  ])('is allowed for %s', async (_, as, name) => {
    expectIdResult(await save({ name, description: 'text' }, as), 'CREATED')
    expect(jsonOf(await admin.get(at(name))).description).toBe('text')
  })

  test.each([
    ['a maintainer', maintainer],
    ['a member', member],
    ['a system reader', reader],
  ])('is denied to %s', async (_, user) => {
    needs(await save({ name: 'never' }, user), user, 'OWNER')
  })

  test('is denied to a non-member', async () => expectNotInOrg(await save({ name: 'never' }, outsider), outsider, org))

  test('without a name is rejected', async () => {
    expectViolations(await save({}), { 'TeamEntry.createOrUpdate.arg1.name': 'must not be null' })
  })
  test.each(['ab', 'a b'])('with the name "%s" is rejected', async (name) => {
    expectViolations(await save({ name }), { 'TeamEntry.createOrUpdate.arg1.name': nameViolation })
  })

  test('with a name of 129 characters is rejected', async () => {
    const answer = await save({ name: 'x'.repeat(129) })
    if (tooLongNamesAreRefused) expectViolations(answer, { 'TeamEntry.createOrUpdate.arg1.name': nameViolation })
    else expectFailure(answer, 'org.jooq.exception.')
  })

  test('with a description of more than 2048 characters is rejected', async () => {
    expectViolations(await save({ name: 'never', description: 'x'.repeat(2049) }), {
      'TeamEntry.createOrUpdate.arg1.description': 'size must be between 0 and 2048',
    })
  })
})

describe('updating', () => {
  test('may be done by a maintainer', async () => {
    const { id } = await fresh('described')
    expect(expectIdResult(await save({ name: 'described', description: 'new' }, maintainer), 'UPDATED')).toBe(id)
  })

  test.each<[string, Caller, string]>([
    ['a maintainer', maintainer, 'after'],
    ['the organization’s owner', orgOwner, 'after-all'],
  ])('by id renames, for %s', async (_, as, name) => {
    const { id } = await fresh(`before-${name}`)
    expectIdResult(await save({ id, name }, as), 'UPDATED')
    expect(jsonOf(await member.get(at(name))).id).toBe(id)
  })
  test('to a taken name fails', async () => {
    const { id } = await fresh('taking')
    expectFailure(await save({ id, name: 'keepers' }), 'org.jooq.exception.')
  })

  test('is denied to a member', async () =>
    needs(await save({ id: team.id, name: 'keepers' }, member), member, 'MAINTAINER'))
  test('of an unknown id is a validation error', async () => {
    expectValidationError(await save({ id: UNKNOWN_ID, name: 'never' }, maintainer), `Team not found: ${UNKNOWN_ID}`)
  })
})

describe('members', () => {
  const put = (name: string, json: unknown, as: Caller = maintainer, query = '') =>
    as.put(`${at(name)}/users${query}`, { json })

  test('are added by a maintainer, by default as MEMBER', async () => {
    await fresh('adding')
    expectJson(await put('adding', [{ username: member.name, userType: 'LOCAL' }]), { ok: true })
    expect(await usersOf('adding')).toContainEqual([member.name, 'MEMBER'])
  })

  test('can be given by id', async () => {
    await fresh('by-id')
    expectJson(await put('by-id', [{ userId: member.id, role: 'OWNER' }]), { ok: true })
    expect(await usersOf('by-id')).toContainEqual([member.name, 'OWNER'])
  })

  test('that already exist get the new role', async () => {
    await fresh('changing')
    await put('changing', [{ userId: member.id, role: 'OWNER' }])
    expectJson(await put('changing', [{ userId: member.id, role: 'MEMBER' }]), { ok: true })
    expect(await usersOf('changing')).toContainEqual([member.name, 'MEMBER'])
  })

  test('are found ignoring the case of the name', async () => {
    await fresh('upper')
    expectJson(await put('upper', [{ username: member.name.toUpperCase(), userType: 'LOCAL' }]), { ok: true })
    expect(await usersOf('upper')).toContainEqual([member.name, 'MEMBER'])
  })

  test('are all replaced with replace=true', async () => {
    await fresh('replaced')
    expectJson(await put('replaced', [{ userId: member.id }], maintainer, '?replace=true'), { ok: true })
    expect(await usersOf('replaced')).toEqual([[member.name, 'MEMBER']])
  })

  test('are all removed by an empty list with replace=true', async () => {
    await fresh('emptied')
    expectJson(await put('emptied', [], admin, '?replace=true'), { ok: true })
    expect(await usersOf('emptied')).toEqual([])
  })

  test('an empty list without replace is rejected', async () =>
    expectValidationError(await put('keepers', []), 'Empty user list'))
  test('whose name is unknown are a 500', async () => {
    expectText(await put('keepers', [{ username: 'no-such-user' }]), 500, 'User not found: no-such-user')
  })
  test('whose id is unknown are a 500', async () =>
    expectFailure(await put('keepers', [{ userId: UNKNOWN_ID }]), 'org.jooq.exception.'))
  test('that are unknown leave all others as they were', async () => {
    await fresh('whole')
    const before = await usersOf('whole')
    const json = [{ userId: member.id }, { username: 'no-such-user' }]
    expectText(await put('whole', json, maintainer, '?replace=true'), 500, 'User not found: no-such-user')
    expectFailure(await put('whole', [{ userId: UNKNOWN_ID }], maintainer, '?replace=true'), 'org.jooq.exception.')
    expect(await usersOf('whole')).toEqual(before)
  })
  test('with neither are a 500', async () => expectText(await put('keepers', [{}]), 500, 'User not found: null'))
  test('with an invalid role are a 500', async () => {
    expectFailure(await put('keepers', [{ userId: member.id, role: 'KING' }]), 'com.fasterxml.jackson.')
  })

  test('cannot be added by a member', async () =>
    needs(await put('keepers', [{ userId: member.id }], member), member, 'MAINTAINER'))
  test('cannot be added by a non-member', async () => {
    expectNotInOrg(await put('keepers', [{ userId: outsider.id }], outsider), outsider, org)
  })

  test('are removed by user name, ignoring case; unknown names are ignored', async () => {
    await fresh('removing')
    await put('removing', [{ userId: member.id }])
    const remove = (json: string[]) => maintainer.delete(`${at('removing')}/users`, { json })
    expectValidationError(await remove([]), 'Empty user list')
    expectJson(await remove([member.name.toUpperCase(), 'no-such-user']), { ok: true })
    expect(await usersOf('removing')).not.toContainEqual([member.name, 'MEMBER'])
  })

  test('cannot be removed by a member', async () => {
    needs(await member.delete(`${at('keepers')}/users`, { json: [teamOwner.name] }), member, 'MAINTAINER')
  })
})

describe('LDAP groups', () => {
  const put = (name: string, json: unknown, as: Caller = admin) => as.put(`${at(name)}/ldapGroups`, { json })

  test('can be set', async () => {
    await fresh('grouped')
    expectJson(await put('grouped', [{ group: 'cn=x,dc=example', role: 'MEMBER' }]), { ok: true })
    expectJson(await admin.get(`${at('grouped')}/ldapGroups`), [{ group: 'cn=x,dc=example', role: 'MEMBER' }])
  })

  test('are added to, and replaced as a whole with replace=true', async () => {
    await fresh('groups')
    const groups = `${at('groups')}/ldapGroups`
    const listed = async () =>
      jsonOf(await admin.get(groups))
        .map(({ group, role }: Record<string, string>) => `${group} ${role}`)
        .toSorted()
    await put('groups', [{ group: 'cn=a', role: 'MEMBER' }])
    expectJson(await put('groups', [{ group: 'cn=b', role: 'OWNER' }]), { ok: true })
    expect(await listed()).toEqual(['cn=a MEMBER', 'cn=b OWNER'])
    expectJson(await admin.put(`${groups}?replace=true`, { json: [{ group: 'cn=c', role: 'MAINTAINER' }] }), {
      ok: true,
    })
    expect(await listed()).toEqual(['cn=c MAINTAINER'])
    expectJson(await admin.put(`${groups}?replace=true`, { json: [] }), { ok: true })
    expect(await listed()).toEqual([])
  })
  test('an empty list without replace is rejected', async () => {
    expectValidationError(await put('keepers', []), 'Empty LDAP group list')
  })
  test('need a role', async () => expectFailure(await put('keepers', [{ group: 'cn=x' }]), 'com.fasterxml.jackson.'))
  test('cannot be set by a member', async () => {
    needs(await put('keepers', [{ group: 'cn=x', role: 'MEMBER' }], member), member, 'MAINTAINER')
  })
})

describe('deleting', () => {
  test('is denied to a maintainer, even the creator', async () => {
    expectIdResult(await save({ name: 'own-making' }, teamOwner), 'CREATED')
    needs(await teamOwner.delete(at('own-making')), teamOwner, 'OWNER')
  })

  test('is denied to a non-member', async () => expectNotInOrg(await outsider.delete(at('keepers')), outsider, org))
  test('of one that does not exist is a validation error', async () => {
    expectValidationError(await admin.delete(at('nope')), 'Team not found: nope')
  })

  test.each([
    ['an admin', admin, 'gone-1'],
    ['the organization’s owner', orgOwner, 'gone-2'],
    ['its owner', teamOwner, 'gone-3'],
  ])('is allowed for %s', async (_, as, name) => {
    await world.team(org, name, { OWNER: [teamOwner] })
    expectResult(await as.delete(at(name)), 'DELETED')
    expectValidationError(await admin.get(at(name)), `Team not found: ${name}`)
  })

  test('removes its access to secrets', async () => {
    const { id } = await world.team(org, 'gone-4')
    const secret = await world.secret(org)
    await world.grant(secret, [{ team: { id, name: 'gone-4' }, level: 'READER' }])
    made(await admin.delete(at('gone-4')))
    expectJson(await admin.get(`${secret.v1}/access`), [])
  })
})
