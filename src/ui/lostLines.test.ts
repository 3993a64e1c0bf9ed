import { expect, test } from 'vitest'
import { lostLines } from './lostLines.ts'

test.each([
  ['one line', undefined],
  ['one line ', undefined],
  ['token\n', 'The line break was left out.'],
  ['token\r\n\r\n', 'The line break was left out.'],
  ['\ntoken', 'The 2 lines became one.'],
  ['a\r\nb\rc\n', 'The 3 lines became one.'],
])('%j', (pasted, words) => {
  expect(lostLines(pasted)).toBe(words)
})
