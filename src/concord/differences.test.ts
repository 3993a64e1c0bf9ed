import { expect, test } from 'vitest'
import type { Secret } from '#api/types.ts'
import { differences, sentence } from './differences.ts'

const secret = (changes: Partial<Secret> = {}): Secret => ({
  id: 's1',
  name: 'git-key',
  orgId: 'o1',
  orgName: 'acme',
  type: 'KEY_PAIR',
  storeType: 'concord',
  encryptedBy: 'SERVER_KEY',
  visibility: 'PRIVATE',
  owner: { id: 'u1', username: 'olga' },
  projects: [
    { id: 'p1', name: 'web' },
    { id: 'p2', name: 'api' },
  ],
  createdAt: '2026-01-01T00:00:00.000Z',
  ...changes,
})

test('the same secret has no differences, whatever the order of its projects and the age of its value', () => {
  const again = secret({ projects: [...secret().projects].reverse(), lastUpdatedAt: '2026-02-01T00:00:00.000Z' })
  expect(differences(secret(), again)).toEqual([])
})

test('says what is true now', () => {
  expect(differences(secret(), secret({ visibility: 'PUBLIC' }))).toEqual(['it is PUBLIC now (it was PRIVATE)'])
  expect(differences(secret(), secret({ name: 'deploy' }))).toEqual(['its name is deploy now'])
  expect(differences(secret(), secret({ orgName: 'platform' }))).toEqual(['it is in platform now'])
  expect(differences(secret(), secret({ owner: { id: 'u2', username: 'bob' } }))).toEqual(['its owner is bob now'])
  expect(differences(secret(), secret({ projects: [{ id: 'p1', name: 'web' }] }))).toEqual(['only web may use it now'])
  expect(differences(secret(), secret({ projects: [] }))).toEqual(['every project of acme may use it now'])
})

test('an owner whose user was deleted is nobody', () => {
  const { owner: _, ...ownerless } = secret()
  expect(differences(secret(), ownerless)).toEqual(['its owner is nobody now'])
})

test('another secret under the same name is not compared further', () => {
  expect(differences(secret(), secret({ id: 's2', visibility: 'PUBLIC' }))).toEqual([
    'another secret has this name now',
  ])
})

test('several differences make one sentence', () => {
  expect(sentence(['it is PUBLIC now', 'its owner is bob now'])).toBe('It is PUBLIC now and its owner is bob now.')
})
