import { SYSTEM } from '../actor.ts'
import { type AuditEvent, recordAccess, recordAudit } from '../audit/record.ts'
import { insertOrg, type NewOrg, requireOrg } from '../orgs/store.ts'
import { addUser } from '../users/builtIn.ts'
import type { Db, Reader, Trx } from './open.ts'

/*
 * Type tests of transactions: each line below an `@ts-expect-error` must be an error for `tsc`. Nothing here runs.
 */

declare const db: Db
declare const trx: Trx
declare const reader: Reader
declare const event: AuditEvent
declare const org: NewOrg

/** An audit entry is written in the transaction of its change. */
export function auditLog() {
  recordAudit(trx, SYSTEM, event)
  // @ts-expect-error
  recordAudit(db, SYSTEM, event)
  recordAccess(db, SYSTEM, event)
  // @ts-expect-error the value would be read although the transaction fails later
  recordAccess(trx, SYSTEM, event)
}

/** Several writes, or a check and a write, need a transaction. */
export function writes() {
  insertOrg(trx, org)
  // @ts-expect-error
  insertOrg(db, org)
}

/** A transaction cannot open another one, which would deadlock. */
export function transactions() {
  addUser(db, { username: '', password: '', admin: false, apiKey: false })
  // @ts-expect-error
  addUser(trx, { username: '', password: '', admin: false, apiKey: false })
}

/** Functions that only read accept both, and cannot write. */
export function reads() {
  requireOrg(db, '')
  requireOrg(trx, '')
  requireOrg(reader, '')
  // @ts-expect-error
  reader.deleteFrom('orgs')
  // @ts-expect-error
  reader.transaction()
}
