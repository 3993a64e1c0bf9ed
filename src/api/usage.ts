import { queryOptions } from '@tanstack/react-query'
import { http, url } from './http.ts'
import type { SecretRef } from './secrets.ts'
import type { SecretUsage } from './types.ts'

/** What uses a secret, in one request. Our own server only: ask `isOurs` first (serverVersion.ts). */
export const secretUsageQuery = ({ orgName, secretName }: SecretRef) =>
  queryOptions({
    queryKey: ['secretUsage', orgName, secretName],
    queryFn: ({ signal }) =>
      http.get<SecretUsage>(url`/api/x/v1/org/${orgName}/secret/${secretName}/usage`, { signal }),
  })
