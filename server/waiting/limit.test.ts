import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { BusyError, createLimiter, placesPerKind } from './limit.ts'

const ann = { who: 'ann' }
const bob = { who: 'bob' }

/** A task that runs until it is let go. */
function held() {
  let release = () => {}
  const until = new Promise<void>((resolve) => {
    release = resolve
  })
  return { task: () => until, release: () => release() }
}

test('never runs more than allowed at once, and uses every place', async () => {
  const limited = createLimiter({ atOnce: 3, waiting: 40, waitingOfOne: 40 })
  let running = 0
  let most = 0
  const results = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      limited(ann, async () => {
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
  const limited = createLimiter({ atOnce: 1 })
  let running = 0
  const task = async () => {
    expect(++running).toBe(1)
    await sleep(1)
    running--
  }
  const first = limited(ann, task)
  const second = limited(ann, task)
  await first
  await Promise.all([second, limited(ann, task), limited(ann, task)])
})

test('starts the tasks of one in the order they came, and lets all who wait take turns', async () => {
  const limited = createLimiter({ atOnce: 1 })
  const started: string[] = []
  const tasks = (turn: { who: string }, ...names: string[]) =>
    names.map((name) => limited(turn, async () => started.push(name)))
  await Promise.all([...tasks(ann, 'a1', 'a2', 'a3', 'a4'), ...tasks(bob, 'b1', 'b2')])
  expect(started).toEqual(['a1', 'a2', 'b1', 'a3', 'b2', 'a4'])
})

test('refuses who has too many waiting, and the last of them when too many wait in all: a newcomer gets in', async () => {
  const limited = createLimiter({ atOnce: 1, waiting: 3, waitingOfOne: 3 })
  const { task, release } = held()
  const accepted = [limited(ann, task), limited(ann, task), limited(ann, task)]
  const last = limited(ann, task)
  await expect(limited(ann, task)).rejects.toThrow(BusyError)
  accepted.push(limited(bob, task))
  await expect(last).rejects.toThrow(BusyError)
  // Ann would have as few as Bob now.
  await expect(limited(bob, task)).rejects.toThrow(BusyError)
  // The server's own find room.
  accepted.push(limited(undefined, task))
  release()
  await Promise.all(accepted)
  await expect(limited(bob, async () => 'yes')).resolves.toBe('yes')
})

test('the server’s own tasks are not dropped for anybody', async () => {
  const limited = createLimiter({ atOnce: 1, waiting: 3 })
  const { task, release } = held()
  const accepted = Array.from({ length: 5 }, () => limited(undefined, task))
  await expect(limited(ann, task)).rejects.toThrow(BusyError)
  release()
  await Promise.all(accepted)
})

test('does not start what nobody waits for any more', async () => {
  const limited = createLimiter({ atOnce: 1 })
  const { task, release } = held()
  const gone = new AbortController()
  let started = false
  const first = limited(ann, task)
  const second = limited({ who: 'ann', signal: gone.signal }, async () => {
    started = true
  })
  const third = limited(ann, async () => 'third')
  gone.abort()
  release()
  await expect(second).rejects.toThrow(BusyError)
  expect(await third).toBe('third')
  expect(started).toBe(false)
  await first
})

test('a task that fails gives its place back and passes its error on', async () => {
  const limited = createLimiter({ atOnce: 1 })
  const failing = () => limited(ann, () => Promise.reject(new Error('no')))
  await expect(failing()).rejects.toThrow('no')
  await expect(failing()).rejects.toThrow('no')
  await expect(limited(ann, async () => 'yes')).resolves.toBe('yes')
})

test.each([0, -1, 1.5, Number.NaN])('%s places are a mistake', (atOnce) => {
  expect(() => createLimiter({ atOnce })).toThrow(RangeError)
})

test.each([
  [1, 4, 1],
  [2, 4, 1],
  [16, 4, 1],
  [2, 7, 2],
  [16, 16, 5],
  [16, 64, 16],
  [4, 1, 1],
])('%s cores and %s threads: %s at once of each kind', (cores, threads, places) => {
  expect(placesPerKind(cores, threads)).toBe(places)
  // One thread is always free, if there is a choice.
  if (threads > 3) expect(places * 3).toBeLessThan(threads)
})
