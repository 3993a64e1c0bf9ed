import type { AlertLimits } from '../config.ts'
import type { Log } from '../log.ts'

const HOUR = 3_600_000
/** Bounds the memory that forged addresses can use. */
const MAX_SOURCES = 10_000

/**
 * Detects unusual behaviour that suggests a stolen account: reading many secrets, and many refused requests. It blocks
 * nobody. It logs a warning that begins with `alert:`, at most once an hour for each source, on which a log collector
 * can alert.
 */
export class Alerts {
  readonly #log: Log
  readonly #limits: AlertLimits
  readonly #reads: Hours
  readonly #ofUsers: Hours
  /** Separate from the users', so that many addresses cannot evict them. */
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

  /** `look` is what was asked for, if asking for it again counts as the same. */
  refused({ user, address, look }: { user: string | null; address: string; look?: string | undefined }) {
    const { refusals } = this.#limits
    const each = look ?? String(this.#refusals++)
    if (user !== null)
      this.#alert(this.#ofUsers, user, each, refusals, 'alert: many requests of one user are refused', { user })
    else
      this.#alert(this.#ofAddresses, address, each, refusals, 'alert: many requests from one address are refused', {
        address,
      })
  }

  #alert(hours: Hours, who: string, what: string, limit: number, message: string, facts: object) {
    if (limit > 0 && hours.reaches(limit, who, what)) this.#log.warn(message, { ...facts, count: limit, within: '1 h' })
  }
}

/** The different items of each source within an hour, counted from the first one. */
class Hours {
  readonly #sources = new Map<string, { since: number; seen: Set<string> }>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Adds an item. Returns true if it reaches the limit, which happens at most once an hour. */
  reaches(limit: number, who: string, what: string): boolean {
    const now = this.#now()
    const before = this.#sources.get(who)
    const hour = before && now - before.since < HOUR ? before : { since: now, seen: new Set<string>() }
    // Move it to the end of the map: the first entry is the least recent, and is evicted first.
    this.#sources.delete(who)
    this.#sources.set(who, hour)
    const [longestQuiet] = this.#sources.keys()
    if (this.#sources.size > MAX_SOURCES && longestQuiet !== undefined) this.#sources.delete(longestQuiet)
    // Items after the limit are not stored, because nothing depends on them.
    if (hour.seen.size >= limit || hour.seen.has(what)) return false
    return hour.seen.add(what).size === limit
  }
}
