import { sql } from 'kysely'
import { readJsonColumn } from '../db/json.ts'
import type { Db } from '../db/open.ts'
import { nonEmpty } from '../http.ts'
import { ownersOf } from '../users/owner.ts'
import type { OwnEvent } from './events.ts'
import type { AuditAction, AuditObject } from './record.ts'

export interface AuditFilter {
  object: AuditObject | undefined
  action: AuditAction | undefined
  userId: string | undefined
  /** Our own events too, or only those of a name; undefined: Concord's only. */
  own: 'with' | OwnEvent | undefined
  /** Exclusive, in the log's own form. */
  after: string | undefined
  before: string | undefined
  /** Paths into the details, and what has to be there. */
  details: Record<string, string | undefined>
  offset: number
  limit: number
}

/** The entries that fit, newest first. */
export async function listAudit(db: Db, filter: AuditFilter) {
  const { object, action, userId, own, after, before, details, offset, limit } = filter
  let query = db.selectFrom('auditLog').selectAll()
  if (own === undefined) query = query.where('event', 'is', null)
  else if (own !== 'with') query = query.where('event', '=', own)
  if (object) query = query.where('object', '=', object)
  if (action) query = query.where('action', '=', action)
  if (userId) query = query.where('userId', '=', userId)
  if (after) query = query.where('entryDate', '>', after)
  if (before) query = query.where('entryDate', '<', before)
  for (const [path, value] of Object.entries(details)) {
    // Written out, not bound: only then is it the expression of an index.
    if (value !== undefined) query = query.where(sql`json_extract(details, ${sql.lit(`$.${path}`)})`, '=', value)
  }
  const rows = await query.orderBy('seq', 'desc').limit(limit).offset(offset).execute()
  const owners = rows.map(({ userId: ownerId }) => ({ ownerId }))
  const userOf = await ownersOf(db, owners)
  return rows.map((row) =>
    nonEmpty({
      entryDate: row.entryDate,
      action: row.action,
      object: row.object,
      details: readJsonColumn(row.details),
      user: userOf({ ownerId: row.userId }),
    }),
  )
}
