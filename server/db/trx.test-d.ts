import { SYSTEM } from '../actor.ts'
import { type AuditEvent, recordAccess, recordAudit } from '../audit/record.ts'
import { insertOrg, type NewOrg, requireOrg } from '../orgs/store.ts'
import { addUser } from '../users/builtIn.ts'
import type { Db, Reader, Trx } from './open.ts'

/*
 * What `tsc` says of transactions: each line below an `@ts-expect-error` has to be an error. Nothing here runs.
 */

declare const db: Db
declare const trx: Trx
declare const reader: Reader
declare const event: AuditEvent
declare const org: NewOrg

/** An entry of the audit log is written by the transaction of its change. */
export function auditLog() {
  recordAudit(trx, SYSTEM, event)
  // @ts-expect-error
  recordAudit(db, SYSTEM, event)
  recordAccess(db, SYSTEM, event)
  // @ts-expect-error the value would be read although the transaction fails later
  recordAccess(trx, SYSTEM, event)
}

/** What is several writes, or a write after a check, has a transaction. */
export function writes() {
  insertOrg(trx, org)
  // @ts-expect-error
  insertOrg(db, org)
}

/** A transaction opens no other one: that would wait for itself. */
export function transactions() {
  addUser(db, { username: '', password: '', admin: false, apiKey: false })
  // @ts-expect-error
  addUser(trx, { username: '', password: '', admin: false, apiKey: false })
}

/** What only reads takes both, and cannot write. */
export function reads() {
  requireOrg(db, '')
  requireOrg(trx, '')
  requireOrg(reader, '')
  // @ts-expect-error
  reader.deleteFrom('orgs')
  // @ts-expect-error
  reader.transaction()
}
