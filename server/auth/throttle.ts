const WINDOW = 60_000
const MOST_FAILURES = 20
/** Bounds the memory that made-up user names can take. */
const MOST_ENTRIES = 10_000

/**
 * Slows the guessing of passwords: after 20 failures within a minute for one user name and address, that pair has to
 * wait until the oldest of them is a minute old. Kept in memory: a restart forgets it, which costs a guesser more time
 * than it gives.
 */
export class Throttle {
  readonly #failures = new Map<string, number[]>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Whole seconds until the next try is allowed; 0: now. */
  secondsToWait(username: string, address: string): number {
    const recent = this.#recent(username, address)
    if (recent.length < MOST_FAILURES) return 0
    const oldest = recent[recent.length - MOST_FAILURES] ?? 0
    return Math.max(1, Math.ceil((oldest + WINDOW - this.#now()) / 1000))
  }

  failed(username: string, address: string) {
    const recent = [...this.#recent(username, address), this.#now()].slice(-MOST_FAILURES)
    const key = keyOf(username, address)
    // Deleting first moves the entry to the end: the map stays ordered by the time of the last failure.
    this.#failures.delete(key)
    this.#failures.set(key, recent)
    if (this.#failures.size > MOST_ENTRIES) {
      for (const [oldest] of this.#failures) {
        this.#failures.delete(oldest)
        break
      }
    }
  }

  succeeded(username: string, address: string) {
    this.#failures.delete(keyOf(username, address))
  }

  #recent(username: string, address: string) {
    const since = this.#now() - WINDOW
    return (this.#failures.get(keyOf(username, address)) ?? []).filter((time) => time > since)
  }
}

/** No user's name is longer than that: what a stranger makes up does not take more memory. */
const keyOf = (username: string, address: string) => JSON.stringify([username.slice(0, 128), address])
