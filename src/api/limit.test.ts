import { expect, test } from 'vitest'
import { limit } from '#api/limit.ts'

test('never runs more at once, and runs all, also after a failure', async () => {
  const twoAtATime = limit(2)
  let running = 0
  let most = 0
  const outcomes = await Promise.allSettled(
    Array.from({ length: 7 }, (_, index) =>
      twoAtATime(async () => {
        running += 1
        most = Math.max(most, running)
        await new Promise(setImmediate)
        running -= 1
        if (index === 0) throw new Error('no')
        return index
      }),
    ),
  )
  expect(most).toBe(2)
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', ...Array(6).fill('fulfilled')])
})
