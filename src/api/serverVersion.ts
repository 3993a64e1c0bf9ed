import { queryOptions } from '@tanstack/react-query'
import { http } from './http.ts'
import type { ServerVersion } from './types.ts'

/** Which Concord this is; needs no sign-in, and is read once. */
export const serverVersionQuery = queryOptions({
  queryKey: ['serverVersion'],
  queryFn: ({ signal }) => http.get<ServerVersion>('/api/v1/server/version', { signal }),
  staleTime: 'static',
  gcTime: Number.POSITIVE_INFINITY,
})

/** Our own server, which also has operations below `/api/x`: on a real Concord those are a 404. */
export const isOurs = ({ commitId }: ServerVersion) => commitId === 'concord-secrets-console'

/** From 2.9 to 2.11 the search for users fails with a 500 as soon as one matches (concord-api §8). */
export const cannotSearchUsers = ({ version }: ServerVersion) => /^2\.(9|10|11)\./.test(version)
