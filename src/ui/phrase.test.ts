import { expect, test } from 'vitest'
import { matchesPhrase } from './phrase.ts'

test('the name must be typed exactly', () => {
  expect(matchesPhrase('git-key', 'git-key')).toBe(true)
  expect(matchesPhrase('Git-key', 'git-key')).toBe(false)
  expect(matchesPhrase('git-ke', 'git-key')).toBe(false)
  expect(matchesPhrase('git- key', 'git-key')).toBe(false)
  expect(matchesPhrase('', 'git-key')).toBe(false)
})

test('blanks and invisible characters around it, as a paste brings them, do not count', () => {
  expect(matchesPhrase('  git-key\n', 'git-key')).toBe(true)
  expect(matchesPhrase('\u200bgit-key\ufeff', 'git-key')).toBe(true)
})
