import type { Actor } from '../actor.ts'
import type { Trx } from '../db/open.ts'
import { type AuditAction, recordAudit } from './record.ts'

/**
 * Events that Concord does not log. They are entries of the object SYSTEM with `details.event`. Their details have no
 * id of an organization, project, secret or team at the top level, and `GET /api/v1/audit` omits them, because
 * Concord's clients count its events. `GET /api/x/v1/audit` returns them to admins.
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

/**
 * Writes one of our own events, in the transaction of the change. `userId`: the user it belongs to, if nobody is signed
 * in.
 */
export function recordEvent(
  trx: Trx,
  actor: Actor,
  event: OwnEvent,
  details: Record<string, unknown>,
  userId?: string,
): Promise<void> {
  return recordAudit(trx, actor, {
    object: 'SYSTEM',
    action: OWN_EVENTS[event],
    details: { event, ...details },
    userId,
  })
}
