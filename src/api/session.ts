import { queryOptions } from '@tanstack/react-query'
import { isApiError } from './ApiError.ts'
import { http } from './http.ts'
import { queryClient } from './queryClient.ts'
import { sessionBegan, sessionEnded } from './sessionOver.ts'
import type { UserInfo, Whoami } from './types.ts'

export type Credentials = { username: string; password: string } | { apiKey: string }

/** Who is signed in. On a first visit a 401 is the answer "nobody". */
export const whoamiQuery = queryOptions({
  queryKey: ['whoami'],
  queryFn: async ({ signal }) => {
    const whoami = await http.get<Whoami>('/api/service/console/whoami', { signal })
    sessionBegan(whoami.username)
    return whoami
  },
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
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

/** The session that is alive before anybody signs in here, if any. */
export async function liveSession(): Promise<Whoami | undefined> {
  try {
    return await http.get<Whoami>('/api/service/console/whoami', { signingIn: true })
  } catch (error) {
    // A disabled user's session answers 403: not one to continue with. And whatever else is wrong with the server,
    // signing in will say it.
    if (isApiError(error)) return undefined
    throw error
  }
}

/**
 * Starts a session (concord-api §2). While another session or a remembered login lives, Concord ignores new
 * credentials, so both are ended first.
 */
export async function login(credentials: Credentials, rememberMe: boolean): Promise<Whoami> {
  await endSession()
  const whoami = await http.get<Whoami>('/api/service/console/whoami', {
    signingIn: true,
    headers: { ...authorization(credentials), ...(rememberMe ? { 'X-Concord-RememberMe': 'true' } : {}) },
  })
  queryClient.setQueryData(whoamiQuery.queryKey, whoami)
  return whoami
}

function authorization(credentials: Credentials): Record<string, string> {
  if ('apiKey' in credentials) return { Authorization: credentials.apiKey.trim(), 'X-Concord-EnableSession': 'true' }
  return { Authorization: `Basic ${base64(`${credentials.username.trim()}:${credentials.password}`)}` }
}

/** btoa takes Latin-1 only; Concord reads the credentials as UTF-8. */
const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

const endSession = () => http.post<void>('/api/service/console/logout', undefined, { signingIn: true })

/** Ends the session on the server and forgets everything that was read. */
export async function logout() {
  await endSession()
  sessionEnded()
  queryClient.clear()
}
