import type { Db } from '../db/open.ts'
import type { Principal } from '../principal.ts'
import type { Call } from '../services.ts'

export const AUDIT_OBJECTS = [
  'API_KEY',
  'EXTERNAL_EVENT',
  'JSON_STORE',
  'JSON_STORE_DATA',
  'JSON_STORE_QUERY',
  'ORGANIZATION',
  'POLICY',
  'PROJECT',
  'PROCESS',
  'ROLE',
  'SECRET',
  'SYSTEM',
  'TEAM',
  'USER',
] as const

export const AUDIT_ACTIONS = ['CREATE', 'UPDATE', 'DELETE', 'ACCESS'] as const

export type AuditObject = (typeof AUDIT_OBJECTS)[number]
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

export interface AuditEvent {
  object: AuditObject
  action: AuditAction
  /** Ids, names and kinds; never a value, a password or a key. Fields that are undefined are left out. */
  details: Record<string, unknown>
  /** For events of the login itself, before the request has a principal. */
  principal?: Principal
  /** As `principal`, where only the id is known. */
  userId?: string
}

/**
 * Writes one row of the audit log. Give it the transaction of the change: the row is part of it (concord-api §11 says
 * which events have which details).
 */
export async function recordAudit(
  db: Db,
  c: Call,
  { object, action, details, principal, userId }: AuditEvent,
): Promise<void> {
  const who = principal ?? c.get('principal')
  await db
    .insertInto('auditLog')
    .values({
      entryDate: new Date().toISOString(),
      userId: who?.user?.id ?? userId ?? null,
      object,
      action,
      details: JSON.stringify({ ...details, ...sourceOf(c, who) }),
      event: eventOf(object, details),
    })
    .execute()
}

/** The name of an event of our own, which Concord's log does not have (audit/events.ts). */
const eventOf = (object: AuditObject, { event }: Record<string, unknown>) =>
  object === 'SYSTEM' && typeof event === 'string' ? event : null

/** Which request an entry comes from: part of its details. */
export function sourceOf(c: Call, who: Principal | undefined) {
  const channel = { type: c.req.header('X-Concord-UI-Request') ? 'UI' : 'API_REQUEST' }
  return {
    requestId: c.get('requestId'),
    requestIp: c.get('clientAddress'),
    actionSource: who?.process ? { type: 'PROCESS', instanceId: who.process.instanceId } : channel,
  }
}
