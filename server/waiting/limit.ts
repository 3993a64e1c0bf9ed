import { availableParallelism } from 'node:os'
import { Turns } from './turns.ts'

/** Who a task is for, and whether they still wait for it. The server's own tasks have none and always find room. */
export interface Turn {
  /** Those who ask for much wait for themselves, not for each other: a network, a user's id. */
  who: string
  /** Nobody knows yet who it is. Those who are known never wait behind them: these have other limiters. */
  isStranger?: true
  signal?: AbortSignal
}

/** The same, but known: by a session, a key, or where they are. */
export const known = ({ isStranger: _, ...turn }: Turn): Turn => turn

/** Runs a task as soon as a place is free and settles as the task does, or throws a BusyError. */
export type Limiter = <T>(turn: Turn | undefined, task: () => Promise<T>) => Promise<T>

/** The task was not started: too many wait, and nobody longer than this one would; or nobody waits for it any more. */
export class BusyError extends Error {
  override name = 'BusyError'
  /** By then the longest queue of cheap tasks is done. */
  readonly retryAfter = 15

  constructor() {
    super('Too much of this is asked for at the moment')
  }
}

interface Limits {
  /** How many tasks run at once. */
  atOnce: number
  /** How many more may wait, of all together and of one. */
  waiting?: number
  waitingOfOne?: number
}

/** A task takes up to a second, and nobody who waits for a page waits longer than half a minute. */
const MOST_WAITING = 128
const MOST_WAITING_OF_ONE = 32

/**
 * The number of tasks of one kind that run at once. Signing in, the passwords of those who are known and key generation
 * have a limiter each.
 * Together they leave one thread of Node's pool (4, unless UV_THREADPOOL_SIZE says otherwise) to files and host names,
 * so that none of these waits for another.
 */
export function placesPerKind(cores = availableParallelism(), threads = Number(process.env.UV_THREADPOOL_SIZE) || 4) {
  return Math.max(1, Math.min(cores, Math.floor((threads - 1) / 3)))
}

/** The server's own tasks. */
const OWN = ''

interface Waiting {
  turn: Turn | undefined
  start: () => void
  refuse: (reason: BusyError) => void
}

/**
 * Makes a limiter that lets at most `atOnce` tasks run at once. The others wait, each of those who ask in turn: who has
 * a hundred of them waiting is no further ahead than who has one. When too many wait, the one with the most loses their
 * last: a newcomer gets in.
 */
export function createLimiter({
  atOnce,
  waiting: most = MOST_WAITING,
  waitingOfOne = MOST_WAITING_OF_ONE,
}: Limits): Limiter {
  if (!Number.isInteger(atOnce) || atOnce < 1) throw new RangeError(`A limiter needs at least one place, not ${atOnce}`)
  let free = atOnce
  const waiting = new Turns<Waiting>()

  function waitForPlace(turn: Turn | undefined): Promise<void> {
    const who = turn?.who ?? OWN
    if (turn && waiting.sizeOf(who) >= waitingOfOne) throw new BusyError()
    if (turn && waiting.size >= most) {
      const last = waiting.dropFor(who, (other) => other !== OWN)
      if (!last) throw new BusyError()
      last.refuse(new BusyError())
    }
    return new Promise((start, refuse) => waiting.add(who, { turn, start, refuse }))
  }

  /** The next one that somebody still waits for; the others are let go on the way. */
  function next(): Waiting | undefined {
    for (let first = waiting.take(); first; first = waiting.take()) {
      if (!first.turn?.signal?.aborted) return first
      first.refuse(new BusyError())
    }
    return undefined
  }

  return async (turn, task) => {
    if (free > 0) free--
    else await waitForPlace(turn)
    try {
      return await task()
    } finally {
      // The place goes straight to the next in line, so that a newcomer can't overtake it.
      const first = next()
      if (first) first.start()
      else free++
    }
  }
}
