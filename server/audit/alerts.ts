import type { AlertLimits } from '../config.ts'
import type { Log } from '../log.ts'

const HOUR = 3_600_000
/** Bounds the memory that made-up addresses can take. */
const MOST_SOURCES = 10_000

/**
 * Notices what a user hardly does, and somebody who has taken their account does: reading many secrets, and trying what
 * is refused. It stops nobody. It writes a warning that begins with `alert:`, once an hour for each, which the program
 * that collects the log can pass on.
 */
export class Alerts {
  readonly #log: Log
  readonly #limits: AlertLimits
  readonly #reads: Hours
  readonly #ofUsers: Hours
  /** Apart from the users', so that a crowd of addresses does not make them forgotten. */
  readonly #ofAddresses: Hours
  #refusals = 0

  constructor(log: Log, limits: AlertLimits, now: () => number = () => performance.now()) {
    this.#log = log
    this.#limits = limits
    this.#reads = new Hours(now)
    this.#ofUsers = new Hours(now)
    this.#ofAddresses = new Hours(now)
  }

  valueRead(user: string, secretId: string) {
    this.#alert(this.#reads, user, secretId, this.#limits.secretsRead, 'alert: one user reads many secrets', { user })
  }

  refused({ user, address }: { user: string | null; address: string }) {
    const { refusals } = this.#limits
    const each = String(this.#refusals++)
    if (user !== null) this.#alert(this.#ofUsers, user, each, refusals, 'alert: much is refused to one user', { user })
    else this.#alert(this.#ofAddresses, address, each, refusals, 'alert: much is refused to one address', { address })
  }

  #alert(hours: Hours, who: string, what: string, limit: number, message: string, facts: object) {
    if (limit > 0 && hours.reaches(limit, who, what)) this.#log.warn(message, { ...facts, count: limit, within: '1 h' })
  }
}

/** The different things of each source within an hour, from the first of them on. */
class Hours {
  readonly #sources = new Map<string, { since: number; seen: Set<string> }>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Adds one; whether the limit is reached with it, which happens once an hour. */
  reaches(limit: number, who: string, what: string): boolean {
    const now = this.#now()
    const before = this.#sources.get(who)
    const hour = before && now - before.since < HOUR ? before : { since: now, seen: new Set<string>() }
    // At the end of the map: the first of it has been quiet for longest, and is forgotten first.
    this.#sources.delete(who)
    this.#sources.set(who, hour)
    const [longestQuiet] = this.#sources.keys()
    if (this.#sources.size > MOST_SOURCES && longestQuiet !== undefined) this.#sources.delete(longestQuiet)
    // What comes after the limit is not kept: nothing depends on it.
    if (hour.seen.size >= limit || hour.seen.has(what)) return false
    return hour.seen.add(what).size === limit
  }
}
