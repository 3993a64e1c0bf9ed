import { expect, test } from 'vitest'
import { KEEP, repositoriesDo, STOP, teamsDo, usageNotes } from './effects.ts'
import { exampleSecret as secret } from './examples.ts'
import type { Usage, UsageLookup } from './usage.ts'

const look = (changes: Partial<Usage> = {}): UsageLookup => ({
  data: {
    uses: [{ id: 'r1', name: 'api', projectName: 'web', orgName: 'acme' }],
    total: 1,
    more: false,
    hidden: undefined,
    hiddenProjects: [],
    ...changes,
  },
  error: null,
  check: () => {},
})
const hiddenProjects = [{ projectName: 'x', orgName: 'acme' }]
const unknown: UsageLookup = { data: undefined, error: null, check: () => {} }

test('a number of repositories is only said when it is known, and none for none', () => {
  const said = (usage: UsageLookup, of = secret()) =>
    repositoriesDo(of, usage, STOP).map(({ what, does }) => `${what} ${does}`)
  expect(said(unknown)).toEqual(['Repositories that use it stop working'])
  expect(said({ ...unknown, unchecked: 300 })).toEqual(['Repositories that use it stop working (not checked yet)'])
  expect(said(look())).toEqual(['1 repository stops working'])
  expect(said(look({ hidden: 2, hiddenProjects }))).toEqual(['3 repositories stop working'])
  expect(said(look({ hidden: 0, total: 10_000, more: true }))).toEqual(['at least 10,000 repositories stop working'])
  expect(said(look({ uses: [], total: 0, hiddenProjects }))).toEqual([])
  expect(said(look(), secret({ encryptedBy: 'PASSWORD' }))).toEqual([])
})

test('teams: a number once it is known', () => {
  const said = (access: unknown[] | undefined) => teamsDo(access, KEEP).map(({ what, does }) => `${what} ${does}`)
  expect([undefined, [], [1], [1, 2]].flatMap(said)).toEqual([
    'Teams with a grant keep access',
    '1 team keeps access',
    '2 teams keep access',
  ])
})

test('what is not visible, and links that are broken, are said once', () => {
  const said = (usage: UsageLookup, of = secret()) => usageNotes(of, usage).map(({ what, does }) => `${what} ${does}`)
  expect(said(look())).toEqual([])
  expect(said(look({ hiddenProjects }))).toEqual(["1 project isn't visible to you: more repositories may use it"])
  expect(said(look({ hidden: 2, hiddenProjects }))).toEqual(["2 of these repositories aren't visible to you"])
  expect(said(look({ hidden: 0, hiddenProjects: [] }), secret({ encryptedBy: 'PASSWORD' }))).toEqual([
    '1 broken link: a repository cannot use a secret with a store password',
  ])
  expect(said(look({ uses: [], total: 0, hidden: 2 }), secret({ encryptedBy: 'PASSWORD' }))).toEqual([
    '2 broken links: a repository cannot use a secret with a store password',
  ])
})
