import { session } from './sessionOver.ts'

/*
 * What this tab remembers over a reload, for the one who is signed in. Names and ids only: a value is never kept
 * anywhere (see docs/security.md).
 */

const PREFIX = 'concord-secrets '
const READER = 'reader'

export function remember(key: string, what: unknown) {
  try {
    sessionStorage.setItem(PREFIX + key, JSON.stringify(what))
  } catch {
    // Storage is full or blocked: the state then lasts as long as the page.
  }
}

export function recall<T>(key: string): T | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + key) ?? 'null') ?? undefined
  } catch {
    return undefined
  }
}

/** Clears the memory after a sign-out, and when another user signs in. */
function forgetOthers() {
  const username = session.get()?.username
  if (username !== undefined && recall(READER) === username) return
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key)
  if (username !== undefined) remember(READER, username)
}

if (session.get()) forgetOthers()
session.subscribe(forgetOthers)
