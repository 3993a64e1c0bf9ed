import { availableParallelism } from 'node:os'
import { Turns } from './turns.ts'

/**
 * Who a task is for, and whether they are still waiting. The server's own tasks have no turn and are always accepted.
 */
export interface Turn {
  /** The queue: a network or a user's id. A caller with many tasks waits in their own queue. */
  who: string
  /** An unauthenticated caller. Known users have other limiters and never wait behind these. */
  isStranger?: true
  signal?: AbortSignal
}

/** The same, but known: by a session, a key, or the network. */
export const known = ({ isStranger: _, ...turn }: Turn): Turn => turn

/** Runs a task as soon as a slot is free and settles like the task, or throws a BusyError. */
export type Limiter = <T>(turn: Turn | undefined, task: () => Promise<T>) => Promise<T>

/** The task was not started: too many are waiting and no other queue is longer, or nobody waits for it any more. */
export class BusyError extends Error {
  override name = 'BusyError'
  /** By then even the longest queue of cheap tasks is done. */
  readonly retryAfter = 15

  constructor() {
    super('Too much of this is asked for at the moment')
  }
}

interface Limits {
  /** The number of tasks that run at once. */
  atOnce: number
  /** How many more may wait, in total and per caller. */
  waiting?: number
  waitingOfOne?: number
}

/** A task takes up to a second, and users don't wait for a page longer than half a minute. */
const MAX_WAITING = 128
const MAX_WAITING_OF_ONE = 32

/**
 * The number of tasks of one kind that run at once. Signing in, the passwords of known users and key generation each
 * have a limiter. Together they leave one thread of Node's pool (4, unless UV_THREADPOOL_SIZE says otherwise) for files
 * and host names, so that none of these blocks another.
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
 * Creates a limiter that runs at most `atOnce` tasks at once. The others wait, and callers are served round-robin: a
 * caller with a hundred waiting tasks gets no more turns than one with a single task. When too many wait, the longest
 * queue loses its last task to a newcomer.
 */
export function createLimiter({
  atOnce,
  waiting: most = MAX_WAITING,
  waitingOfOne = MAX_WAITING_OF_ONE,
}: Limits): Limiter {
  if (!Number.isInteger(atOnce) || atOnce < 1) throw new RangeError(`A limiter needs at least one slot, not ${atOnce}`)
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

  /** The next task that somebody still waits for; drops the others. */
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
      // The slot goes straight to the next waiter, so that a newcomer can't overtake it.
      const first = next()
      if (first) first.start()
      else free++
    }
  }
}
