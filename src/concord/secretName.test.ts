import { describe, expect, it, test } from 'vitest'
import { nameLike, nameProblem } from './secretName.ts'

describe('nameProblem', () => {
  it.each(['abc', 'a1_@.-~', '0'.repeat(128)])('takes the name %s', (name) => {
    expect(nameProblem(name)).toBeUndefined()
  })

  it.each([
    ['', 'Type a name.', false],
    ['ab', 'A name has at least 3 characters.', false],
    ['my deploy key', 'A name has no blanks.', true],
    ['git-key ', 'A name has no blanks.', true],
    ['git-key\u00a0', 'A name has no blanks.', true],
    ['git/key', 'A name has no “/”.', true],
    ['schlüssel', 'A name has no “ü”.', true],
    ['git\u200bkey', 'A name has no invisible character (U+200B).', true],
    ['_abc', 'A name begins with a letter or a digit.', true],
    ['0'.repeat(129), 'A name has at most 128 characters.', true],
  ])('%j: %s', (name, words, isFinal) => {
    expect(nameProblem(name)).toEqual({ words, isFinal })
  })
})

test.each([
  ['my deploy key', 'my-deploy-key'],
  [' git-key\t', 'git-key'],
  ['git\u200bkey', 'gitkey'],
  ['schlüssel für web', 'schlussel-fur-web'],
  ['_team/git key/', 'team-git-key'],
  ['git-key', undefined],
  ['–', undefined],
  ['x'.repeat(129), undefined],
])('%j is meant as %s', (text, name) => {
  expect(nameLike(text)).toBe(name)
})
