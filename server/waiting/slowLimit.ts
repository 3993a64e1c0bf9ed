import { type Clock, sinceStart, Throttle } from './throttle.ts'

const HOUR = 3_600_000
const MAX_FAILURES = 100
/** One try per hourly share of the failures. */
const BETWEEN_TRIES = HOUR / MAX_FAILURES
/** How long a turn stays open. */
const PATIENCE = 5 * 60_000
const MAX_QUEUES = 1_000
const MAX_IN_QUEUE = 100
const KNOWN_FOR = 30 * 24 * HOUR
const MAX_KEYS = 10_000
const MAX_KNOWN = 20

/**
 * Throttles distributed guessing of one password, a user's or a secret's. After 100 failures within an hour, callers
 * who have not succeeded in the last 30 days share one try every 36 seconds, in order of arrival; each gets a
 * `Retry-After` for their turn, so nobody is locked out. Callers who did succeed are not affected. Kept in bounded
 * memory. After a restart nobody is known, but there are no failures either.
 */
export class SlowLimit {
  readonly #now: Clock
  readonly #failures: Throttle
  /** For each key, who succeeded when; the most recent success comes last. */
  readonly #known = new Map<string, Map<string, number>>()
  readonly #queues = new Map<string, Queue>()

  constructor(now = sinceStart) {
    this.#now = now
    this.#failures = new Throttle(MAX_FAILURES, now, HOUR)
  }

  /** Whether there were too many failures. */
  isSlow(key: string): boolean {
    return this.#failures.secondsToWait(key) > 0
  }

  /** Whether a caller has succeeded in the last 30 days. */
  knows(key: string, who: string): boolean {
    const succeeded = this.#known.get(key)?.get(who)
    return succeeded !== undefined && this.#now() - succeeded < KNOWN_FOR
  }

  /** Seconds until a caller's turn; 0 means now, and uses up the turn. */
  secondsToWait(key: string, who: string): number {
    if (!this.isSlow(key)) {
      this.#queues.delete(key)
      return 0
    }
    if (this.knows(key, who)) return 0
    const queue = this.#queues.get(key) ?? new Queue()
    keepLast(this.#queues, key, queue, MAX_QUEUES)
    return Math.ceil(queue.wait(who, this.#now()) / 1000)
  }

  failed(key: string) {
    this.#failures.failed(key)
  }

  /** The failures of others stay, because they go on guessing. */
  succeeded(key: string, who: string) {
    const known = this.#known.get(key) ?? new Map<string, number>()
    keepLast(known, who, this.#now(), MAX_KNOWN)
    keepLast(this.#known, key, known, MAX_KEYS)
  }
}

/** The turns of waiting callers. */
class Queue {
  readonly #turns = new Map<string, number>()
  #next = 0

  /** Milliseconds until a caller's turn; 0 means now. */
  wait(who: string, now: number): number {
    for (const [other, turn] of this.#turns) if (turn + PATIENCE < now) this.#turns.delete(other)
    const turn = this.#turns.get(who) ?? this.#add(who, now)
    if (turn === undefined) return HOUR
    if (turn > now) return turn - now
    this.#turns.delete(who)
    return 0
  }

  #add(who: string, now: number): number | undefined {
    if (this.#turns.size >= MAX_IN_QUEUE) return undefined
    const turn = Math.max(now, this.#next)
    this.#next = turn + BETWEEN_TRIES
    this.#turns.set(who, turn)
    return turn
  }
}

/** Puts an entry at the end of a map, and evicts the first one if there are too many. */
function keepLast<V>(map: Map<string, V>, key: string, value: V, most: number) {
  map.delete(key)
  map.set(key, value)
  if (map.size <= most) return
  for (const [first] of map) {
    map.delete(first)
    return
  }
}
