import { createStore } from '../store.ts'
import { ApiError } from './ApiError.ts'

/** One stretch of being signed in. A request remembers its own, to know whether somebody signed in since. */
export type Session = { username: string }

let current: Session | undefined

export const currentSession = () => current

/** Called when the server has said who we are. */
export function sessionBegan(username: string) {
  if (current?.username !== username) current = { username }
}

export function sessionEnded() {
  current = undefined
}

type Outcome = 'same user' | 'another user' | 'gave up'
type Over = { username: string; settle: (outcome: Outcome) => void; outcome: Promise<Outcome> }

/** Set while the session is over and the sign-in dialog is open: all refused requests wait for the same dialog. */
export const sessionOver = createStore<Over | undefined>(undefined)

/** The dialog's answers. */
export function finishSignIn(username: string): 'same user' | 'another user' {
  const over = sessionOver.get()
  const outcome = username === over?.username ? 'same user' : 'another user'
  current = { username }
  sessionOver.set(undefined)
  over?.settle(outcome)
  return outcome
}

export function giveUpSignIn() {
  const over = sessionOver.get()
  sessionEnded()
  sessionOver.set(undefined)
  over?.settle('gave up')
}

/**
 * Resolves when the refused request may be sent once more: true after a new sign-in, false when there was no
 * session to begin with (a first visit goes to the sign-in page) or the user gave up. What one user wrote is never
 * sent as another.
 */
export async function signedInAgain(session: Session | undefined, method: string): Promise<boolean> {
  if (!session) return false
  if (!current) return false
  const outcome = session === current ? await askToSignIn(session) : compare(session, current)
  if (outcome === 'another user' && method !== 'GET')
    throw new ApiError(401, 'unauthorized', 'This was not sent, because you signed in as somebody else.')
  return outcome !== 'gave up'
}

const compare = (before: Session, now: Session): Outcome =>
  before.username === now.username ? 'same user' : 'another user'

function askToSignIn({ username }: Session): Promise<Outcome> {
  const open = sessionOver.get()
  if (open) return open.outcome
  let settle: (outcome: Outcome) => void = () => {}
  const outcome = new Promise<Outcome>((resolve) => {
    settle = resolve
  })
  sessionOver.set({ username, settle, outcome })
  return outcome
}
