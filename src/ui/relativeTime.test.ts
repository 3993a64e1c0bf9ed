import { expect, test } from 'vitest'
import { exactTime, relativeTime } from './relativeTime.ts'

const now = new Date('2026-08-21T12:00:00.000Z')

test.each([
  ['2026-08-21T11:59:30.000Z', 'just now'],
  ['2026-08-21T11:57:00.000Z', '3 minutes ago'],
  ['2026-08-21T14:30:00.000Z', 'in 2 hours'],
  ['2026-08-20T12:00:00.000Z', '1 day ago'],
  ['2026-06-01T12:00:00.000Z', '2 months ago'],
  ['2023-01-01T12:00:00.000Z', '3 years ago'],
])('%s is %s', (at, expected) => {
  expect(relativeTime(at, now)).toBe(expected)
})

test('an offset is read, in each of the ways that Concord writes it', () => {
  for (const at of ['2026-08-21T13:30:00.000+02', '2026-08-21T13:30:00.000+0200', '2026-08-21T11:30:00.000Z'])
    expect(relativeTime(at, now)).toBe('30 minutes ago')
})

test('what is no time does not break the page', () => {
  expect(relativeTime('soon', now)).toBe('at an unknown time')
  expect(exactTime('soon')).toBe('soon')
})
