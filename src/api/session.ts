import { queryOptions } from '@tanstack/react-query'
import { expectSession, expectsSession, SESSION, WHOAMI } from '../early/knownSession.ts'
import { ApiError, isApiError, rejectsUser } from './ApiError.ts'
import { forgetEarly } from './early.ts'
import { readOnce } from './freshness.ts'
import { http } from './http.ts'
import { notifyOtherTabs } from './otherTabs.ts'
import { disabledUser, session } from './sessionOver.ts'
import type { UserInfo, Whoami } from './types.ts'

export type Credentials = { username: string; password: string } | { apiKey: string }

// The next visit then knows what to ask.
session.subscribe(() => expectSession(session.get() !== undefined))

/** When who is signed in was last read, in milliseconds since the epoch. */
let readAt = 0

async function readWhoami(options?: Parameters<typeof http.get>[1], path = WHOAMI): Promise<Whoami> {
  const whoami = await http.get<Whoami>(path, options)
  readAt = Date.now()
  return whoami
}

/**
 * Who is signed in, and in which organizations they are by now. The first answer is that of the sign-in, or of the
 * request that each visit starts with. Later ones do not replace `session`: a request remembers what it was sent under.
 */
export const whoamiQuery = queryOptions({
  queryKey: ['whoami'],
  queryFn: ({ signal }) => readWhoami({ signal }),
  initialData: () => session.get(),
  initialDataUpdatedAt: () => readAt,
  ...readOnce,
})

/** `null` on Concord 2.11.1, which does not have it. */
export const userInfoQuery = queryOptions({
  queryKey: ['userInfo'],
  queryFn: async ({ signal }) => {
    try {
      return await http.get<UserInfo>('/api/service/console/userInfo', { signal })
    } catch (error) {
      if (isApiError(error, 'notFound')) return null
      throw error
    }
  },
  ...readOnce,
})

/** Set when the server has just said that there is no session: the sign-in page then does not ask again. */
let hasNoSession = false

/** On a first visit: resumes the browser's session, or rejects with a 401. */
export async function resumeSession(): Promise<Whoami> {
  const known = session.get()
  if (known) return known
  try {
    const whoami = await whoIsSignedIn()
    notifyOtherTabs(whoami.username)
    session.set(whoami)
    return whoami
  } catch (error) {
    hasNoSession = isApiError(error, 'unauthorized')
    if (hasNoSession) expectSession(false)
    throw error
  }
}

/** Returns the user of the browser's session; without one it rejects with a 401. See knownSession.ts. */
async function whoIsSignedIn(options: { signingIn?: true } = {}): Promise<Whoami> {
  if (expectsSession()) return readWhoami(options)
  const answer: Partial<Whoami> | undefined = await readWhoami(options, SESSION).catch((error: unknown) => {
    if (!isApiError(error) || error.kind === 'unauthorized' || error.kind === 'unreachable' || rejectsUser(error))
      throw error
    return undefined
  })
  // A Concord without our gateway: it refuses strangers as WHOAMI does, and does not know the address otherwise.
  if (!answer) return readWhoami(options)
  if (!('username' in answer)) throw new ApiError(401, 'unauthorized', '')
  return answer as Whoami
}

/**
 * Returns the browser's session before anybody signs in here, if any. Errors are ignored: the sign-in will show them.
 */
export async function liveSession(): Promise<Whoami | undefined> {
  try {
    return hasNoSession || disabledUser.get() ? undefined : await whoIsSignedIn({ signingIn: true })
  } catch (error) {
    if (isApiError(error)) return undefined
    throw error
  } finally {
    hasNoSession = false
  }
}

/**
 * Opens a session (concord-api §2). Concord ignores new credentials while another session or a remembered browser is
 * valid, so both are ended first. The caller then sets `session`, or finishes the dialog.
 */
export async function login(credentials: Credentials, rememberMe: boolean): Promise<Whoami> {
  forgetEarly()
  await endSession()
  const whoami = await readWhoami({
    signingIn: true,
    headers: { ...authorization(credentials), ...(rememberMe ? { 'X-Concord-RememberMe': 'true' } : {}) },
  })
  notifyOtherTabs(whoami.username)
  return whoami
}

function authorization(credentials: Credentials): Record<string, string> {
  if ('apiKey' in credentials) return { Authorization: credentials.apiKey, 'X-Concord-EnableSession': 'true' }
  return { Authorization: `Basic ${base64(`${credentials.username}:${credentials.password}`)}` }
}

/** btoa takes Latin-1 only; Concord reads the credentials as UTF-8. */
const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

const endSession = () => http.post<void>('/api/service/console/logout', undefined, { signingIn: true })

/** Ends the session on the server; what was read is forgotten with it (see queryClient.ts). */
export async function logout() {
  forgetEarly()
  await endSession()
  notifyOtherTabs()
  hasNoSession = true
  session.set(undefined)
}
