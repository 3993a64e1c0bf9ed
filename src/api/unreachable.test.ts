import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { markReachable, markUnreachable, unreachable } from './unreachable.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('the first answer ends an outage', () => {
  markUnreachable()
  expect(unreachable.get()?.nextTry).toBe(performance.now() + 2_000)
  markReachable()
  expect(unreachable.get()).toBeUndefined()
})

test('an address that keeps failing while others answer is asked less and less often', () => {
  const pauses: number[] = []
  for (let i = 0; i < 4; i++) {
    markUnreachable()
    const { nextTry } = unreachable.get() ?? { nextTry: 0 }
    pauses.push(nextTry - performance.now())
    markReachable()
    expect(unreachable.get()).toBeDefined()
    vi.advanceTimersByTime(nextTry - performance.now())
    markReachable()
    expect(unreachable.get()).toBeUndefined()
  }
  expect(pauses).toEqual([4_000, 8_000, 15_000, 30_000])
})

test('a clock that is set back makes no pause longer', () => {
  vi.advanceTimersByTime(9_000_000)
  markUnreachable()
  vi.setSystemTime(Date.now() - 86_400_000)
  expect((unreachable.get()?.nextTry ?? 0) - performance.now()).toBe(2_000)
  markReachable()
})

test('after a quiet while the pauses start over', () => {
  vi.advanceTimersByTime(18_000_000)
  markUnreachable()
  expect(unreachable.get()?.nextTry).toBe(performance.now() + 2_000)
  markReachable()
  expect(unreachable.get()).toBeUndefined()
})
