const MINUTE = 60_000
/** A monotonic clock, in milliseconds. */
export type Clock = () => number
export const sinceStart: Clock = () => performance.now()

/** Bounds the memory that made-up names can use. */
const MAX_ENTRIES = 10_000

/**
 * Throttles guessing: after too many failures of a key within a minute, the key must wait until the oldest one is a
 * minute old. Kept in memory: a restart clears it, but costs a guesser more time than it gains. Its clock is monotonic:
 * a clock that can be set back would turn a minute into hours.
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

  /** Seconds until the next try is allowed; 0 means now. */
  secondsToWait(...key: string[]): number {
    const recent = this.#recent(key)
    if (recent.length < this.#most) return 0
    const oldest = recent[recent.length - this.#most] ?? 0
    return Math.max(1, Math.ceil((oldest + this.#window - this.#now()) / 1000))
  }

  failed(...key: string[]) {
    const recent = [...this.#recent(key), this.#now()].slice(-this.#most)
    const written = write(key)
    // Delete first to move the entry to the end: the map stays ordered by the last failure.
    this.#failures.delete(written)
    this.#failures.set(written, recent)
    if (this.#failures.size > MAX_ENTRIES) {
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

/** Hardly any name is longer: limits the memory that made-up names can use. */
const write = (key: string[]) => JSON.stringify(key.map((part) => part.slice(0, 256)))
