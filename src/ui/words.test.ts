import { expect, test } from 'vitest'
import { count, listed } from './words.ts'

test('numbers and lists', () => {
  expect(count(1, 'project')).toBe('1 project')
  expect(count(2_000, 'repository', 'repositories')).toBe('2,000 repositories')
  expect(listed([])).toBe('')
  expect(listed(['a', 'b', 'c'])).toBe('a, b and c')
})
