import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { isApiError } from './ApiError.ts'
import { http, url } from './http.ts'
import { serverVersionQuery } from './serverVersion.ts'
import type { EntityOwner, User } from './types.ts'

/** From 2.9 to 2.11 the search answers 500 as soon as somebody matches (concord-api §8). */
const CANNOT_SEARCH = /^2\.(9|10|11)\./

/** An empty filter finds everybody. `null` when this server cannot search. */
export const userSearchQuery = (filter: string, limit = 20) =>
  queryOptions({
    queryKey: ['users', filter, limit],
    queryFn: async ({ signal, client }) => {
      try {
        return await http.get<User[]>(url`/api/v2/user?filter=${filter}&offset=0&limit=${limit}`, { signal })
      } catch (error) {
        if (!isApiError(error, 'failed')) throw error
        const { version } = await client.fetchQuery(serverVersionQuery)
        if (!CANNOT_SEARCH.test(version)) throw error
        return null
      }
    },
    placeholderData: keepPreviousData,
  })

/** Other users than oneself are for admins to read. `null` when there is no such user. */
export const userQuery = (id: string) =>
  queryOptions({
    queryKey: ['user', id],
    queryFn: async ({ signal }) => (await http.get<User | undefined>(url`/api/v2/user/${id}`, { signal })) ?? null,
  })

/** A user as people know them, else by the name they sign in with. Undefined without a user: it was deleted. */
export function displayNameOf(user: User): string
export function displayNameOf(user: EntityOwner | undefined): string | undefined
export function displayNameOf(user: User | EntityOwner | undefined): string | undefined {
  return user && (user.displayName || ('name' in user ? user.name : user.username))
}
