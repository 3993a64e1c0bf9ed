import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { http, url } from './http.ts'
import { firstPage, SEARCH_SIZE } from './page.ts'
import type { EntityOwner, User, Whoami } from './types.ts'

/** An empty filter finds everybody. Not on a server that cannot search (serverVersion.ts). */
export const userSearchQuery = (filter: string) =>
  queryOptions({
    queryKey: ['users', filter],
    queryFn: ({ signal }) => firstPage((limit) => readUsers(filter, { offset: 0, limit, signal })),
    placeholderData: keepPreviousData,
  })

/**
 * The users with this name, among the next thousand that a search finds: Concord sorts by display name, and only
 * administrators may read a user by name (concord-api §8).
 */
export const userNamedQuery = (username: string) =>
  queryOptions({
    queryKey: ['users', { username }],
    queryFn: async ({ signal }) => {
      const users = await readUsers(username, { offset: SEARCH_SIZE, limit: 1_000, signal })
      return users.filter(({ name }) => name === username)
    },
  })

type Part = { offset: number; limit: number; signal: AbortSignal }

const readUsers = (filter: string, { offset, limit, signal }: Part) =>
  http.get<User[]>(url`/api/v2/user?filter=${filter}&offset=${offset}&limit=${limit}`, { signal })

/** Other users than oneself are for admins to read. `null` when there is no such user. */
export const userQuery = (id: string) =>
  queryOptions({
    queryKey: ['user', id],
    queryFn: async ({ signal }) => (await http.get<User | undefined>(url`/api/v2/user/${id}`, { signal })) ?? null,
  })

/** Whether both are the same user: names are unique within their directory only (concord-api §1). */
export const isUser = (owner: EntityOwner | undefined, user: EntityOwner | Whoami | undefined) =>
  owner?.username !== undefined && owner.username === user?.username && owner.userDomain === user.userDomain

/**
 * `Jan Novak (jan)`: display names are not unique. Usernames are, within their directory: where `others` have the same,
 * it is named too, as in `Jan Novak (jan@corp.example.com, LDAP)`.
 */
export function userTitle(user: User, others: User[] = []): string {
  const { displayName, name, domain, type } = user
  const isShared = others.some((other) => other.id !== user.id && other.name === name)
  const login = isShared ? `${domain ? `${name}@${domain}` : name}, ${type}` : name
  return !displayName || displayName === name ? login : `${displayName} (${login})`
}

/** The same for an owner: `nobody` after the user was deleted (concord-api §9.1). */
export const ownerName = (owner: EntityOwner | undefined) => owner?.displayName || owner?.username || 'nobody'
