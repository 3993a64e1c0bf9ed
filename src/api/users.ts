import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { isApiError } from './ApiError.ts'
import { http, url } from './http.ts'
import type { User } from './types.ts'

/** An empty filter finds everybody. `null` when this server cannot search: 2.11.1 answers 500 as soon as somebody matches (concord-api §8). */
export const userSearchQuery = (filter: string, limit = 20) =>
  queryOptions({
    queryKey: ['users', filter, limit],
    queryFn: async ({ signal }) => {
      try {
        return await http.get<User[]>(url`/api/v2/user?filter=${filter}&offset=0&limit=${limit}`, { signal })
      } catch (error) {
        if (isApiError(error, 'failed')) return null
        throw error
      }
    },
    placeholderData: keepPreviousData,
  })
