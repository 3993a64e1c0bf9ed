import { type Sender, SYSTEM } from '../actor.ts'
import { networkOf } from '../addresses.ts'
import type { Db } from '../db/open.ts'
import { withoutReserve } from '../db/reserve.ts'
import type { Log } from '../log.ts'
import type { Alerts } from './alerts.ts'
import { OWN_EVENTS, type OwnEvent } from './events.ts'
import { sourceOf } from './record.ts'

const MINUTE = 60_000
/** The rows for a stranger's network before its refusals are only counted, and how fast this budget refills. */
const OF_ADDRESS = { burst: 10, perMinute: 1 }
/** The rows for all strangers together: at most 14,400 a day, about 4 MB. */
const OF_STRANGERS = { burst: 100, perMinute: 10 }
const OF_USER = { burst: 60, perMinute: 6 }
/** Bounds the memory that forged addresses can use. */
const MAX_SOURCES = 1_000
/** The maximum number of rows that wait for a full disk. */
const MAX_WAITING = 1_000
const FLUSH_AFTER = 200

type Row = { entryDate: string; userId: string | null; object: string; action: string; event: string; details: string }

interface Rate {
  burst: number
  perMinute: number
}

/** Refusals that are only counted, until the next summary. */
interface Sum {
  event: OwnEvent
  userId: string | null
  /** Undefined for several addresses. */
  requestIp: string | undefined
  count: number
  since: string
}

/**
 * Writes refused requests to the audit log: failed sign-ins and 403s. Anybody can cause any number of them, so each
 * source gets a few rows of its own; the rest are counted and written as one row a minute. A request never waits for
 * its row, and never fails because of it. A crash loses the most recent rows.
 */
export class Refusals {
  readonly #db: Db
  readonly #log: Log
  readonly #now: () => number
  readonly #alerts: Alerts | undefined
  readonly #ofAddress = new Map<string, Budget>()
  readonly #ofUser = new Map<string, Budget>()
  readonly #strangers: Budget
  readonly #sums = new Map<string, Sum>()
  #waiting: Row[] = []
  #flushTimer: NodeJS.Timeout | undefined
  #sumTimer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #closed = false
  #troubleAt = Number.NEGATIVE_INFINITY

  constructor(db: Db, log: Log, now: () => number = () => performance.now(), alerts?: Alerts) {
    this.#db = db
    this.#alerts = alerts
    this.#log = log
    this.#now = now
    this.#strangers = new Budget(OF_STRANGERS, now())
  }

  /** Records a refusal for a user or, if unknown, for an address. */
  note(sender: Sender, event: OwnEvent, details: Record<string, unknown>) {
    if (this.#closed) return
    const userId = sender.who?.user?.id ?? null
    const requestIp = sender.request.address
    // Not an alert: an invalid request is more often a mistake than an attack.
    if (event !== 'invalid-request')
      this.#alerts?.refused({ user: userId, address: requestIp, look: lookOf(event, details) })
    if (!this.#mayHaveRow(userId, requestIp)) return this.#count({ event, userId, requestIp, count: 1, since: now() })
    const all = { event, ...details, ...sourceOf(sender) }
    this.#add({ entryDate: now(), userId, ...shapeOf(event), details: JSON.stringify(all) })
  }

  /** Writes the waiting rows, so that they can be read. */
  flush(): Promise<void> {
    clearTimeout(this.#flushTimer)
    this.#flushTimer = undefined
    // A refused deletion must not use up the space that deleting needs.
    this.#writing = this.#writing.then(() => withoutReserve(() => this.#write()))
    return this.#writing
  }

  /** Writes everything, including the counts; afterwards nothing is recorded. */
  async close(): Promise<void> {
    this.#closed = true
    this.summarize()
    await this.flush()
    clearTimeout(this.#sumTimer)
    clearTimeout(this.#flushTimer)
  }

  /** Turns the counts into rows: the largest ones as far as the budget allows, and one row per event for all others. */
  summarize() {
    clearTimeout(this.#sumTimer)
    this.#sumTimer = undefined
    const sums = [...this.#sums.values()].sort((a, b) => b.count - a.count)
    this.#sums.clear()
    const rest = new Map<OwnEvent, Sum>()
    for (const sum of sums) {
      if (sum.userId !== null || (sum.requestIp !== undefined && this.#strangers.take(this.#now()))) this.#addSum(sum)
      else rest.set(sum.event, plus(rest.get(sum.event), { ...sum, requestIp: undefined }))
    }
    for (const sum of rest.values()) this.#addSum(sum)
  }

  #mayHaveRow(userId: string | null, address: string): boolean {
    const now = this.#now()
    if (userId !== null) return budgetOf(this.#ofUser, userId, OF_USER, now).take(now)
    return budgetOf(this.#ofAddress, networkOf(address), OF_ADDRESS, now).take(now) && this.#strangers.take(now)
  }

  #count(sum: Sum) {
    const key = `${sum.event} ${sum.userId ?? sum.requestIp}`
    if (this.#sums.has(key) || this.#sums.size < MAX_SOURCES) this.#sums.set(key, plus(this.#sums.get(key), sum))
    else this.#sums.set(sum.event, plus(this.#sums.get(sum.event), { ...sum, userId: null, requestIp: undefined }))
    this.#sumTimer ??= setTimeout(() => {
      this.summarize()
    }, MINUTE).unref()
  }

  #addSum({ event, userId, requestIp, count, since }: Sum) {
    const details = { event, count, since, requestIp, ...sourceOf(SYSTEM) }
    this.#add({ entryDate: now(), userId, ...shapeOf(event), details: JSON.stringify(details) })
  }

  #add(row: Row) {
    this.#waiting.push(row)
    if (!this.#closed) this.#flushTimer ??= setTimeout(() => this.flush(), FLUSH_AFTER).unref()
  }

  async #write(): Promise<void> {
    const rows = this.#waiting.splice(0)
    if (rows.length === 0) return
    try {
      // In slices, because rows are bound as parameters of one statement.
      while (rows.length > 0) {
        await this.#db.insertInto('auditLog').values(rows.slice(0, 100)).execute()
        rows.splice(0, 100)
      }
    } catch (error) {
      this.#keep(rows, error as Error & { code?: string })
    }
  }

  /** For instance on a full disk: the rows wait for the next minute. Those that exceed the queue are still counted. */
  #keep(rows: Row[], { name, code }: Error & { code?: string }) {
    const all = [...rows, ...this.#waiting]
    this.#waiting = all.slice(0, MAX_WAITING)
    for (const row of all.slice(MAX_WAITING)) {
      const { count = 1, since = row.entryDate, requestIp } = JSON.parse(row.details)
      this.#count({ event: row.event as OwnEvent, userId: row.userId, requestIp, count, since })
    }
    if (!this.#closed) this.#flushTimer ??= setTimeout(() => this.flush(), MINUTE).unref()
    if (this.#now() - this.#troubleAt < 60 * MINUTE) return
    this.#troubleAt = this.#now()
    this.#log.error('refused requests not recorded in the audit log yet', { name, code, waiting: this.#waiting.length })
  }
}

function budgetOf(budgets: Map<string, Budget>, source: string, rate: Rate, now: number): Budget {
  const budget = budgets.get(source) ?? new Budget(rate, now)
  // At the end of the map: the first of it has been quiet for longest, and is forgotten first.
  budgets.delete(source)
  budgets.set(source, budget)
  const [longestQuiet] = budgets.keys()
  if (budgets.size > MAX_SOURCES && longestQuiet !== undefined) budgets.delete(longestQuiet)
  return budget
}

/** A token bucket. */
class Budget {
  readonly #rate: Rate
  #left: number
  #at: number

  constructor(rate: Rate, now: number) {
    this.#rate = rate
    this.#left = rate.burst
    this.#at = now
  }

  take(now: number): boolean {
    const { burst, perMinute } = this.#rate
    this.#left = Math.min(burst, this.#left + ((now - this.#at) / MINUTE) * perMinute)
    this.#at = now
    if (this.#left < 1) return false
    this.#left--
    return true
  }
}

/**
 * What a refused GET asked for. Asking for the same again is no other attempt: the console finds out by it which listed
 * secrets a user may open.
 */
const lookOf = (event: OwnEvent, details: Record<string, unknown>) =>
  event === 'denied' && details.method === 'GET' ? JSON.stringify(details) : undefined

const plus = (sum: Sum | undefined, more: Sum): Sum =>
  sum ? { ...sum, count: sum.count + more.count, since: sum.since < more.since ? sum.since : more.since } : more

const shapeOf = (event: OwnEvent) => ({ object: 'SYSTEM', action: OWN_EVENTS[event], event })

const now = () => new Date().toISOString()
