import { expect, test, vi } from 'vitest'
import { Throttle } from './throttle.ts'

function throttleAt(start: number) {
  const clock = { now: start }
  const throttle = new Throttle(20, () => clock.now)
  const fail = (times: number, name = 'ann') => {
    for (let i = 0; i < times; i++) throttle.failed(name, 'here')
  }
  return { clock, throttle, fail }
}

test('19 failures cost nothing; the 20th means a wait until the first is a minute old', () => {
  const { clock, throttle, fail } = throttleAt(1_000_000)
  fail(1)
  clock.now += 10_000
  fail(18)
  expect(throttle.secondsToWait('ann', 'here')).toBe(0)
  fail(1)
  expect(throttle.secondsToWait('ann', 'here')).toBe(50)
  clock.now += 49_500
  expect(throttle.secondsToWait('ann', 'here')).toBe(1)
  clock.now += 500
  expect(throttle.secondsToWait('ann', 'here')).toBe(0)
  // One try is free again, because the other 19 still count.
  fail(1)
  expect(throttle.secondsToWait('ann', 'here')).toBe(10)
})

test('the parts of a key count together', () => {
  const { throttle, fail } = throttleAt(0)
  fail(20)
  expect(throttle.secondsToWait('ann', 'there')).toBe(0)
  expect(throttle.secondsToWait('bob', 'here')).toBe(0)
})

test('setting the clock back or ahead does not change a pause', () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const throttle = new Throttle(1)
    throttle.failed('ann')
    vi.setSystemTime(Date.now() - 400 * 86_400_000)
    expect(throttle.secondsToWait('ann')).toBe(60)
    vi.setSystemTime(Date.now() + 800 * 86_400_000)
    expect(throttle.secondsToWait('ann')).toBe(60)
  } finally {
    vi.useRealTimers()
  }
})

test('made-up names do not fill the memory: evicts the key with the oldest failure', () => {
  const { throttle, fail } = throttleAt(0)
  fail(20)
  for (let i = 0; i < 9_999; i++) fail(1, `x${i}`)
  expect(throttle.secondsToWait('ann', 'here')).toBe(60)
  fail(1, 'one more')
  expect(throttle.secondsToWait('ann', 'here')).toBe(0)
})
