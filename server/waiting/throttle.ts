const MINUTE = 60_000
/** Milliseconds that only ever grow. */
export type Clock = () => number
export const sinceStart: Clock = () => performance.now()

/** Bounds the memory that made-up names can take. */
const MOST_ENTRIES = 10_000

/**
 * Slows guessing: after so many failures of one key within a minute, that key has to wait until the oldest of them is a
 * minute old. Kept in memory: a restart forgets it, which costs a guesser more time than it gives.
 *
 * Its clock counts from the start of the process. One that can be set back would turn a minute into hours.
 */
export class Throttle {
  readonly #failures = new Map<string, number[]>()
  readonly #most: number
  readonly #now: Clock
  readonly #window: number

  constructor(mostFailures: number, now = sinceStart, window = MINUTE) {
    this.#most = mostFailures
    this.#now = now
    this.#window = window
  }

  /** Whole seconds until the next try is allowed; 0: now. */
  secondsToWait(...key: string[]): number {
    const recent = this.#recent(key)
    if (recent.length < this.#most) return 0
    const oldest = recent[recent.length - this.#most] ?? 0
    return Math.max(1, Math.ceil((oldest + this.#window - this.#now()) / 1000))
  }

  failed(...key: string[]) {
    const recent = [...this.#recent(key), this.#now()].slice(-this.#most)
    const written = write(key)
    // Deleting first moves the entry to the end: the map stays ordered by the time of the last failure.
    this.#failures.delete(written)
    this.#failures.set(written, recent)
    if (this.#failures.size > MOST_ENTRIES) {
      for (const [oldest] of this.#failures) {
        this.#failures.delete(oldest)
        break
      }
    }
  }

  succeeded(...key: string[]) {
    this.#failures.delete(write(key))
  }

  #recent(key: string[]) {
    const since = this.#now() - this.#window
    return (this.#failures.get(write(key)) ?? []).filter((time) => time > since)
  }
}

/** Hardly any name is longer than that: what a stranger makes up does not take more memory. */
const write = (key: string[]) => JSON.stringify(key.map((part) => part.slice(0, 256)))
