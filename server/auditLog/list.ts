import { setImmediate as breath } from 'node:timers/promises'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { OwnEvent } from '../audit/events.ts'
import type { AuditAction, AuditObject } from '../audit/record.ts'
import { readJsonColumn } from '../db/json.ts'
import type { Reader } from '../db/open.ts'
import { nonEmpty } from '../json/omit.ts'
import { ownersOf } from '../users/owner.ts'

export interface AuditFilter {
  object: AuditObject | undefined
  action: AuditAction | undefined
  userId: string | undefined
  /** Includes our own events, or only those with a name; undefined: only Concord's. */
  own: 'with' | OwnEvent | undefined
  /** Exclusive, in the log's own format. */
  after: string | undefined
  before: string | undefined
  /** Paths in the details, and their required values. */
  details: Partial<Record<'orgId' | 'projectId' | 'secretId' | 'teamId', string | undefined>>
  offset: number
  limit: number
}

/** The maximum number of entries in a response; use `offset` for the rest. */
export const MAX_ENTRIES = 10_000

/*
 * Nothing else runs during a statement, so each reads only a slice of the log: the next entries of an index, or of the
 * log itself. Other requests run between two slices.
 */
export const ENTRIES_PER_SLICE = 1_000
/** The maximum size of the details in memory at once; a single row can be larger. */
const MAX_BYTES = 256 * 1024

/** The matching entries, newest first, in pages of a few hundred. A snapshot of the moment of the first page. */
export async function* readAudit(db: Reader, filter: AuditFilter, signal?: AbortSignal) {
  const slices = slicesOf(filter)
  let left = Math.min(filter.limit, MAX_ENTRIES)
  let skip = filter.offset
  let newest = await newestOf(db)
  while (left > 0 && newest > 0 && !signal?.aborted) {
    await breath()
    const lowest = await slices.lowest(db, newest)
    if (skip >= ENTRIES_PER_SLICE) {
      skip -= await slices.count(db, newest, lowest)
    } else {
      const found = await slices.found(db, newest, lowest)
      const wanted = found.slice(skip, skip + left)
      skip = Math.max(0, skip - found.length)
      left -= wanted.length
      for (const seqs of byBytes(wanted)) yield entriesOf(db, seqs)
    }
    newest = lowest - 1
  }
}

async function newestOf(db: Reader): Promise<number> {
  const row = await db
    .selectFrom('auditLog')
    .select(({ fn }) => fn.max('seq').as('seq'))
    .executeTakeFirst()
  return row?.seq ?? 0
}

type Condition = RawBuilder<SqlBool>

/** The index to slice: that of one filter, or the log itself. Rows must match the other filters. */
function slicesOf(filter: AuditFilter) {
  const conditions = conditionsOf(filter)
  const driver = conditions.find(({ index }) => index !== undefined)
  const driving = driver ? [driver.fits] : []
  const rest = conditions.filter((each) => each !== driver).map(({ fits }) => fits)
  const from = driver?.index
    ? sql`FROM ${sql.table('auditLog')} INDEXED BY ${sql.ref(driver.index)}`
    : sql`FROM ${sql.table('auditLog')} NOT INDEXED`
  const slice = (newest: number, lowest: number, conditions: Condition[]) => {
    const all = [...conditions, sql<SqlBool>`seq <= ${newest}`, sql<SqlBool>`seq >= ${lowest}`]
    return sql`${from} WHERE ${sql.join(all, sql` AND `)}`
  }
  return {
    /** The end of the next slice; 0 if it is the last one. */
    async lowest(db: Reader, newest: number): Promise<number> {
      const { rows } = await sql<{ seq: number }>`
        SELECT seq ${slice(newest, 0, driving)} ORDER BY seq DESC LIMIT 1 OFFSET ${ENTRIES_PER_SLICE - 1}
      `.execute(db)
      return rows[0]?.seq ?? 0
    },
    /** The matches in a slice, without the details, which can be long. */
    async found(db: Reader, newest: number, lowest: number): Promise<Found[]> {
      const { rows } = await sql<Found>`
        SELECT seq, octet_length(details) AS bytes ${slice(newest, lowest, [...driving, ...rest])} ORDER BY seq DESC
      `.execute(db)
      return rows
    },
    async count(db: Reader, newest: number, lowest: number): Promise<number> {
      const { rows } = await sql<{ entries: number }>`
        SELECT count(*) AS entries ${slice(newest, lowest, [...driving, ...rest])}
      `.execute(db)
      return rows[0]?.entries ?? 0
    },
  }
}

/** The given filters, those with an index first, starting with the usually most selective one. */
function conditionsOf({ object, action, userId, own, after, before, details }: AuditFilter) {
  const inDetails = (path: keyof AuditFilter['details']) =>
    // Literal, not bound: otherwise it does not match the expression of the index.
    details[path] !== undefined && sql<SqlBool>`json_extract(details, ${sql.lit(`$.${path}`)}) = ${details[path]}`
  const all: { fits: Condition | false; index?: string }[] = [
    { fits: inDetails('secretId'), index: 'auditLogBySecret' },
    { fits: inDetails('projectId'), index: 'auditLogByProject' },
    { fits: inDetails('teamId'), index: 'auditLogByTeam' },
    { fits: userId !== undefined && sql<SqlBool>`userId = ${userId}`, index: 'auditLogByUser' },
    { fits: inDetails('orgId'), index: 'auditLogByOrg' },
    { fits: own !== undefined && own !== 'with' && sql<SqlBool>`event = ${own}`, index: 'auditLogByEvent' },
    { fits: own === undefined && sql<SqlBool>`event IS NULL` },
    { fits: object !== undefined && sql<SqlBool>`object = ${object}`, index: 'auditLogByObject' },
    { fits: action !== undefined && sql<SqlBool>`action = ${action}` },
    { fits: after !== undefined && sql<SqlBool>`entryDate > ${after}` },
    { fits: before !== undefined && sql<SqlBool>`entryDate < ${before}` },
  ]
  return all.flatMap(({ fits, index }) => (fits ? [{ fits, index }] : []))
}

interface Found {
  seq: number
  bytes: number
}

function* byBytes(found: readonly Found[]): Generator<number[]> {
  let seqs: number[] = []
  let sum = 0
  for (const { seq, bytes } of found) {
    if (seqs.length > 0 && sum + bytes > MAX_BYTES) {
      yield seqs
      seqs = []
      sum = 0
    }
    seqs.push(seq)
    sum += bytes
  }
  if (seqs.length > 0) yield seqs
}

async function entriesOf(db: Reader, seqs: number[]) {
  const rows = await db.selectFrom('auditLog').selectAll().where('seq', 'in', seqs).orderBy('seq', 'desc').execute()
  const userOf = await ownersOf(
    db,
    rows.map(({ userId }) => ({ ownerId: userId })),
  )
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
