import type { UserRow } from './db/schema.ts'
import { textError } from './errors.ts'

/** Who sends a request. */
export interface Principal {
  /** How they were identified; what `whoami` answers (concord-api §2.2). */
  realm: 'apikey' | 'internal' | 'ldap' | 'sessionkey'
  /** Undefined for the keys of agents, which belong to nobody. */
  user: UserRow | undefined
  /** Role names, as they are at this moment. */
  roles: ReadonlySet<string>
  /** The key that was sent, or that opened the session: what they open in turn ends with it. */
  apiKeyId?: string
  /** The session whose cookie was sent; its public id, not the cookie. */
  sessionId?: string
  /** The process session whose token was sent. */
  process?: { instanceId: string; projectId: string }
}

/** Why credentials were refused. Nothing of what was sent: people type passwords where the user name should be. */
export interface Refusal {
  reason: 'malformed' | 'unknown' | 'wrong-password' | 'disabled' | 'expired' | 'throttled' | 'directory-unreachable'
  /** Whom the credentials name, where that is a user. */
  userId?: string | undefined
}

/** Concord's UserPrincipal#assertCurrent: most endpoints need a user, which the keys of agents do not have. */
export function userOf({ user }: Principal): UserRow {
  if (user) return user
  throw textError(401, "Can't determine the current principal (com.walmartlabs.concord.server.security.UserPrincipal)")
}

/** Whose requests count together: a user's, or those of an agent's key. */
export const personOf = ({ user, apiKeyId = '' }: Principal): string => user?.id ?? apiKeyId

export const isAdmin = ({ roles }: Principal) => roles.has('concordAdmin')
export const isSystemReader = ({ roles }: Principal) => roles.has('concordSystemReader')
export const isSystemWriter = ({ roles }: Principal) => roles.has('concordSystemWriter')
