import { workFor } from './person.ts'

const GOOD_FOR = 1_000

/** Calls `look` at most once a second: all callers within a second get the same result. */
export function onceASecond<T>(look: () => Promise<T>): () => Promise<T> {
  let looking: Promise<T> | undefined
  let found: { at: number; result: T } | undefined
  return () => {
    if (found && performance.now() - found.at < GOOD_FOR) return Promise.resolve(found.result)
    // On nobody's behalf, so that it does not wait in the queue of a busy network.
    looking ??= workFor('', look)
      .then((result) => {
        found = { at: performance.now(), result }
        return result
      })
      .finally(() => {
        looking = undefined
      })
    return looking
  }
}
