import { queryOptions } from '@tanstack/react-query'
import { http } from './http.ts'
import type { OperationResult, PasswordState } from './types.ts'

/**
 * Whether the caller's password is in our server's own directory, and its rule. Ask `isOurs` first (serverVersion.ts).
 */
export const passwordQuery = queryOptions({
  queryKey: ['password'],
  queryFn: ({ signal }) => http.get<PasswordState>('/api/x/v1/password', { signal }),
})

/** All other sessions of the caller end with it. */
export const changePassword = (passwords: { oldPassword: string; newPassword: string }) =>
  http.put<OperationResult>('/api/x/v1/password', passwords)
