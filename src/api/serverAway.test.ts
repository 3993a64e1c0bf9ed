import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { serverAnswered, serverAway, serverIsAway } from './serverAway.ts'

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => vi.useRealTimers())

test('the first answer ends it', () => {
  serverIsAway()
  expect(serverAway.get()?.nextTry).toBe(1_002_000)
  serverAnswered()
  expect(serverAway.get()).toBeUndefined()
})

test('an address that keeps failing while others answer is asked less and less often', () => {
  const pauses: number[] = []
  for (let i = 0; i < 4; i++) {
    serverIsAway()
    const { nextTry } = serverAway.get() ?? { nextTry: 0 }
    pauses.push(nextTry - Date.now())
    serverAnswered()
    expect(serverAway.get()).toBeDefined()
    vi.setSystemTime(nextTry)
    serverAnswered()
    expect(serverAway.get()).toBeUndefined()
  }
  expect(pauses).toEqual([4_000, 8_000, 15_000, 30_000])
})

test('after a quiet while the pauses begin anew', () => {
  vi.setSystemTime(9_000_000)
  serverIsAway()
  expect(serverAway.get()?.nextTry).toBe(9_002_000)
  serverAnswered()
  expect(serverAway.get()).toBeUndefined()
})
