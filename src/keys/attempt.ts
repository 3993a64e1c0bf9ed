import { Damaged } from './Damaged.ts'

/** Returns what was read, or how it is damaged; other errors are mistakes of ours. */
export function attempt<T>(read: () => T): T | Damaged {
  try {
    return read()
  } catch (error) {
    if (error instanceof Damaged) return error
    throw error
  }
}
