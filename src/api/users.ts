import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { http, url } from './http.ts'
import type { EntityOwner, User, Whoami } from './types.ts'

/** An empty filter finds everybody. Not on a server that cannot search (serverVersion.ts). */
export const userSearchQuery = (filter: string, limit = 20) =>
  queryOptions({
    queryKey: ['users', filter, limit],
    queryFn: ({ signal }) => http.get<User[]>(url`/api/v2/user?filter=${filter}&offset=0&limit=${limit}`, { signal }),
    placeholderData: keepPreviousData,
  })

/** Other users than oneself are for admins to read. `null` when there is no such user. */
export const userQuery = (id: string) =>
  queryOptions({
    queryKey: ['user', id],
    queryFn: async ({ signal }) => (await http.get<User | undefined>(url`/api/v2/user/${id}`, { signal })) ?? null,
  })

/** Whether both are the same user: names are unique within their directory only (concord-api §1). */
export const isUser = (owner: EntityOwner | undefined, user: EntityOwner | Whoami | undefined) =>
  owner?.username !== undefined && owner.username === user?.username && owner.userDomain === user.userDomain

/** The name that people know a user by, or the one to sign in with. */
export const userName = ({ displayName, name }: User) => displayName || name

/** The same for an owner: `nobody` after the user was deleted (concord-api §9.1). */
export const ownerName = (owner: EntityOwner | undefined) => owner?.displayName || owner?.username || 'nobody'
