import type { KeyObject } from 'node:crypto'
import { requireProcessProject } from '../access.ts'
import type { Db } from '../db/open.ts'
import { openToken, sealToken } from '../vault/tokens.ts'
import { malformedCredentials } from './basic.ts'
import type { Principal } from './principal.ts'
import { rolesOf } from './roles.ts'

const PURPOSE = 'processSession'

/**
 * The token of a process session: its id, encrypted, as Concord encrypts a process id. Nothing of it is stored, so that
 * reading the database opens no session.
 */
export const sessionTokenOf = (masterKey: KeyObject, instanceId: string) =>
  sealToken(masterKey, { instanceId }, PURPOSE)

/**
 * Who sends a session token (Concord's SessionTokenAuthenticationHandler and SessionKeyRealm): the user who opened the
 * session, with the roles they have now. Undefined when it has ended or its user is disabled; what never was a token is
 * an error of its own (contract §2.5). Throws a 403 once the user may not open such a session any more.
 */
export async function sessionTokenPrincipal(
  db: Db,
  masterKey: KeyObject,
  token: string,
): Promise<Principal | undefined> {
  const content = openToken(masterKey, token, PURPOSE) as { instanceId: string } | undefined
  if (!content) throw malformedCredentials('Invalid session token')
  const session = await db
    .selectFrom('processSessions')
    .selectAll()
    .where('instanceId', '=', content.instanceId)
    .where('expiresAt', '>', new Date().toISOString())
    .executeTakeFirst()
  if (!session) return undefined
  const user = await db.selectFrom('users').selectAll().where('id', '=', session.userId).executeTakeFirst()
  if (!user || user.disabled) return undefined
  const process = { instanceId: session.instanceId, projectId: session.projectId }
  const who = { realm: 'sessionkey', user, roles: await rolesOf(db, user.id), process } as const
  await requireProcessProject(db, who, session.projectId)
  return who
}
