import { expect, test } from 'vitest'
import type { AccessLevel, ResourceAccess } from '#api/types.ts'
import { lockOut } from './lockOut.ts'
import type { RightFacts } from './rights.ts'

const grant = (teamId: string, level: AccessLevel): ResourceAccess => ({ teamId, teamName: teamId, level })
const team = (id: string) => ({ id, orgId: 'o1', orgName: 'acme', name: id })

const facts = (changes: Partial<RightFacts> = {}): RightFacts & { access: ResourceAccess[] } => ({
  secret: {
    id: 's1',
    name: 'git-key',
    orgId: 'o1',
    orgName: 'acme',
    type: 'KEY_PAIR',
    storeType: 'concord',
    encryptedBy: 'SERVER_KEY',
    visibility: 'PRIVATE',
    owner: { username: 'olga' },
    projects: [],
    createdAt: '2026-01-01T00:00:00.000Z',
  },
  whoami: { username: 'alice', displayName: 'Alice', realm: 'internal', orgs: [{ id: 'o1', name: 'acme' }] },
  userInfo: { id: 'u1', displayName: 'Alice', teams: [{ orgName: 'acme', teamName: 'devs', role: 'MEMBER' }] },
  org: { id: 'o1', name: 'acme', visibility: 'PUBLIC', owner: { username: 'boss' } },
  teams: [team('devs'), team('ops')],
  ...changes,
  access: changes.access ?? [grant('devs', 'OWNER'), grant('ops', 'READER')],
})

test('no warning while my team keeps Owner, whatever happens to others', () => {
  expect(lockOut(facts(), [grant('devs', 'OWNER')])).toEqual({ risk: 'none' })
})

test('a lower level of my team takes the control away', () => {
  expect(lockOut(facts(), [grant('devs', 'WRITER')])).toEqual({ risk: 'control', left: 'WRITER' })
})

test('without any grant to my teams I cannot even open it, unless it is public', () => {
  expect(lockOut(facts(), [grant('ops', 'OWNER')])).toEqual({ risk: 'access' })
  const secret = { ...facts().secret, visibility: 'PUBLIC' as const }
  expect(lockOut(facts({ secret }), [])).toEqual({ risk: 'control', left: 'public' })
})

test('owners and administrators cannot lock themselves out', () => {
  const { secret, org } = facts()
  expect(lockOut(facts({ secret: { ...secret, owner: { username: 'alice' } } }), []).risk).toBe('none')
  expect(lockOut(facts({ org: org && { ...org, owner: { username: 'alice' } } }), []).risk).toBe('none')
  expect(lockOut(facts({ userInfo: { id: 'u1', displayName: 'A', roles: ['concordAdmin'] } }), []).risk).toBe('none')
})

test('where my teams cannot be known, taking Owner from any team cannot be judged', () => {
  expect(lockOut(facts({ userInfo: null }), [grant('ops', 'READER')])).toMatchObject({ risk: 'unknown' })
  expect(lockOut(facts({ userInfo: null }), [grant('devs', 'OWNER')])).toEqual({ risk: 'none' })
})
