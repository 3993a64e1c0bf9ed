import { HttpError, tooManyRequests } from '../errors.ts'

/** The maximum number of concurrent requests per person. */
const MAX_AT_ONCE = 64
/** The burst size, in seconds of requests. */
const SAVED_SECONDS = 10
/** After this many persons, inactive ones are evicted. */
const PERSONS = 10_000

/** Too many requests with valid credentials: not a refused sign-in. */
export class RateError extends HttpError {
  constructor(message: string, seconds: number) {
    const { status, body, headers } = tooManyRequests(message, seconds)
    super(status, body, headers)
  }
}

interface Person {
  /** When the full budget is available again, in milliseconds of the clock. */
  restedAt: number
  inProgress: number
}

/**
 * Limits the requests of each person: a rate per second, bursts of ten times as many, and 64 in progress. A token
 * bucket, stored as one number. The clock is monotonic.
 */
export class RequestRate {
  readonly #perSecond: number | undefined
  readonly #now: () => number
  #recent = new Map<string, Person>()
  #earlier = new Map<string, Person>()

  /** `perSecond` undefined: no limit. */
  constructor(perSecond: number | undefined, now = () => performance.now()) {
    this.#perSecond = perSecond
    this.#now = now
  }

  /** Counts a request, or throws a 429. Call it before anything is written for the request. */
  count(who: string) {
    const perSecond = this.#perSecond
    if (perSecond === undefined) return
    const person = this.#personOf(who)
    const now = this.#now()
    const restedAt = Math.max(person.restedAt, now) + 1000 / perSecond
    const missing = restedAt - now - SAVED_SECONDS * 1000
    if (missing > 0) {
      const seconds = Math.ceil(missing / 1000)
      throw new RateError(`Too many requests: at most ${perSecond} a second. Try again in ${seconds} s.`, seconds)
    }
    person.restedAt = restedAt
  }

  /**
   * Runs a counted request, or throws a 429 if too many are in progress. A request is in progress until its response is
   * `sent`: a client that does not read keeps it in memory.
   */
  async within<T>(who: string, work: () => Promise<T>, sent?: Promise<void>): Promise<T> {
    if (this.#perSecond === undefined) return work()
    const person = this.#personOf(who)
    if (person.inProgress >= MAX_AT_ONCE) {
      throw new RateError(`Too many requests at once: at most ${MAX_AT_ONCE} are allowed. Try again in 1 s.`, 1)
    }
    person.inProgress++
    try {
      return await work()
    } finally {
      if (sent) sent.then(() => person.inProgress--)
      else person.inProgress--
    }
  }

  #personOf(who: string): Person {
    const known = this.#recent.get(who)
    if (known) return known
    const person = this.#earlier.get(who) ?? { restedAt: 0, inProgress: 0 }
    if (this.#recent.size >= PERSONS) {
      this.#earlier = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(who, person)
    return person
  }

  /** The number of remembered persons. */
  get size() {
    return this.#recent.size + this.#earlier.size
  }
}
