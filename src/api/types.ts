/** Concord's JSON, word for word. A field that is null on the server is missing here (nulls are omitted). */

/** com.walmartlabs.concord.server.console.UserResponse */
export type Whoami = {
  realm?: string
  username: string
  userDomain?: string
  displayName: string
  orgs?: { id: string; name: string }[]
}

/** com.walmartlabs.concord.server.console.UserInfoEntry */
export type UserInfo = {
  id: string
  displayName: string
  teams?: { orgName: string; teamName: string; role: TeamRole }[]
  roles?: string[]
  ldapGroups?: string[]
}

export type UserType = 'LOCAL' | 'LDAP' | 'SSO'
export type Visibility = 'PUBLIC' | 'PRIVATE'
export type TeamRole = 'OWNER' | 'MAINTAINER' | 'MEMBER'
export type AccessLevel = 'OWNER' | 'WRITER' | 'READER'

/** com.walmartlabs.concord.server.org.EntityOwner */
export type EntityOwner = {
  id?: string
  username?: string
  userDomain?: string
  displayName?: string
  userType?: UserType
}

/** com.walmartlabs.concord.server.org.OrganizationEntry */
export type Organization = {
  id: string
  name: string
  owner?: EntityOwner
  visibility: Visibility
  meta?: Record<string, unknown>
  cfg?: Record<string, unknown>
}

/** com.walmartlabs.concord.server.org.project.ProjectEntry */
export type Project = {
  id: string
  name: string
  description?: string
  orgId: string
  orgName: string
  visibility: Visibility
  owner?: EntityOwner
  createdAt?: string
  /** Only in the answer of the deprecated v1 GET of one project. */
  repositories?: Record<string, Repository>
}

/** com.walmartlabs.concord.server.org.project.RepositoryEntry */
export type Repository = {
  id: string
  projectId: string
  name: string
  url: string
  branch?: string
  commitId?: string
  path?: string
  secretId?: string
  secretName?: string
  secretStoreType?: string
  disabled: boolean
  triggersDisabled: boolean
}

/** com.walmartlabs.concord.server.org.team.TeamEntry */
export type Team = { id: string; orgId: string; orgName: string; name: string; description?: string }

/** com.walmartlabs.concord.server.user.UserEntry */
export type User = {
  id: string
  name: string
  domain?: string
  displayName?: string
  type: UserType
  email?: string
  orgs?: { id: string; name: string }[]
  roles?: { id: string; name: string; permissions?: string[] }[]
  disabled: boolean
  permanentlyDisabled: boolean
}

/** com.walmartlabs.concord.server.VersionResponse */
export type ServerVersion = { version: string; commitId?: string }

/** Ours, of `/api/x/v1/org`. */
export type OrganizationCount = { orgId: string; secrets: number }

export type SecretType = 'KEY_PAIR' | 'USERNAME_PASSWORD' | 'DATA'
export type SecretEncryptedBy = 'SERVER_KEY' | 'PASSWORD'

/** com.walmartlabs.concord.server.org.secret.SecretEntryV2 */
export type Secret = {
  id: string
  name: string
  orgId: string
  orgName: string
  type: SecretType
  storeType: string
  encryptedBy: SecretEncryptedBy
  visibility: Visibility
  /** Missing when the user was deleted. */
  owner?: EntityOwner
  /** Empty means: usable by every project. 2.11.1 also had a single `projectId`. */
  projects: { id: string; name: string }[]
  createdAt: string
  /** When the value or the store password last changed; missing as long as the value is the first one. */
  lastUpdatedAt?: string
}

/** What a list shows of a secret. */
export type ListedSecret = Omit<Secret, 'orgId' | 'storeType' | 'projects'> & { projects: { name: string }[] }

/** Ours, of `/api/x/v1/org/{org}/secrets` (server/README.md): Concord's lists have neither facets nor totals. */
export type FoundSecrets = {
  secrets: (Omit<ListedSecret, 'orgName' | 'projects'> & { projects: string[] })[]
  hasMore: boolean
  counts?: SecretCounts
}

export type SecretCounts = {
  /** Of the organization, whatever was asked for. */
  total: number
  matching: number
  type: Record<SecretType, number>
  visibility: Record<Visibility, number>
  scope: Record<SecretScope, number>
  protection: Record<SecretEncryptedBy, number>
}

/** Whether every project may use it, or some. */
export type SecretScope = 'all' | 'some'

/** com.walmartlabs.concord.server.org.secret.SecretUpdateRequest (v1, JSON) */
export type SecretUpdate = {
  name?: string
  visibility?: Visibility
  owner?: { id: string } | { username: string; userDomain?: string }
  orgId?: string
  orgName?: string
  storePassword?: string
  newStorePassword?: string
}

/** com.walmartlabs.concord.server.org.ResourceAccessEntry */
export type ResourceAccess = { teamId: string; orgName?: string; teamName?: string; level: AccessLevel }

/** com.walmartlabs.concord.server.GenericOperationResult */
export type OperationResult = {
  ok: true
  id?: string
  result?: 'CREATED' | 'UPDATED' | 'DELETED' | 'ALREADY_EXISTS' | 'NOT_FOUND' | 'VALIDATED'
}

/** com.walmartlabs.concord.server.org.secret.SecretOperationResponse: what only the creation's answer says. */
export type SecretCreated = OperationResult & { id: string; password?: string; publicKey?: string }

/** com.walmartlabs.concord.server.org.secret.PublicKeyResponse */
export type PublicKey = { ok: true; id: string; publicKey: string }

export type AuditAction = 'CREATE' | 'UPDATE' | 'DELETE' | 'ACCESS'
export type AuditObject =
  | 'SECRET'
  | 'PROJECT'
  | 'ORGANIZATION'
  | 'TEAM'
  | 'API_KEY'
  | 'USER'
  | 'ROLE'
  | 'SYSTEM'
  | string

/** com.walmartlabs.concord.server.audit.AuditLogEntry; `details` depends on object and action. */
export type AuditEntry = {
  entryDate: string
  action: AuditAction
  object: AuditObject
  details?: Record<string, unknown> & {
    requestIp?: string
    actionSource?: { type: 'UI' | 'API_REQUEST' | 'PROCESS' | 'SYSTEM'; instanceId?: string }
  }
  /** Missing for the system and for deleted users. */
  user?: EntityOwner
}

/** What the script at /api/service/console/cfg sets (com.walmartlabs.concord.server.console.ConsoleConfiguration). */
export type ConsoleConfig = {
  loginUrl?: string
  logoutUrl?: string
  login?: { usernameHint?: string }
  /** Ours: the address of Concord's own console. */
  console2Url?: string
}

declare global {
  interface Window {
    concord?: ConsoleConfig
  }
}

/** Ours, of `/api/x/v1/sessions` (server/README.md): one way in that is open. Concord has no such list. */
export type OpenSession = {
  id: string
  kind: 'SESSION' | 'REMEMBER_ME' | 'PROCESS'
  /** How it was opened: `apikey`, `ldap` … */
  realm?: string
  createdAt: string
  lastUsedAt?: string
  expiresAt?: string
  address?: string
  userAgent?: string
  /** The one that asks. */
  current?: boolean
}

/** Ours, of `/api/x/v1/password`. */
export type PasswordState = {
  changeable: boolean
  /** What a new password must be, as a sentence. */
  rule: string
  /** Why it cannot be changed. */
  reason?: string
}

/** Ours, of `/api/x/v1/org/{org}/secret/{name}/usage` (server/README.md). */
export type SecretUsage = {
  secretId: string
  /** The secret's organization, and all others. */
  here: UsagePart
  elsewhere: UsagePart
  /** False if there may be more. */
  complete: boolean
  /** Missing for those who may not read its audit log; empty if that has no use of it. */
  lastUse?: { entry?: AuditEntry }
}

export type UsagePart = {
  readable: number
  /** The first of them. */
  repositories: { id: string; name: string; projectName: string; orgName: string }[]
  /** In projects that the caller cannot read. */
  hidden: number
  /** Those of these projects that the caller may know of. */
  hiddenProjects: { projectName: string; orgName: string }[]
}
