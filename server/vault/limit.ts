/** Runs a task as soon as a place is free and settles as the task does. */
export type Limiter = <T>(task: () => Promise<T>) => Promise<T>

/**
 * Makes a limiter that lets at most `max` tasks run at once; the others wait in the order they came.
 * Key generation and scrypt each have their own, so that neither takes the whole thread pool from the other.
 */
export function createLimiter(max: number): Limiter {
  if (!Number.isInteger(max) || max < 1) throw new RangeError(`A limiter needs at least one place, not ${max}`)
  let free = max
  const waiting: (() => void)[] = []

  return async (task) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await task()
    } finally {
      // The place goes straight to the next in line, so that a newcomer can't overtake it.
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}
