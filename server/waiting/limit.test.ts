import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { BusyError, createLimiter, placesPerKind } from './limit.ts'

const ann = { who: 'ann' }
const bob = { who: 'bob' }

/** A task that runs until it is released. */
function held() {
  let release = () => {}
  const until = new Promise<void>((resolve) => {
    release = resolve
  })
  return { task: () => until, release: () => release() }
}

test('never runs more tasks at once than allowed, and uses every slot', async () => {
  const limited = createLimiter({ atOnce: 3, waiting: 40, waitingOfOne: 40 })
  let running = 0
  let most = 0
  const results = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      limited(ann, async () => {
        most = Math.max(most, ++running)
        for (let turns = 0; turns < i % 4; turns++) await turn()
        running--
        return i
      }),
    ),
  )
  expect(most).toBe(3)
  expect(results).toEqual(Array.from({ length: 40 }, (_, i) => i))
})

test('does not give a slot that is handed over to a newcomer as well', async () => {
  const limited = createLimiter({ atOnce: 1 })
  let running = 0
  const task = async () => {
    expect(++running).toBe(1)
    await turn()
    running--
  }
  const first = limited(ann, task)
  const second = limited(ann, task)
  await first
  await Promise.all([second, limited(ann, task), limited(ann, task)])
})

test('starts the tasks of one caller in order, and serves the callers round-robin', async () => {
  const limited = createLimiter({ atOnce: 1 })
  const started: string[] = []
  const tasks = (turn: { who: string }, ...names: string[]) =>
    names.map((name) => limited(turn, async () => started.push(name)))
  await Promise.all([...tasks(ann, 'a1', 'a2', 'a3', 'a4'), ...tasks(bob, 'b1', 'b2')])
  expect(started).toEqual(['a1', 'a2', 'b1', 'a3', 'b2', 'a4'])
})

test('rejects a caller with too many waiting; if too many wait in all, drops the longest queue’s last for a newcomer', async () => {
  const limited = createLimiter({ atOnce: 1, waiting: 3, waitingOfOne: 3 })
  const { task, release } = held()
  const accepted = [limited(ann, task), limited(ann, task), limited(ann, task)]
  const last = limited(ann, task)
  await expect(limited(ann, task)).rejects.toThrow(BusyError)
  accepted.push(limited(bob, task))
  await expect(last).rejects.toThrow(BusyError)
  // Ann would now have as few as Bob.
  await expect(limited(bob, task)).rejects.toThrow(BusyError)
  // The server's own tasks are always accepted.
  accepted.push(limited(undefined, task))
  release()
  await Promise.all(accepted)
  await expect(limited(bob, async () => 'yes')).resolves.toBe('yes')
})

test('never drops the server’s own tasks', async () => {
  const limited = createLimiter({ atOnce: 1, waiting: 3 })
  const { task, release } = held()
  const accepted = Array.from({ length: 5 }, () => limited(undefined, task))
  await expect(limited(ann, task)).rejects.toThrow(BusyError)
  release()
  await Promise.all(accepted)
})

test('does not start a task that nobody waits for any more', async () => {
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

test('a failed task frees its slot and rejects with its error', async () => {
  const limited = createLimiter({ atOnce: 1 })
  const failing = () => limited(ann, () => Promise.reject(new Error('no')))
  await expect(failing()).rejects.toThrow('no')
  await expect(failing()).rejects.toThrow('no')
  await expect(limited(ann, async () => 'yes')).resolves.toBe('yes')
})

test.each([0, -1, 1.5, Number.NaN])('rejects %s slots', (atOnce) => {
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
  // One thread always stays free, if possible.
  if (threads > 3) expect(places * 3).toBeLessThan(threads)
})
