import type { Generated } from 'kysely'

/** Rows as SQLite keeps them: booleans are 0 or 1, times ISO-8601 in UTC, `Json` columns text. */
export interface Database {
  settings: { name: string; value: Uint8Array }
  users: UserRow
  roles: { id: string; name: string; permissions: Json }
  userRoles: { userId: string; roleId: string }
  roleLdapGroups: { roleId: string; ldapGroup: string }
  /** A view: who has which role, directly or through an LDAP group. */
  allUserRoles: { userId: string; roleId: string }
  apiKeys: ApiKeyRow
  sessions: SessionRow
  rememberMe: RememberMeRow
  processSessions: ProcessSessionRow
  orgs: OrgRow
  /** What an organization holds; triggers keep it, nothing else writes it (migration 008). */
  orgUsage: { orgId: string; secrets: number; projects: number; repositories: number; teams: number; bytes: number }
  teams: { id: string; orgId: string; name: string; description: string | null }
  teamUsers: { teamId: string; userId: string; role: TeamRole }
  teamLdapGroups: { teamId: string; ldapGroup: string; role: TeamRole }
  userLdapGroups: { userId: string; ldapGroup: string }
  /** A view: who is in which team, directly or through an LDAP group (Concord's V_USER_TEAMS). */
  userTeams: { userId: string; teamId: string; orgId: string; role: TeamRole }
  projects: ProjectRow
  repositories: RepositoryRow
  /** Wrapped by the master key; a project has one from its first encrypted string on. */
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
  /** Lower case: Concord stores and looks names up in lower case. */
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

/** What all kinds of sessions know about how they were opened. */
interface OpenedSession {
  userId: string
  /** The key that opened it, directly or through another session: it ends with that key. */
  apiKeyId: string | null
  createdAt: string
  lastUsedAt: string
  /** Of the client that opened it. */
  address: string | null
  userAgent: string | null
}

export interface SessionRow extends OpenedSession {
  /** Only a hash of the cookie: reading the database opens no session. */
  idHash: string
  /** What lists and audit rows call it. It opens nothing. */
  id: string
  realm: string
  /** The remember-me cookie of the same browser. */
  rememberMeId: string | null
  /** Set when its user was disabled: such a session is told why it is refused, and stays ended. */
  endedAt: string | null
}

/** One remembered sign-in: its cookie is replaced with each use, and counts up `serial`. */
export interface RememberMeRow extends OpenedSession {
  id: string
  /** Of the random bytes in the cookie: neither the database nor the master key makes one. */
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
  /** Set when the encrypted data is rewritten, by nothing else (concord-api §9.1). */
  lastUpdatedAt: string | null
}

export interface AuditRow {
  /** Grows with each entry: the order of the log. */
  seq: Generated<number>
  entryDate: string
  userId: string | null
  object: string
  action: string
  details: Json
  /** Which of our own events it is (audit/events.ts); null: one that Concord's log has too. */
  event: string | null
}
