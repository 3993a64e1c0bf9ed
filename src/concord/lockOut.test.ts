import { expect, test } from 'vitest'
import type { AccessLevel, ResourceAccess } from '#api/types.ts'
import { exampleFacts } from './examples.ts'
import { lockOut } from './lockOut.tsx'
import type { RightFacts } from './rights.ts'

const grant = (teamId: string, level: AccessLevel): ResourceAccess => ({ teamId, teamName: teamId, level })
const team = (id: string) => ({ id, orgId: 'o1', orgName: 'acme', name: id })

const facts = (changes: Partial<RightFacts> = {}) => {
  const access = [grant('devs', 'OWNER'), grant('ops', 'READER')]
  return { ...exampleFacts({ teams: [team('devs'), team('ops')], ...changes }), access }
}

test('no warning while my team keeps Owner, whatever happens to others', () => {
  expect(lockOut(facts(), [grant('devs', 'OWNER')])).toEqual({ risk: 'none' })
})

test('a lower level of my team gives up control of access', () => {
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
