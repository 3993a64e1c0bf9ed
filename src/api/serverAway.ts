import { createStore } from '../store.ts'
import { DISK_FULL } from './ApiError.ts'

export type Away = {
  /** How many tries failed since the server went away. */
  tries: number
  /** When the next try is due, in milliseconds as of performance.now(), which nobody sets back. */
  nextTry: number
}

/** Set while the server does not answer. The banner follows it and, when it is back, has everything read again. */
export const serverAway = createStore<Away | undefined>(undefined)

const PAUSES = [2, 4, 8, 15, 30]
const pause = (tries: number) => (PAUSES[Math.min(tries, PAUSES.length - 1)] ?? 30) * 1000

/** Away again this soon after it was back is the same trouble: one address fails while others answer. */
const SAME_TROUBLE = 30_000

/** How many times in a row it went away soon after it was back; the pauses grow with it. */
let relapses = 0
let backAt = Number.NEGATIVE_INFINITY

/** A request got no answer. Only the first one starts the count: many fail at once. */
export function serverIsAway() {
  if (serverAway.get()) return
  relapses = performance.now() - backAt < SAME_TROUBLE ? relapses + 1 : 0
  serverAway.set({ tries: relapses, nextTry: performance.now() + pause(relapses) })
}

/**
 * A request got an answer. After a relapse that proves nothing before the pause is over: every return has everything
 * read again, and an address that keeps failing would be asked without end.
 */
export function serverAnswered() {
  const away = serverAway.get()
  if (away && (relapses === 0 || performance.now() >= away.nextTry)) back()
}

function back() {
  backAt = performance.now()
  serverAway.set(undefined)
}

/** Asks for a sign of life (concord-api §13); the pauses grow while there is none. */
export async function tryServer() {
  const tries = (serverAway.get()?.tries ?? 0) + 1
  try {
    const response = await fetch('/api/v1/server/ping', {
      headers: { 'X-Concord-UI-Request': 'true' },
      signal: AbortSignal.timeout(10_000),
    })
    // A full disk (507) keeps nobody from reading.
    if (response.status < 500 || response.status === DISK_FULL) return back()
  } catch {
    // Still away: the next try is set below.
  }
  if (serverAway.get()) serverAway.set({ tries, nextTry: performance.now() + pause(tries) })
}

/** Resolves when the server answers; rejects when the caller lost interest. */
export const serverIsBack = (signal?: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    if (!serverAway.get()) return resolve()
    const unsubscribe = serverAway.subscribe(() => {
      if (serverAway.get()) return
      unsubscribe()
      resolve()
    })
    signal?.addEventListener('abort', () => {
      unsubscribe()
      reject(signal.reason)
    })
  })
