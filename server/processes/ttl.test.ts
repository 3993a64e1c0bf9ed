import { expect, test } from 'vitest'
import { readTtl } from './ttl.ts'

test('accepts a number of seconds, also as a string, or an ISO-8601 duration; the default is an hour', () => {
  const read = {
    undefined: undefined,
    null: null,
    90: 90,
    '"90"': '90',
    PT90S: 'PT90S',
    PT1H30M: 'pt1h30m',
    P1D: 'P1D',
  }
  expect(Object.values(read).map(readTtl)).toEqual([90, 3600, 3600, 90, 90, 5400, 86400])
})

test('rejects less than a second, more than a day, and invalid text', () => {
  const bad = [0, -1, 1.5, 86_401, 'PT0S', 'P1DT1S', 'P', 'PT', 'P1DT', 'PT1H1H', '1 hour', '', true, {}, [60]]
  expect(bad.filter((ttl) => readTtl(ttl) !== undefined)).toEqual([])
})
