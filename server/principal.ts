import type { UserRow } from './db/schema.ts'
import { textError } from './errors.ts'

/** The sender of a request. */
export interface Principal {
  /** How they were identified; `whoami` returns it (concord-api §2.2). */
  realm: 'apikey' | 'internal' | 'ldap' | 'sessionkey'
  /** Undefined for agents' keys, which belong to no user. */
  user: UserRow | undefined
  /** Current role names. */
  roles: ReadonlySet<string>
  /** The key that was sent, or that opened the session: everything opened with it ends with it. */
  apiKeyId?: string
  /** The public id of the session whose cookie was sent. */
  sessionId?: string
  /** The process session whose token was sent. */
  process?: { instanceId: string; projectId: string }
}

/** Why credentials were rejected. Without any input: people type passwords into the user name field. */
export interface Refusal {
  reason: 'malformed' | 'unknown' | 'wrong-password' | 'disabled' | 'expired' | 'throttled' | 'directory-unreachable'
  /** The user that the credentials name, if there is one. */
  userId?: string | undefined
}

/** Concord's UserPrincipal#assertCurrent: most endpoints need a user, which agents' keys do not have. */
export function userOf({ user }: Principal): UserRow {
  if (user) return user
  throw textError(401, "Can't determine the current principal (com.walmartlabs.concord.server.security.UserPrincipal)")
}

/** Whose requests are counted together: a user's, or those of an agent's key. */
export const personOf = ({ user, apiKeyId = '' }: Principal): string => user?.id ?? apiKeyId

export const isAdmin = ({ roles }: Principal) => roles.has('concordAdmin')
export const isSystemReader = ({ roles }: Principal) => roles.has('concordSystemReader')
export const isSystemWriter = ({ roles }: Principal) => roles.has('concordSystemWriter')
