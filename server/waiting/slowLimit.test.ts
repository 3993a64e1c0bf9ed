import { expect, test } from 'vitest'
import { SlowLimit } from './slowLimit.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

function slowLimit(failures = 100) {
  const clock = { now: 5_000_000 }
  const limit = new SlowLimit(() => clock.now)
  for (let i = 0; i < failures; i++) limit.failed('key')
  return { clock, limit, wait: (who: string) => limit.secondsToWait('key', who) }
}

test('99 failures cost nothing', () => {
  const { limit, wait } = slowLimit(99)
  for (let i = 0; i < 10; i++) expect(wait('a')).toBe(0)
  expect(limit.isSlow('key')).toBe(false)
  limit.failed('key')
  expect(limit.isSlow('key')).toBe(true)
  expect(limit.secondsToWait('other', 'a')).toBe(0)
})

test('from 100 on there is one try every 36 seconds, in order of arrival', () => {
  const { clock, wait } = slowLimit()
  expect(['a', 'b', 'c', 'd'].map(wait)).toEqual([0, 36, 72, 108])
  // Asking again makes no difference; a caller who had a turn comes last.
  expect(['d', 'c', 'b', 'a'].map(wait)).toEqual([108, 72, 36, 144])
  clock.now += 36_000
  expect(['c', 'b', 'b'].map(wait)).toEqual([36, 0, 144])
  // A slightly late caller still has the turn.
  clock.now += 36_000 + 4 * 60_000
  expect(wait('c')).toBe(0)
})

test('a turn expires after five minutes', () => {
  const { clock, wait } = slowLimit()
  expect(['a', 'b', 'c'].map(wait)).toEqual([0, 36, 72])
  clock.now += 36_000 + 5 * 60_000 + 1
  expect(wait('c')).toBe(0)
  expect(wait('b')).toBe(0)
  expect(wait('b')).toBe(36)
})

test('allows at most 100 tries an hour, however many callers there are', () => {
  const { clock, limit, wait } = slowLimit()
  let tries = 0
  for (const end = clock.now + HOUR; clock.now < end; clock.now += 1000) {
    for (const who of ['a', 'b', 'c', 'd', 'e']) {
      if (wait(who) > 0) continue
      tries++
      limit.failed('key')
    }
  }
  expect(tries).toBeGreaterThan(95)
  expect(tries).toBeLessThanOrEqual(101)
})

test('it ends by itself, an hour after the failures', () => {
  const { clock, wait } = slowLimit()
  wait('a')
  expect(wait('b')).toBe(36)
  clock.now += HOUR
  expect(['a', 'b', 'b', 'c'].map(wait)).toEqual([0, 0, 0, 0])
})

test('a caller who succeeded within 30 days does not wait, and helps nobody else', () => {
  const { clock, limit, wait } = slowLimit(0)
  limit.succeeded('key', 'a')
  clock.now += 29 * DAY
  for (let i = 0; i < 100; i++) limit.failed('key')
  limit.succeeded('key', 'b')
  expect(['c', 'd', 'a', 'a', 'b'].map(wait)).toEqual([0, 36, 0, 0, 0])
  clock.now += 2 * DAY
  for (let i = 0; i < 100; i++) limit.failed('key')
  expect(['c', 'a', 'b'].map(wait)).toEqual([0, 36, 0])
})

test('at most a hundred wait: more get a Retry-After of an hour', () => {
  const { wait } = slowLimit()
  for (let i = 0; i <= 100; i++) wait(`x${i}`)
  expect(wait('x100')).toBe(3600)
  expect(wait('a')).toBe(3600)
})

test('remembers the last 20 networks of a user', () => {
  const { limit } = slowLimit()
  for (let i = 0; i < 21; i++) limit.succeeded('key', `place-${i}`)
  expect(limit.knows('key', 'place-0')).toBe(false)
  expect(limit.knows('key', 'place-1')).toBe(true)
  // It stays if it is used again.
  limit.succeeded('key', 'place-1')
  limit.succeeded('key', 'place-21')
  expect(limit.knows('key', 'place-1')).toBe(true)
})
