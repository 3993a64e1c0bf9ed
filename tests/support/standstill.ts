import { existsSync, readFileSync } from 'node:fs'

/**
 * CPU milliseconds of a process's main thread, in steps of ten: neither other programs nor the garbage collector's and
 * the thread pool's threads add to it. Where the system does not report them, milliseconds of the clock.
 */
export function mainThreadTime(pid = process.pid): number {
  const stat = `/proc/${pid}/task/${pid}/stat`
  if (!existsSync(stat)) return performance.now()
  // After the name, which may have blanks, `utime` and `stime` in hundredths of a second.
  const fields = readFileSync(stat, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/**
 * Runs a function and returns the longest time in CPU milliseconds without a turn of the event loop: how long all other
 * requests would have been blocked, regardless of the load on the machine.
 */
export async function longestStandstill(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let before = mainThreadTime()
  const look = () => {
    const now = mainThreadTime()
    longest = Math.max(longest, now - before)
    before = now
  }
  let over = false
  const watch = () => {
    look()
    if (!over) setImmediate(watch)
  }
  setImmediate(watch)
  await work()
  over = true
  look()
  return longest
}

/**
 * CPU milliseconds that this machine, as busy as it is, takes to read and write 2 MB of JSON: a yardstick for what a
 * request of that size may cost.
 */
export function jsonYardstick(): number {
  let shortest = Number.POSITIVE_INFINITY
  for (let i = 0; i < 5; i++) {
    const before = process.cpuUsage()
    JSON.stringify(JSON.parse(TWO_MEGABYTES))
    const { user, system } = process.cpuUsage(before)
    shortest = Math.min(shortest, (user + system) / 1000)
  }
  return shortest
}

const TWO_MEGABYTES = JSON.stringify(
  Array.from({ length: 20_000 }, (_, n) => ({
    id: `id-${n}`,
    name: `name of ${n}`,
    tags: ['a', 'b', n],
    at: null,
    deep: { x: n / 3 },
  })),
)
