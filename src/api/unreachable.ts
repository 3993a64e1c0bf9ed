import { createStore } from '../store.ts'
import { DISK_FULL } from './ApiError.ts'

export type Outage = {
  /** How many tries have failed so far. */
  tries: number
  /** When the next try is due, in milliseconds as of performance.now(), which no clock change affects. */
  nextTry: number
}

/** Set while the server is unreachable. The banner shows it; when the server is back, everything is read again. */
export const unreachable = createStore<Outage | undefined>(undefined)

const PAUSES = [2, 4, 8, 15, 30]
const pause = (tries: number) => (PAUSES[Math.min(tries, PAUSES.length - 1)] ?? 30) * 1000

/** A failure this soon after the server was back is the same outage: one address fails while others answer. */
const SAME_OUTAGE = 30_000

/** How many times in a row it became unreachable soon after it was back; the pauses grow with it. */
let relapses = 0
let backAt = Number.NEGATIVE_INFINITY

/** A request got no answer. Only the first one starts the count: many fail at once. */
export function markUnreachable() {
  if (unreachable.get()) return
  relapses = performance.now() - backAt < SAME_OUTAGE ? relapses + 1 : 0
  unreachable.set({ tries: relapses, nextTry: performance.now() + pause(relapses) })
}

/**
 * A request got an answer. After a relapse that counts only when the pause is over: each return has everything read
 * again, and an address that keeps failing would be asked without end.
 */
export function markReachable() {
  const outage = unreachable.get()
  if (outage && (relapses === 0 || performance.now() >= outage.nextTry)) back()
}

function back() {
  backAt = performance.now()
  unreachable.set(undefined)
}

/** Pings the server (concord-api §13); the pauses grow while it does not answer. */
export async function tryServer() {
  const tries = (unreachable.get()?.tries ?? 0) + 1
  try {
    const response = await fetch('/api/v1/server/ping', {
      headers: { 'X-Concord-UI-Request': 'true' },
      signal: AbortSignal.timeout(10_000),
    })
    // With a full disk (507) reading still works.
    if (response.status < 500 || response.status === DISK_FULL) return back()
  } catch {
    // Still unreachable: the next try is set below.
  }
  if (unreachable.get()) unreachable.set({ tries, nextTry: performance.now() + pause(tries) })
}

/** Resolves when the server answers again; rejects when `signal` aborts. */
export const whenReachable = (signal?: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    if (!unreachable.get()) return resolve()
    const unsubscribe = unreachable.subscribe(() => {
      if (unreachable.get()) return
      unsubscribe()
      resolve()
    })
    signal?.addEventListener('abort', () => {
      unsubscribe()
      reject(signal.reason)
    })
  })
