import { HttpError, tooManyRequests } from '../errors.ts'

/** Requests of one person that may be in progress at once. */
const MOST_AT_ONCE = 64
/** Seconds that somebody can save up requests for. */
const SAVED_SECONDS = 10
/** After this many persons, those who have sent nothing meanwhile are forgotten. */
const PERSONS = 10_000

/** Somebody with good credentials has sent too many requests: no refusal of a sign-in. */
export class RateError extends HttpError {
  constructor(message: string, seconds: number) {
    const { status, body, headers } = tooManyRequests(message, seconds)
    super(status, body, headers)
  }
}

interface Person {
  /** When they will have all of their requests again, in the milliseconds of the clock. */
  restedAt: number
  inProgress: number
}

/**
 * Limits the requests of each person: so many a second, ten times as many at once after a rest, and 64 in progress.
 *
 * It is a token bucket that is kept as one number. The clock is the one that nobody can set.
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

  /** Counts a request, or throws a 429. To be asked before anything is written for it. */
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
   * Does the work of a request that has been counted, or throws a 429 if too many are in progress. One is in progress
   * until its answer is `sent`: a client that does not read keeps it in memory.
   */
  async within<T>(who: string, work: () => Promise<T>, sent?: Promise<void>): Promise<T> {
    if (this.#perSecond === undefined) return work()
    const person = this.#personOf(who)
    if (person.inProgress >= MOST_AT_ONCE) {
      throw new RateError(`Too many requests at once: at most ${MOST_AT_ONCE} are allowed. Try again in 1 s.`, 1)
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

  /** How many persons are remembered. */
  get size() {
    return this.#recent.size + this.#earlier.size
  }
}
