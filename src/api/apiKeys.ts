import { queryOptions } from '@tanstack/react-query'
import { http, url } from './http.ts'

/** concord-api §10. The value is in the response to the creation, and nowhere else. */
export type ApiKey = { id: string; userId: string; name: string; expiredAt?: string }

/** The caller's keys by name, also those that have expired. */
export const apiKeyListQuery = queryOptions({
  queryKey: ['apiKeys'],
  queryFn: ({ signal }) => http.get<ApiKey[]>('/api/v1/apikey', { signal }),
})

/** Returns the value of the new key. */
export async function createApiKey(name: string): Promise<string> {
  const { key } = await http.post<{ key: string }>('/api/v1/apikey', { name })
  return key
}

export const deleteApiKey = (id: string) => http.delete(url`/api/v1/apikey/${id}`)
