import { expect, test } from 'vitest'
import { pageIn } from './pageIn.ts'

test.each([
  ['', 1],
  ['page=3', 3],
  ['page=2.9', 2],
  ['page=0', 1],
  ['page=-4', 1],
  ['page=x', 1],
  ['page=99999999999', 1_000_000],
  ['page=Infinity', 1_000_000],
])('“%s” asks for page %i', (search, page) => {
  expect(pageIn(new URLSearchParams(search))).toBe(page)
})
