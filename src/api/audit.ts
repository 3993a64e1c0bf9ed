import { queryOptions } from '@tanstack/react-query'
import { http, query } from './http.ts'
import type { AuditAction, AuditEntry, AuditObject } from './types.ts'

export type AuditFilter = {
  object?: AuditObject
  action?: AuditAction
  /** ISO-8601 with an offset; exclusive. */
  after?: string
  before?: string
  orgName?: string
  secretId?: string
}

/**
 * One page of the log, newest first. Ask for a secret by its id: entries from before a move and those of access
 * changes do not carry the organization (concord-api §11).
 */
export const auditQuery = (
  { orgName, secretId, ...filter }: AuditFilter,
  { page = 1, size = 50 }: { page?: number; size?: number } = {},
) =>
  queryOptions({
    queryKey: ['audit', { orgName, secretId, ...filter }, page, size],
    queryFn: async ({ signal }) => {
      const entities = {
        'details.orgName': orgName,
        'details.secretId': secretId,
      }
      const paging = { offset: (page - 1) * size, limit: size + 1 }
      const rows = await http.get<AuditEntry[]>(`/api/v1/audit${query({ ...filter, ...entities, ...paging })}`, {
        signal,
      })
      return { items: rows.slice(0, size), hasNext: rows.length > size }
    },
  })
