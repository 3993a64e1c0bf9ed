import { expect, test } from 'vitest'
import type { ResourceAccess } from '#api/types.ts'
import {
  changeWords,
  differences,
  edit,
  isChanged,
  rebase,
  resultOf,
  rowsOf,
  type Staged,
  teamTitle,
} from './grants.ts'

const devs = { teamId: 't1', teamName: 'devs' }
const ops = { teamId: 't2', teamName: 'ops' }
const qa = { teamId: 't3', teamName: 'qa' }
const base: ResourceAccess[] = [
  { ...ops, level: 'OWNER' },
  { ...devs, level: 'READER' },
]
const untouched: Staged = { base, edits: {} }

test('nothing staged is what is there, by name', () => {
  expect(rowsOf(untouched).map(({ teamName, after }) => [teamName, after])).toEqual([
    ['devs', 'READER'],
    ['ops', 'OWNER'],
  ])
  expect(rowsOf(untouched).some(isChanged)).toBe(false)
})

test('teams are added, changed and removed without touching the others', () => {
  const staged = edit(edit(edit(untouched, qa, 'READER'), devs, 'WRITER'), ops, undefined)
  expect(rowsOf(staged)).toEqual([
    { ...devs, before: 'READER', after: 'WRITER' },
    { ...ops, before: 'OWNER' },
    { ...qa, after: 'READER' },
  ])
  expect(resultOf(staged)).toEqual([
    { ...devs, level: 'WRITER' },
    { ...qa, level: 'READER' },
  ])
  expect(rowsOf(staged).map(changeWords)).toEqual(['Reader → Writer', 'loses Owner', 'gets Reader'])
})

test('wanting what is there takes an edit back', () => {
  expect(edit(edit(untouched, devs, 'WRITER'), devs, 'READER').edits).toEqual({})
  expect(edit(edit(untouched, qa, 'READER'), qa, undefined).edits).toEqual({})
})

test('the order in which Concord lists grants is no difference', () => {
  expect(differences(base, [...base].reverse())).toEqual([])
})

test('what somebody else did is told apart', () => {
  const now: ResourceAccess[] = [
    { ...devs, level: 'OWNER' },
    { ...qa, level: 'READER' },
  ]
  expect(differences(base, now).map((row) => [row.teamName, changeWords(row)])).toEqual([
    ['devs', 'Reader → Owner'],
    ['ops', 'loses Owner'],
    ['qa', 'gets Reader'],
  ])
})

test('edits carry over to what is there now, without those that are done already', () => {
  const staged = edit(edit(untouched, devs, 'WRITER'), ops, undefined)
  const now: ResourceAccess[] = [
    { ...devs, level: 'OWNER' },
    { ...qa, level: 'READER' },
  ]
  const rebased = rebase(staged, now)
  expect(rebased.edits).toEqual({ t1: { teamName: 'devs', level: 'WRITER' } })
  expect(resultOf(rebased)).toEqual([
    { ...devs, level: 'WRITER' },
    { ...qa, level: 'READER' },
  ])
})

test('a team of another organization is named with it', () => {
  expect(teamTitle('default', undefined)).toBe('default')
  expect(teamTitle('default', 'acme')).toBe('default of acme')
  expect(teamTitle('default', '')).toBe('default of another organization')
})
