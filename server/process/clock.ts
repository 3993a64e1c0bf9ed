import type { Db } from '../db/open.ts'
import { readSetting, writeSetting } from '../db/settings.ts'
import { codeOf } from '../db/storageTrouble.ts'
import type { Log } from '../log.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** A server that is off over a weekend, or runs for some hours a day, continues its trial. */
const MAX_BREAK = 7 * DAY

/** Milliseconds since 1970, by the computer's clock. */
interface State {
  /** When it was last trusted. */
  known: number
  /** For an untrusted clock: when it was last checked, and how long the server has run with it. */
  trial?: { last: number; ranFor: number }
}

/** The sources of time; `monotonic` belongs to this process and is independent of the clock. */
interface Source {
  wall(): number
  monotonic(): number
}

const COMPUTER: Source = { wall: () => Date.now(), monotonic: () => performance.now() }

/**
 * Decides whether the computer's clock can be trusted, before anything is removed by age. A clock that is a year ahead
 * at one start would empty the audit log. So a clock that differs by more than a day from the expected time is on trial
 * until the server has run with it for a day; once it is set right, it is trusted at once.
 */
export class Clock {
  readonly #db: Db
  readonly #log: Log
  readonly #source: Source
  #state: State
  /** The monotonic time of the last check; undefined if that was another process. */
  #looked: number | undefined

  private constructor(db: Db, log: Log, source: Source, state: State, looked: number | undefined) {
    this.#db = db
    this.#log = log
    this.#source = source
    this.#state = state
    this.#looked = looked
  }

  /** Open it before anything is written: the first time, it is compared with the newest entry of the audit log. */
  static async open(db: Db, log: Log, source = COMPUTER): Promise<Clock> {
    const state = await readSetting(db, 'clock')
    if (state) return new Clock(db, log, source, JSON.parse(state.toString()), undefined)
    const newest = await db
      .selectFrom('auditLog')
      .select('entryDate')
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (newest) return new Clock(db, log, source, { known: Date.parse(newest.entryDate) }, undefined)
    return new Clock(db, log, source, { known: source.wall() }, source.monotonic())
  }

  /** Checks the clock, records the time and returns whether it is trusted. Logs a warning if it is not. */
  async check(): Promise<boolean> {
    const wall = this.#source.wall()
    const monotonic = Math.round(this.#source.monotonic())
    const passed = this.#looked === undefined ? undefined : monotonic - this.#looked
    this.#looked = monotonic
    const { known } = this.#state
    this.#state = nextState(this.#state, wall, passed)
    const { trial } = this.#state
    if (trial) this.#complain(wall, known, trial.ranFor)
    await this.#save()
    return !trial
  }

  #complain(wall: number, known: number, ranFor: number) {
    const [days, direction] = [Math.abs(wall - known) / DAY, wall > known ? 'ahead of' : 'behind']
    this.#log.error(
      `the clock is ${days.toFixed(1)} days ${direction} the time that the server last knew, so nothing is removed ` +
        'by age. If the clock is wrong, set it right. If it is right, as after a long stop, there is ' +
        'nothing to do: it is trusted after the server has run with it for a day',
      { clock: isoOf(wall), lastKnown: isoOf(known), hoursToGo: Math.ceil((DAY - ranFor) / HOUR) },
    )
  }

  async #save() {
    await writeSetting(this.#db, 'clock', Buffer.from(JSON.stringify(this.#state))).catch((error: Error) =>
      this.#log.error('the time could not be recorded', { name: error.name, code: codeOf(error) }),
    )
  }
}

/** `passed`: how long the process has run since the last check; undefined for its first. */
function nextState({ known, trial }: State, wall: number, passed: number | undefined): State {
  const expected = known + (trial ? 0 : (passed ?? 0))
  if (Math.abs(wall - expected) <= DAY) return { known: wall }
  const ranFor = trial && goesOn(trial.last, wall, passed) ? trial.ranFor + (passed ?? 0) : 0
  return ranFor >= DAY ? { known: wall } : { known, trial: { last: wall, ranFor } }
}

/** Whether a clock on trial was not set again. */
function goesOn(last: number, wall: number, passed: number | undefined): boolean {
  if (passed !== undefined) return Math.abs(wall - last - passed) <= DAY
  return wall - last > -HOUR && wall - last <= MAX_BREAK
}

function isoOf(time: number): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString()
}
