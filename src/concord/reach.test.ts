import { expect, test } from 'vitest'
import type { Secret } from '#api/types.ts'
import { keepers, ownerKeeps, publicReach } from './reach.ts'

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
  projects: [],
  createdAt: '2026-01-01T00:00:00.000Z',
  ...changes,
})

test('a public secret without store password or projects can be downloaded by everybody', () => {
  expect(publicReach(secret())).toContain('download its value: no store password')
  expect(publicReach(secret({ projects: [{ id: 'p1', name: 'web' }] }))).toContain('limit to 1 project keeps them')
  expect(publicReach(secret({ encryptedBy: 'PASSWORD' }))).toContain('store password as well')
})

test('a private secret keeps its owner, the owner of the organization and the teams with a grant', () => {
  const org = { id: 'o1', name: 'acme', visibility: 'PUBLIC' as const, owner: { username: 'boss' } }
  const access = [{ teamId: 't1', teamName: 'devs', level: 'READER' as const }]
  const texts = (...args: Parameters<typeof keepers>) => keepers(...args).map(({ text }) => text)
  expect(texts(secret(), { org, access, teams: undefined })).toEqual([
    'olga, its owner',
    'boss, the owner of acme',
    'team devs (READER)',
    'administrators and system accounts',
  ])
  const { owner: _, ...ownerless } = secret()
  expect(texts(ownerless, { org: undefined, access: [], teams: [] })).toEqual(['administrators and system accounts'])
})

test('who gives a secret away keeps what teams give, and what does not come from owning it', () => {
  const org = { id: 'o1', name: 'acme', visibility: 'PUBLIC' as const, owner: { username: 'boss' } }
  const grant = { teamId: 't1', teamName: 'devs', level: 'READER' as const }
  expect(ownerKeeps(secret(), { org, access: [grant] })).toBe('only what the grants to 1 team give')
  expect(ownerKeeps(secret(), { org, access: [] })).toBe('nothing, for no team has a grant')
  expect(ownerKeeps(secret(), { org, access: undefined })).toBe('only what grants to teams give')
  expect(ownerKeeps(secret({ visibility: 'PUBLIC' }), { org, access: [] })).toContain('a public secret lets everybody')
  expect(ownerKeeps(secret({ owner: { username: 'boss' } }), { org, access: [] })).toContain('the owner of acme')
  expect(ownerKeeps(secret(), { org, access: [], isAdmin: true })).toContain('administrator')
})
