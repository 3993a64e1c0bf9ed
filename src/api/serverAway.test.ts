import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { serverAnswered, serverAway, serverIsAway } from './serverAway.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('the first answer ends it', () => {
  serverIsAway()
  expect(serverAway.get()?.nextTry).toBe(performance.now() + 2_000)
  serverAnswered()
  expect(serverAway.get()).toBeUndefined()
})

test('an address that keeps failing while others answer is asked less and less often', () => {
  const pauses: number[] = []
  for (let i = 0; i < 4; i++) {
    serverIsAway()
    const { nextTry } = serverAway.get() ?? { nextTry: 0 }
    pauses.push(nextTry - performance.now())
    serverAnswered()
    expect(serverAway.get()).toBeDefined()
    vi.advanceTimersByTime(nextTry - performance.now())
    serverAnswered()
    expect(serverAway.get()).toBeUndefined()
  }
  expect(pauses).toEqual([4_000, 8_000, 15_000, 30_000])
})

test('a clock that is set back makes no pause longer', () => {
  vi.advanceTimersByTime(9_000_000)
  serverIsAway()
  vi.setSystemTime(Date.now() - 86_400_000)
  expect((serverAway.get()?.nextTry ?? 0) - performance.now()).toBe(2_000)
  serverAnswered()
})

test('after a quiet while the pauses begin anew', () => {
  vi.advanceTimersByTime(18_000_000)
  serverIsAway()
  expect(serverAway.get()?.nextTry).toBe(performance.now() + 2_000)
  serverAnswered()
  expect(serverAway.get()).toBeUndefined()
})
