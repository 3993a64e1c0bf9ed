import { expect, test } from 'vitest'
import { exampleSecret as secret } from './examples.ts'
import { differences, grantItems, keepers, ownerKeeps, publicReach } from './words.ts'

test('teams of the same name are told apart by their organization, where it is known', () => {
  const grant = (teamId: string) => ({ teamId, teamName: 'default', level: 'READER' as const })
  const team = (id: string, orgName: string) => ({ id, orgId: orgName, orgName, name: 'default' })
  const grants = [grant('t1'), grant('t2'), grant('t3')]
  expect(grantItems(grants, 'acme', [team('t1', 'acme'), team('t2', 'platform')])).toEqual([
    { id: 't1', text: 'default (Reader)' },
    { id: 't3', text: 'default of another organization (Reader)' },
    { id: 't2', text: 'default of platform (Reader)' },
  ])
  expect(grantItems([grant('t1')], 'acme', undefined)).toEqual([{ id: 't1', text: 'default (Reader)' }])
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
    'team devs (Reader)',
    'administrators and system accounts',
  ])
  const { owner: _, ...ownerless } = secret()
  expect(texts(ownerless, { org: undefined, access: [], teams: [] })).toEqual(['administrators and system accounts'])
})

test('a former owner keeps what teams give, and what does not come from owning it', () => {
  const org = { id: 'o1', name: 'acme', visibility: 'PUBLIC' as const, owner: { username: 'boss' } }
  const grant = { teamId: 't1', teamName: 'devs', level: 'READER' as const }
  expect(ownerKeeps(secret(), { org, access: [grant] })).toBe('only what the grants to 1 team give')
  expect(ownerKeeps(secret(), { org, access: [] })).toBe('nothing, because no team has a grant')
  expect(ownerKeeps(secret(), { org, access: undefined })).toBe('only what grants to teams give')
  expect(ownerKeeps(secret({ visibility: 'PUBLIC' }), { org, access: [] })).toContain(
    'a public secret allows everybody',
  )
  expect(ownerKeeps(secret({ owner: { username: 'boss' } }), { org, access: [] })).toContain('the owner of acme')
  expect(ownerKeeps(secret(), { org, access: [], isAdmin: true })).toContain('administrator')
})

const limited = (changes = {}) =>
  secret({
    projects: [
      { id: 'p1', name: 'web' },
      { id: 'p2', name: 'api' },
    ],
    ...changes,
  })

test('the same secret has no differences, whatever the order of its projects and the age of its value', () => {
  const again = limited({ projects: limited().projects.reverse(), lastUpdatedAt: '2026-02-01T00:00:00.000Z' })
  expect(differences(limited(), again)).toBeUndefined()
})

test.each([
  [{ visibility: 'PUBLIC' }, 'It is public now (it was private).'],
  [{ name: 'deploy' }, 'Its name is deploy now.'],
  [{ orgName: 'platform' }, 'It is in platform now.'],
  [{ owner: { id: 'u2', username: 'bob' } }, 'Its owner is bob now.'],
  [{ projects: [{ id: 'p1', name: 'web' }] }, 'Only web may use it now.'],
  [{ projects: [] }, 'Every project of acme may use it now.'],
  [
    { visibility: 'PUBLIC', owner: { id: 'u2', username: 'bob' } },
    'It is public now (it was private) and its owner is bob now.',
  ],
])('a changed secret: %j', (changes, words) => {
  expect(differences(limited(), limited(changes))).toBe(words)
})

test('an owner whose user was deleted is nobody', () => {
  const { owner: _, ...ownerless } = secret()
  expect(differences(secret(), ownerless)).toBe('Its owner is nobody now.')
})

test('another secret with the same name is not compared further', () => {
  const other = secret({ id: 's2', visibility: 'PUBLIC' })
  expect(differences(secret(), other)).toBe('Another secret has this name now.')
})
