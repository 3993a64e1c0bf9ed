import { expect, test } from 'vitest'
import { pageNumbers } from './pageNumbers.ts'

const shown = (page: number, last: number) =>
  pageNumbers(page, last)
    .map((each) => (each === 'gap' ? '…' : each === page ? `[${each}]` : each))
    .join(' ')

test.each([
  [1, 1, '[1]'],
  [1, 2, '[1] 2'],
  [2, 5, '1 [2] 3 4 5'],
  [1, 100, '[1] 2 3 4 5 … 100'],
  [4, 100, '1 2 3 [4] 5 … 100'],
  [5, 100, '1 … 4 [5] 6 … 100'],
  [97, 100, '1 … 96 [97] 98 99 100'],
  [100, 100, '1 … 96 97 98 99 [100]'],
  [4, 7, '1 2 3 [4] 5 6 7'],
  [5, 7, '1 2 3 4 [5] 6 7'],
])('page %i of %i: %s', (page, last, expected) => {
  expect(shown(page, last)).toBe(expected)
})
