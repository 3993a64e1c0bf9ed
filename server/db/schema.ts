import type { Generated } from 'kysely'

/** Rows as SQLite stores them: booleans are 0 or 1, times ISO-8601 in UTC, `Json` columns text. */
export interface Database {
  settings: { name: string; value: Uint8Array }
  users: UserRow
  roles: { id: string; name: string; permissions: Json }
  userRoles: { userId: string; roleId: string }
  roleLdapGroups: { roleId: string; ldapGroup: string }
  /** A view of each user's roles, direct or through an LDAP group. */
  allUserRoles: { userId: string; roleId: string }
  apiKeys: ApiKeyRow
  sessions: SessionRow
  rememberMe: RememberMeRow
  processSessions: ProcessSessionRow
  orgs: OrgRow
  /** The usage of an organization. Only triggers write it (migration 008). */
  orgUsage: { orgId: string; secrets: number; projects: number; repositories: number; teams: number; bytes: number }
  teams: { id: string; orgId: string; name: string; description: string | null }
  teamUsers: { teamId: string; userId: string; role: TeamRole }
  teamLdapGroups: { teamId: string; ldapGroup: string; role: TeamRole }
  userLdapGroups: { userId: string; ldapGroup: string }
  /** A view of each user's teams, direct or through an LDAP group (Concord's V_USER_TEAMS). */
  userTeams: { userId: string; teamId: string; orgId: string; role: TeamRole }
  projects: ProjectRow
  repositories: RepositoryRow
  /** Wrapped by the master key. Created with the project's first encrypted string. */
  projectKeys: { projectId: string; wrappedKey: Uint8Array }
  projectTeamAccess: { projectId: string; teamId: string; level: AccessLevel }
  secrets: SecretRow
  secretValues: { secretId: string; wrappedKey: Uint8Array; salt: Uint8Array | null; data: Uint8Array }
  secretProjects: { secretId: string; projectId: string }
  secretTeamAccess: { secretId: string; teamId: string; level: AccessLevel }
  policies: { id: string; parentId: string | null; name: string; rules: Json }
  policyLinks: { policyId: string; orgId: string | null; projectId: string | null; userId: string | null }
  auditLog: AuditRow
}

/** A JSON document as text. */
type Json = string
type Flag = 0 | 1

export type Visibility = 'PUBLIC' | 'PRIVATE'
export type AccessLevel = 'READER' | 'WRITER' | 'OWNER'
export type TeamRole = 'MEMBER' | 'MAINTAINER' | 'OWNER'
export type UserType = 'LOCAL' | 'LDAP' | 'SSO'
export type SecretType = 'KEY_PAIR' | 'USERNAME_PASSWORD' | 'DATA'
export type EncryptedBy = 'SERVER_KEY' | 'PASSWORD'

export interface UserRow {
  id: string
  /** Lower case: Concord stores and looks up names in lower case. */
  username: string
  domain: string | null
  displayName: string | null
  email: string | null
  type: UserType
  disabled: Flag
  permanentlyDisabled: Flag
  disabledDate: string | null
  /** Only users of the built-in directory have one. */
  passwordHash: string | null
}

export interface ApiKeyRow {
  id: string
  /** Keys of agents have no user. */
  userId: string | null
  name: string
  hash: string
  expiredAt: string | null
}

/** Common to all kinds of sessions: how they were opened. */
interface OpenedSession {
  userId: string
  /** The key that opened it, directly or through another session; the session ends with the key. */
  apiKeyId: string | null
  createdAt: string
  lastUsedAt: string
  /** The address of the client that opened it. */
  address: string | null
  userAgent: string | null
}

export interface SessionRow extends OpenedSession {
  /** Only a hash of the cookie: a copy of the database opens no session. */
  idHash: string
  /** Its public id, for lists and audit rows. It gives no access. */
  id: string
  realm: string
  /** The remember-me cookie of the same browser. */
  rememberMeId: string | null
  /** Set when its user was disabled: requests with it get the reason, and it stays ended. */
  endedAt: string | null
}

/** A remembered sign-in. Each use replaces its cookie and increments `serial`. */
export interface RememberMeRow extends OpenedSession {
  id: string
  /** A hash of the random bytes in the cookie: neither the database nor the master key is enough to forge one. */
  secretHash: string
  serial: number
  rotatedAt: string
  realm: string
  endedAt: string | null
}

export interface ProcessSessionRow extends OpenedSession {
  instanceId: string
  projectId: string
  expiresAt: string
}

export interface OrgRow {
  id: string
  name: string
  ownerId: string | null
  visibility: Visibility
  meta: Json | null
  cfg: Json | null
}

export interface ProjectRow {
  id: string
  orgId: string
  name: string
  description: string | null
  visibility: Visibility
  ownerId: string | null
  rawPayloadMode: string
  outVariablesMode: string
  processExecMode: string
  cfg: Json | null
  meta: Json | null
  createdAt: string
}

export interface RepositoryRow {
  id: string
  projectId: string
  name: string
  url: string
  branch: string | null
  commitId: string | null
  path: string | null
  secretId: string | null
  disabled: Flag
  triggersDisabled: Flag
  meta: Json | null
}

export interface SecretRow {
  id: string
  orgId: string
  name: string
  ownerId: string | null
  type: SecretType
  storeType: string
  encryptedBy: EncryptedBy
  visibility: Visibility
  createdAt: string
  /** Set only when the encrypted data is rewritten (concord-api §9.1). */
  lastUpdatedAt: string | null
}

export interface AuditRow {
  /** Increases with each entry; the order of the log. */
  seq: Generated<number>
  entryDate: string
  userId: string | null
  object: string
  action: string
  details: Json
  /** The name of our own event (audit/events.ts); null for an event that Concord logs too. */
  event: string | null
}
