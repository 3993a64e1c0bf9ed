import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createLimiter } from './limit.ts'

test('never runs more than allowed at once, and uses every place', async () => {
  const limited = createLimiter(3)
  let running = 0
  let most = 0
  const results = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      limited(async () => {
        most = Math.max(most, ++running)
        await sleep(i % 4)
        running--
        return i
      }),
    ),
  )
  expect(most).toBe(3)
  expect(results).toEqual(Array.from({ length: 40 }, (_, i) => i))
})

test('a place that is handed on is not given to a newcomer as well', async () => {
  const limited = createLimiter(1)
  let running = 0
  const task = async () => {
    expect(++running).toBe(1)
    await sleep(1)
    running--
  }
  const first = limited(task)
  const second = limited(task)
  await first
  await Promise.all([second, limited(task), limited(task)])
})

test('starts tasks in the order they came', async () => {
  const limited = createLimiter(1)
  const started: number[] = []
  await Promise.all([1, 2, 3, 4].map((n) => limited(async () => started.push(n))))
  expect(started).toEqual([1, 2, 3, 4])
})

test('a task that fails gives its place back and passes its error on', async () => {
  const limited = createLimiter(1)
  const failing = () => limited(() => Promise.reject(new Error('no')))
  await expect(failing()).rejects.toThrow('no')
  await expect(failing()).rejects.toThrow('no')
  await expect(limited(async () => 'yes')).resolves.toBe('yes')
})

test.each([0, -1, 1.5, Number.NaN])('%s places are a mistake', (max) => {
  expect(() => createLimiter(max)).toThrow(RangeError)
})
