import type { Actor } from '../actor.ts'
import { compiled } from '../db/compiled.ts'
import type { Db, Trx } from '../db/open.ts'
import type { AuditRow } from '../db/schema.ts'

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
  /** Ids, names and kinds; never a value, a password or a key. Undefined fields are omitted. */
  details: Record<string, unknown>
  /** The user of the event if the actor is not signed in: the one whose session ends. */
  userId?: string | undefined
}

/**
 * Writes a row of the audit log, in the transaction of the change (concord-api §11 lists the details of each event).
 */
export const recordAudit = (trx: Trx, actor: Actor, event: AuditEvent): Promise<void> => insert(trx, actor, event)

/** Writes the row of an event that changes nothing, so there is no transaction to join. */
export const recordAccess = (db: Db, actor: Actor, event: Omit<AuditEvent, 'action'>): Promise<void> =>
  insert(db, actor, { ...event, action: 'ACCESS' })

async function insert(db: Db | Trx, actor: Actor, { object, action, details, userId }: AuditEvent) {
  await insertRow(db, {
    entryDate: new Date().toISOString(),
    userId: actor.who?.user?.id ?? userId ?? null,
    object,
    action,
    details: JSON.stringify({ ...details, ...sourceOf(actor) }),
    event: eventOf(object, details),
  })
}

const insertRow = compiled<Omit<AuditRow, 'seq'>>()((db, arg) =>
  db.insertInto('auditLog').values({
    ...{ entryDate: arg('entryDate'), userId: arg('userId'), object: arg('object'), action: arg('action') },
    ...{ details: arg('details'), event: arg('event') },
  }),
)

/** The name of our own event, which Concord does not log (audit/events.ts). */
const eventOf = (object: AuditObject, { event }: Record<string, unknown>) =>
  object === 'SYSTEM' && typeof event === 'string' ? event : null

/** The origin of an entry, part of its details. */
export function sourceOf({ who, request }: Actor) {
  if (!request) return { actionSource: { type: 'SYSTEM' } }
  const process = who?.process
  return {
    requestId: request.id,
    requestIp: request.address,
    actionSource: process ? { type: 'PROCESS', instanceId: process.instanceId } : { type: request.channel },
  }
}
