import { queryOptions } from '@tanstack/react-query'
import { isApiError } from './ApiError.ts'
import { http, query, url } from './http.ts'
import type { OpenSession } from './types.ts'

/*
 * Where somebody is signed in. Our own server only: ask `isOurs` first (serverVersion.ts). Without a user id it is
 * about the caller; other users are for admins.
 */

/** The last used first. */
export const sessionListQuery = (userId?: string) =>
  queryOptions({
    queryKey: ['sessions', userId],
    queryFn: ({ signal }) => http.get<OpenSession[]>(`/api/x/v1/sessions${query({ userId })}`, { signal }),
  })

/** Returns how many ended: 0 if it had ended already. */
export async function endOpenSession(id: string): Promise<number> {
  try {
    await http.delete(url`/api/x/v1/sessions/${id}`)
    return 1
  } catch (error) {
    if (isApiError(error, 'notFound')) return 0
    throw error
  }
}

/** Ends all of them, or all but the current one. Returns how many ended. */
export async function endOpenSessions(which: { userId?: string | undefined; keepCurrent?: true }): Promise<number> {
  const { ended } = await http.delete<{ ended: number }>(`/api/x/v1/sessions${query(which)}`)
  return ended
}
