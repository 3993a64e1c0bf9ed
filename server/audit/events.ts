import type { Db } from '../db/open.ts'
import type { Call } from '../services.ts'
import { type AuditAction, type AuditEvent, recordAudit } from './record.ts'

/**
 * Events that Concord's log does not have. They are entries of the object SYSTEM with `details.event`. No id of an
 * organization, project, secret or team is at the top of their details, and `GET /api/v1/audit` leaves them out: clients
 * of Concord count its events. `GET /api/x/v1/audit` returns them to admins.
 */
export const OWN_EVENTS = {
  'sign-in': 'ACCESS',
  'sign-in-refused': 'ACCESS',
  'sign-out': 'DELETE',
  denied: 'ACCESS',
  'invalid-request': 'ACCESS',
  grant: 'UPDATE',
  'sessions-ended': 'DELETE',
  'password-changed': 'UPDATE',
  'remember-me-reused': 'DELETE',
  backup: 'ACCESS',
  start: 'ACCESS',
  settings: 'UPDATE',
  'master-key-changed': 'UPDATE',
  'audit-archived': 'DELETE',
} as const satisfies Record<string, AuditAction>

export type OwnEvent = keyof typeof OWN_EVENTS

type Details = Record<string, unknown>
/** Whose event it is, where the request has no principal. */
type Who = Pick<AuditEvent, 'principal' | 'userId'>

/** Writes one of our own events that belongs to a request. Give it the transaction of the change. */
export function recordEvent(db: Db, c: Call, event: OwnEvent, details: Details, who: Who = {}): Promise<void> {
  return recordAudit(db, c, { object: 'SYSTEM', action: OWN_EVENTS[event], details: { event, ...details }, ...who })
}

/** Writes one of our own events that no request has caused. */
export async function recordSystemEvent(db: Db, event: OwnEvent, details: Details): Promise<void> {
  await db
    .insertInto('auditLog')
    .values({
      entryDate: new Date().toISOString(),
      ...{ userId: null, object: 'SYSTEM', action: OWN_EVENTS[event], event },
      details: JSON.stringify({ event, ...details, actionSource: { type: 'SYSTEM' } }),
    })
    .execute()
}
