import { createStore } from '../store.ts'
import { ApiError } from './ApiError.ts'
import type { Whoami } from './types.ts'

/**
 * Who is signed in, as far as this page knows; undefined before the first answer and after a sign-out. A request
 * remembers the object it was sent under, to know whether somebody signed in since.
 */
export const session = createStore<Whoami | undefined>(undefined)

type Outcome = 'same user' | 'another user' | 'gave up'
type Over = { username: string; settle: (outcome: Outcome) => void; outcome: Promise<Outcome> }

/** Set while the session is over and the sign-in dialog is open: all refused requests wait for the same dialog. */
export const sessionOver = createStore<Over | undefined>(undefined)

/** The dialog's answer: somebody signed in, perhaps another user than before. */
export function finishSignIn(whoami: Whoami): 'same user' | 'another user' {
  const over = sessionOver.get()
  const outcome = whoami.username === over?.username ? 'same user' : 'another user'
  session.set(whoami)
  sessionOver.set(undefined)
  over?.settle(outcome)
  return outcome
}

/** The dialog's other answer. */
export function giveUpSignIn() {
  const over = sessionOver.get()
  session.set(undefined)
  sessionOver.set(undefined)
  over?.settle('gave up')
}

/**
 * Resolves when the refused request may be sent once more: true after a new sign-in, false when there was no
 * session to begin with (a first visit goes to the sign-in page) or the user gave up. What one user wrote is never
 * sent as another.
 */
export async function signedInAgain(before: Whoami | undefined, method: string): Promise<boolean> {
  const now = session.get()
  if (!before || !now) return false
  const outcome = before === now ? await askToSignIn(before) : compare(before, now)
  if (outcome === 'another user' && method !== 'GET')
    throw new ApiError(401, 'unauthorized', 'This was not sent, because you signed in as somebody else.')
  return outcome !== 'gave up'
}

const compare = (before: Whoami, now: Whoami): Outcome =>
  before.username === now.username ? 'same user' : 'another user'

function askToSignIn({ username }: Whoami): Promise<Outcome> {
  const open = sessionOver.get()
  if (open) return open.outcome
  let settle: (outcome: Outcome) => void = () => {}
  const outcome = new Promise<Outcome>((resolve) => {
    settle = resolve
  })
  sessionOver.set({ username, settle, outcome })
  return outcome
}
