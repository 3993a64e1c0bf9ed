import type { KeyObject } from 'node:crypto'
import { roleNames } from '../access/roles.ts'
import { requireProcessProject } from '../access/rules.ts'
import { readListColumn } from '../db/json.ts'
import type { Principal } from '../principal.ts'
import type { Services } from '../services.ts'
import { isPast, needsTouch, orLog } from '../sessions/session.ts'
import { openToken, sealToken } from '../vault/tokens.ts'
import { malformedCredentials } from './basic.ts'

const PURPOSE = 'processSession'

/**
 * The token of a process session: its encrypted id, as Concord encrypts a process id. It is not stored, so a copy of
 * the database opens no session.
 */
export const sessionTokenOf = (masterKey: KeyObject, instanceId: string) =>
  sealToken(masterKey, { instanceId }, PURPOSE)

/**
 * Authenticates a session token (Concord's SessionTokenAuthenticationHandler and SessionKeyRealm): returns the user who
 * opened the session, with their current roles. Undefined if it has ended or its user is disabled; text that never was
 * a token has its own error (concord-api §2.5). Throws a 403 once the user may no longer open such a session.
 */
export async function sessionTokenPrincipal(
  { db, masterKey, log }: Services,
  token: string,
): Promise<Principal | undefined> {
  const content = openToken(masterKey, token, PURPOSE) as { instanceId: string } | undefined
  if (!content) throw malformedCredentials('Invalid session token')
  const session = await db
    .selectFrom('processSessions')
    .innerJoin('users', 'users.id', 'processSessions.userId')
    .leftJoin('apiKeys', 'apiKeys.id', 'processSessions.apiKeyId')
    .where('instanceId', '=', content.instanceId)
    .where('expiresAt', '>', new Date().toISOString())
    .selectAll('users')
    .select(['instanceId', 'projectId', 'lastUsedAt', 'apiKeys.expiredAt as keyExpiredAt', roleNames.as('roleNames')])
    .executeTakeFirst()
  if (!session) return undefined
  const { instanceId, projectId, lastUsedAt, keyExpiredAt, roleNames: names, ...user } = session
  if (user.disabled || isPast(keyExpiredAt)) return undefined
  const process = { instanceId, projectId }
  const who = { realm: 'sessionkey', user, roles: new Set(readListColumn(names)), process } as const
  await requireProcessProject(db, who, projectId)
  if (needsTouch(lastUsedAt, Number.POSITIVE_INFINITY)) {
    const now = new Date().toISOString()
    await orLog(
      log,
      db.updateTable('processSessions').set({ lastUsedAt: now }).where('instanceId', '=', instanceId).execute(),
    )
  }
  return who
}
