import { expect, test } from 'vitest'
import { statusWords } from './statusWords.ts'

const words = (found: Partial<Parameters<typeof statusWords>[0]>) =>
  statusWords({
    ...{ noun: { one: 'project', many: 'projects' }, term: 'web', matching: 0, hasMore: false, isSearching: false },
    ...found,
  })

test('counts the matches', () => {
  expect(words({ matching: 1 })).toBe('1 project')
  expect(words({ matching: 20 })).toBe('20 projects')
})

test('says when not all are shown, with the total where it is known', () => {
  expect(words({ matching: 154 })).toBe('20 of 154, type more')
  expect(words({ matching: 200, hasMore: true })).toBe('First 20, type more')
})

test('no match is not an empty list', () => {
  expect(words({})).toBe('No project matches')
  expect(words({ term: '' })).toBe('No projects to choose from')
})

test('says nothing else while it searches', () => {
  expect(words({ isSearching: true, matching: 3 })).toBe('Searching…')
})
