import { describe, expect, test } from 'vitest'
import { exampleFacts as facts } from './examples.ts'
import { type RightFacts, rightTo } from './rights.ts'

test('a member without a grant has no right, and is told who to ask', () => {
  expect(rightTo('WRITER', facts())).toEqual({
    verdict: 'no',
    why: 'Needs Writer access to this secret: ask its owner olga.',
  })
})

test('a grant to one of my teams counts from its level on', () => {
  const withGrant = (level: 'READER' | 'WRITER') => facts({ access: [{ teamId: 't1', teamName: 'devs', level }] })
  expect(rightTo('WRITER', withGrant('READER')).verdict).toBe('no')
  expect(rightTo('WRITER', withGrant('WRITER')).verdict).toBe('yes')
  expect(rightTo('OWNER', withGrant('WRITER')).verdict).toBe('no')
})

test('a grant to a team of the same name in another organization is not mine', () => {
  const access = [{ teamId: 't9', teamName: 'devs', level: 'OWNER' as const }]
  expect(rightTo('WRITER', facts({ access })).verdict).toBe('no')
})

test('a surviving grant to my team of another organization counts when that team is known, and is in doubt otherwise', () => {
  const access = [{ teamId: 't9', teamName: 'ops', level: 'OWNER' as const }]
  const { userInfo, teams = [] } = facts()
  const inOps = userInfo && {
    ...userInfo,
    teams: [{ orgName: 'platform', teamName: 'ops', role: 'MEMBER' as const }],
  }
  expect(rightTo('OWNER', facts({ access, userInfo: inOps })).verdict).toBe('unknown')
  const ops = { id: 't9', orgId: 'o2', orgName: 'platform', name: 'ops' }
  expect(rightTo('OWNER', facts({ access, userInfo: inOps, teams: [...teams, ops] })).verdict).toBe('yes')
})

test('owners and administrators may do everything', () => {
  const { secret, org } = facts()
  expect(rightTo('OWNER', facts({ secret: { ...secret, owner: { username: 'alice' } } })).verdict).toBe('yes')
  expect(rightTo('OWNER', facts({ org: org && { ...org, owner: { username: 'alice' } } })).verdict).toBe('yes')
  expect(rightTo('OWNER', facts({ userInfo: { id: 'u1', displayName: 'A', roles: ['concordAdmin'] } })).verdict).toBe(
    'yes',
  )
})

describe('changing a secret takes membership in its organization', () => {
  const outside = (changes: Partial<RightFacts> = {}) => {
    const { whoami } = facts()
    return facts({ whoami: { ...whoami, orgs: [{ id: 'o2', name: 'platform' }] }, ...changes })
  }
  const withRole = (role: string) => ({ userInfo: { id: 'u1', displayName: 'Alice', roles: [role] } })
  const secret = (changes: Partial<RightFacts['secret']>) => ({ secret: { ...facts().secret, ...changes } })
  const NOT_A_MEMBER = {
    verdict: 'no',
    why: 'You are not a member of acme: only its members can do this. Ask its owner boss to add you to a team.',
    missing: 'membership',
  }

  test('for its owner, a team that kept its grant, and readers of a public secret too', () => {
    const mine = secret({ owner: { username: 'alice' } })
    expect(rightTo('WRITER', outside(mine))).toEqual(NOT_A_MEMBER)
    expect(rightTo('OWNER', outside(mine))).toEqual(NOT_A_MEMBER)
    expect(rightTo('WRITER', outside(secret({ visibility: 'PUBLIC' })))).toEqual(NOT_A_MEMBER)
    const access = [{ teamId: 't1', teamName: 'devs', level: 'OWNER' as const }]
    expect(rightTo('OWNER', outside({ access }))).toEqual(NOT_A_MEMBER)
  })

  test('reading it does not', () => {
    expect(rightTo('READER', outside(secret({ owner: { username: 'alice' } }))).verdict).toBe('yes')
    expect(rightTo('READER', outside(secret({ visibility: 'PUBLIC' }))).verdict).toBe('yes')
    expect(rightTo('READER', outside()).verdict).toBe('no')
  })

  test('system accounts and the organization’s owner belong to it without a team', () => {
    for (const role of ['concordSystemReader', 'concordSystemWriter', 'concordAdmin'])
      expect(rightTo('WRITER', outside({ ...withRole(role), ...secret({ visibility: 'PUBLIC' }) })).verdict).toBe('yes')
    expect(rightTo('WRITER', outside(withRole('concordSystemReader'))).verdict).toBe('no')
    expect(rightTo('READER', outside(withRole('concordSystemReader'))).verdict).toBe('yes')
    const { org } = facts()
    expect(rightTo('OWNER', outside({ org: org && { ...org, owner: { username: 'alice' } } })).verdict).toBe('yes')
  })

  test('where the roles are not known the verdict is unknown', () => {
    const mine = secret({ owner: { username: 'alice' } })
    expect(rightTo('OWNER', outside({ ...mine, userInfo: null })).verdict).toBe('unknown')
    expect(rightTo('OWNER', outside({ ...mine, userInfo: undefined })).verdict).toBe('unknown')
    expect(rightTo('OWNER', outside({ ...mine, org: undefined })).verdict).toBe('unknown')
  })
})

test('PUBLIC lets every member change it, but not own it', () => {
  const secret = { ...facts().secret, visibility: 'PUBLIC' as const }
  expect(rightTo('WRITER', facts({ secret })).verdict).toBe('yes')
  expect(rightTo('OWNER', facts({ secret })).verdict).toBe('no')
})

test('where a fact is missing the verdict is unknown', () => {
  expect(rightTo('WRITER', facts({ userInfo: null })).verdict).toBe('unknown')
  expect(rightTo('WRITER', facts({ access: undefined })).verdict).toBe('unknown')
  const { whoami } = facts()
  expect(rightTo('WRITER', facts({ whoami: { ...whoami, realm: 'ldap' } })).verdict).toBe('unknown')
})
