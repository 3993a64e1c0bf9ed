import { createStore } from '../store.ts'
import { ApiError } from './ApiError.ts'
import type { Whoami } from './types.ts'

/**
 * Who is signed in, as far as this page knows; undefined before the first answer and after a sign-out. A request
 * remembers the object it was sent under, to know whether somebody signed in since.
 */
export const session = createStore<Whoami | undefined>(undefined)

/** Calls `forget` on a sign-out and when another user signs in: they must not see what the previous user has read. */
export function onUserChange(forget: () => void) {
  let before = session.get()?.username
  session.subscribe(() => {
    const now = session.get()?.username
    if (now !== before) forget()
    before = now
  })
}

/** The user whom the server refused as disabled, with its words, for the sign-in page. */
export const disabledUser = createStore<{ username: string | undefined; words: string } | undefined>(undefined)

session.subscribe(() => {
  if (session.get()) disabledUser.set(undefined)
})

/** Forgets the session on this page; the frame then leads to the sign-in page. */
export function userIsDisabled(sentUnder: Whoami | undefined, words: string) {
  // Somebody else has signed in since.
  if (sentUnder?.username !== session.get()?.username) return
  disabledUser.set({ username: sentUnder?.username, words })
  giveUpSignIn()
}

type Outcome = 'same user' | 'another user' | 'gave up'
export type Over = {
  /** Whose session it was. */
  username: string
  /** Who signed in meanwhile in another tab, if that is why. */
  other: string | undefined
  /** A change waits for the same user; somebody else's sign-in drops it. */
  hasUnsent: boolean
  settle: (outcome: Outcome) => void
  outcome: Promise<Outcome>
}

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
export async function signedInAgain(before: Whoami | undefined, isChange: boolean): Promise<boolean> {
  const now = session.get()
  if (!before || !now) return false
  const outcome = before === now ? await askToSignIn(before, isChange ? { hasUnsent: true } : {}) : compare(before, now)
  if (outcome === 'another user' && isChange)
    throw new ApiError(401, 'unauthorized', 'This was not sent, because you signed in as somebody else.')
  return outcome !== 'gave up'
}

const compare = (before: Whoami, now: Whoami): Outcome =>
  before.username === now.username ? 'same user' : 'another user'

/** All tabs share one session: another tab says who has it now. Nothing of this page may be sent as somebody else. */
export function heardFromAnotherTab(username: string | undefined) {
  const mine = session.get()
  if (!mine) return
  if (mine.username !== username) void askToSignIn(mine, { other: username })
  // The same user has just signed in again there.
  else if (sessionOver.get()) finishSignIn({ ...mine })
}

function askToSignIn({ username }: Whoami, why: Partial<Pick<Over, 'other' | 'hasUnsent'>>): Promise<Outcome> {
  const over = sessionOver.get() ?? newlyOver(username)
  sessionOver.set({ ...over, other: why.other ?? over.other, hasUnsent: why.hasUnsent ?? over.hasUnsent })
  return over.outcome
}

function newlyOver(username: string): Over {
  let settle: (outcome: Outcome) => void = () => {}
  const outcome = new Promise<Outcome>((resolve) => {
    settle = resolve
  })
  return { username, other: undefined, hasUnsent: false, settle, outcome }
}
