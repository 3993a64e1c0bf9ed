import { expect, test } from 'vitest'
import type { Organization, UserInfo, Whoami } from '#api/types.ts'
import { roleIn } from './roleIn.ts'

const acme: Organization = { id: '1', name: 'acme', visibility: 'PUBLIC', owner: { id: '9', username: 'boss' } }
const alice: Whoami = { username: 'alice', displayName: 'Alice' }
const info = (rest: Partial<UserInfo>): UserInfo => ({ id: '2', displayName: 'Alice', ...rest })
const team = (role: 'OWNER' | 'MAINTAINER' | 'MEMBER', orgName = 'acme') => ({ orgName, teamName: 'devs', role })

test.each<[string, Whoami, UserInfo | null | undefined, string]>([
  ['its owner', { ...alice, username: 'boss' }, undefined, 'Owner'],
  ['the strongest of several teams', alice, info({ teams: [team('MEMBER'), team('MAINTAINER')] }), 'Maintainer'],
  ['an owner of a team', alice, info({ teams: [team('OWNER')] }), 'Team owner'],
  ['a member of a team elsewhere', alice, info({ teams: [team('OWNER', 'other')] }), ''],
  ['through an LDAP group', { ...alice, orgs: [{ id: '1', name: 'acme' }] }, info({}), 'Member'],
  ['a Concord without userInfo', { ...alice, orgs: [{ id: '1', name: 'acme' }] }, null, 'Member'],
  ['an administrator', alice, info({ roles: ['concordAdmin'] }), 'Administrator'],
  ['a stranger', alice, info({}), ''],
])('%s', (_, whoami, userInfo, expected) => {
  expect(roleIn(acme, { whoami, userInfo })).toBe(expected)
})
