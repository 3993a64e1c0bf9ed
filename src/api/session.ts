import { queryOptions } from '@tanstack/react-query'
import { isApiError } from './ApiError.ts'
import { http } from './http.ts'
import { notifyOtherTabs } from './otherTabs.ts'
import { disabledUser, session } from './sessionOver.ts'
import type { UserInfo, Whoami } from './types.ts'

export type Credentials = { username: string; password: string } | { apiKey: string }

const WHOAMI = '/api/service/console/whoami'

/** Who is signed in: known from the sign-in, or from the request that each visit starts with. */
export const whoamiQuery = queryOptions({
  queryKey: ['whoami'],
  queryFn: ({ signal }) => http.get<Whoami>(WHOAMI, { signal }),
  initialData: () => session.get(),
  staleTime: Number.POSITIVE_INFINITY,
})

/**
 * The same, read again: the user may have been added to a team meanwhile. Not the query above, because a request
 * remembers the session that it was sent under (see sessionOver.ts).
 */
export const membershipQuery = queryOptions({
  queryKey: ['membership'],
  queryFn: ({ signal }) => http.get<Whoami>(WHOAMI, { signal }),
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
})

/** Set when the server has just said that there is no session: the sign-in page then does not ask again. */
let hasNoSession = false

/** On a first visit: resumes the browser's session, or rejects with the 401. */
export async function resumeSession(): Promise<Whoami> {
  const known = session.get()
  if (known) return known
  try {
    const whoami = await http.get<Whoami>(WHOAMI)
    notifyOtherTabs(whoami.username)
    session.set(whoami)
    return whoami
  } catch (error) {
    hasNoSession = isApiError(error, 'unauthorized')
    throw error
  }
}

/**
 * Returns the browser's session before anybody signs in here, if any. Errors are ignored: the sign-in will show them.
 */
export async function liveSession(): Promise<Whoami | undefined> {
  try {
    return hasNoSession || disabledUser.get() ? undefined : await http.get<Whoami>(WHOAMI, { signingIn: true })
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
  await endSession()
  const whoami = await http.get<Whoami>(WHOAMI, {
    signingIn: true,
    headers: { ...authorization(credentials), ...(rememberMe ? { 'X-Concord-RememberMe': 'true' } : {}) },
  })
  notifyOtherTabs(whoami.username)
  return whoami
}

function authorization(credentials: Credentials): Record<string, string> {
  if ('apiKey' in credentials) return { Authorization: credentials.apiKey.trim(), 'X-Concord-EnableSession': 'true' }
  return { Authorization: `Basic ${base64(`${credentials.username.trim()}:${credentials.password}`)}` }
}

/** btoa takes Latin-1 only; Concord reads the credentials as UTF-8. */
const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

const endSession = () => http.post<void>('/api/service/console/logout', undefined, { signingIn: true })

/** Ends the session on the server; what was read is forgotten with it (see queryClient.ts). */
export async function logout() {
  await endSession()
  notifyOtherTabs()
  hasNoSession = true
  session.set(undefined)
}
