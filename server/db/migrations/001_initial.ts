import { type Kysely, sql } from 'kysely'

/** The first schema. Table and column names are those of schema.ts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT`,

  `CREATE TABLE users (
     id TEXT PRIMARY KEY, username TEXT NOT NULL, domain TEXT, displayName TEXT, email TEXT, type TEXT NOT NULL,
     disabled INTEGER NOT NULL, permanentlyDisabled INTEGER NOT NULL, disabledDate TEXT, passwordHash TEXT) STRICT`,
  // NULL domains would be distinct from each other in a plain unique index.
  `CREATE UNIQUE INDEX usersByName ON users (username, ifnull(domain, ''), type)`,
  `CREATE TABLE roles (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, permissions TEXT NOT NULL) STRICT`,
  `CREATE TABLE userRoles (
     userId TEXT NOT NULL REFERENCES users ON DELETE CASCADE, roleId TEXT NOT NULL REFERENCES roles ON DELETE CASCADE,
     PRIMARY KEY (userId, roleId)) STRICT`,
  `CREATE TABLE apiKeys (
     id TEXT PRIMARY KEY, userId TEXT REFERENCES users ON DELETE CASCADE, name TEXT NOT NULL,
     hash TEXT NOT NULL UNIQUE, expiredAt TEXT, UNIQUE (userId, name)) STRICT`,
  `CREATE TABLE sessions (
     idHash TEXT PRIMARY KEY, userId TEXT NOT NULL REFERENCES users ON DELETE CASCADE, realm TEXT NOT NULL,
     roles TEXT NOT NULL, lastUsedAt TEXT NOT NULL) STRICT`,
  `CREATE INDEX sessionsByUse ON sessions (lastUsedAt)`,
  `CREATE TABLE endedRememberMe (id TEXT PRIMARY KEY, forgettable TEXT NOT NULL) STRICT`,

  `CREATE TABLE orgs (
     id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, ownerId TEXT REFERENCES users ON DELETE SET NULL,
     visibility TEXT NOT NULL, meta TEXT, cfg TEXT) STRICT`,
  `CREATE TABLE teams (
     id TEXT PRIMARY KEY, orgId TEXT NOT NULL REFERENCES orgs ON DELETE CASCADE, name TEXT NOT NULL,
     description TEXT, UNIQUE (orgId, name)) STRICT`,
  `CREATE TABLE teamUsers (
     teamId TEXT NOT NULL REFERENCES teams ON DELETE CASCADE, userId TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
     role TEXT NOT NULL, PRIMARY KEY (teamId, userId)) STRICT`,
  `CREATE INDEX teamUsersByUser ON teamUsers (userId)`,
  `CREATE TABLE teamLdapGroups (
     teamId TEXT NOT NULL REFERENCES teams ON DELETE CASCADE, ldapGroup TEXT NOT NULL, role TEXT NOT NULL,
     PRIMARY KEY (teamId, ldapGroup)) STRICT`,
  `CREATE TABLE userLdapGroups (
     userId TEXT NOT NULL REFERENCES users ON DELETE CASCADE, ldapGroup TEXT NOT NULL,
     PRIMARY KEY (userId, ldapGroup)) STRICT`,
  `CREATE VIEW userTeams AS
     SELECT m.userId, m.teamId, t.orgId, m.role FROM teamUsers m JOIN teams t ON t.id = m.teamId
     UNION
     SELECT u.userId, g.teamId, t.orgId, g.role FROM teamLdapGroups g
       JOIN userLdapGroups u ON u.ldapGroup = g.ldapGroup JOIN teams t ON t.id = g.teamId`,

  `CREATE TABLE projects (
     id TEXT PRIMARY KEY, orgId TEXT NOT NULL REFERENCES orgs ON DELETE CASCADE, name TEXT NOT NULL, description TEXT,
     visibility TEXT NOT NULL, ownerId TEXT REFERENCES users ON DELETE SET NULL, rawPayloadMode TEXT NOT NULL,
     outVariablesMode TEXT NOT NULL, processExecMode TEXT NOT NULL, cfg TEXT, meta TEXT, createdAt TEXT NOT NULL,
     UNIQUE (orgId, name)) STRICT`,
  `CREATE TABLE projectTeamAccess (
     projectId TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
     teamId TEXT NOT NULL REFERENCES teams ON DELETE CASCADE, level TEXT NOT NULL,
     PRIMARY KEY (projectId, teamId)) STRICT`,

  `CREATE TABLE secrets (
     id TEXT PRIMARY KEY, orgId TEXT NOT NULL REFERENCES orgs ON DELETE CASCADE, name TEXT NOT NULL,
     ownerId TEXT REFERENCES users ON DELETE SET NULL, type TEXT NOT NULL, storeType TEXT NOT NULL,
     encryptedBy TEXT NOT NULL, visibility TEXT NOT NULL, createdAt TEXT NOT NULL, lastUpdatedAt TEXT,
     UNIQUE (orgId, name)) STRICT`,
  `CREATE TABLE secretValues (
     secretId TEXT PRIMARY KEY REFERENCES secrets ON DELETE CASCADE, wrappedKey BLOB NOT NULL, salt BLOB,
     data BLOB NOT NULL) STRICT`,
  `CREATE TABLE secretProjects (
     secretId TEXT NOT NULL REFERENCES secrets ON DELETE CASCADE,
     projectId TEXT NOT NULL REFERENCES projects ON DELETE CASCADE, PRIMARY KEY (secretId, projectId)) STRICT`,
  `CREATE INDEX secretProjectsByProject ON secretProjects (projectId)`,
  `CREATE TABLE secretTeamAccess (
     secretId TEXT NOT NULL REFERENCES secrets ON DELETE CASCADE,
     teamId TEXT NOT NULL REFERENCES teams ON DELETE CASCADE, level TEXT NOT NULL,
     PRIMARY KEY (secretId, teamId)) STRICT`,
  `CREATE INDEX secretTeamAccessByTeam ON secretTeamAccess (teamId)`,

  `CREATE TABLE repositories (
     id TEXT PRIMARY KEY, projectId TEXT NOT NULL REFERENCES projects ON DELETE CASCADE, name TEXT NOT NULL,
     url TEXT NOT NULL, branch TEXT, commitId TEXT, path TEXT, secretId TEXT REFERENCES secrets ON DELETE SET NULL,
     disabled INTEGER NOT NULL, triggersDisabled INTEGER NOT NULL, meta TEXT, UNIQUE (projectId, name)) STRICT`,
  `CREATE INDEX repositoriesBySecret ON repositories (secretId)`,

  // No reference to users: the log must outlive them.
  `CREATE TABLE auditLog (
     seq INTEGER PRIMARY KEY AUTOINCREMENT, entryDate TEXT NOT NULL, userId TEXT, object TEXT NOT NULL,
     action TEXT NOT NULL, details TEXT NOT NULL) STRICT`,
  `CREATE INDEX auditLogBySecret ON auditLog (json_extract(details, '$.secretId'), seq)`,
  `CREATE INDEX auditLogByOrg ON auditLog (json_extract(details, '$.orgId'), seq)`,
  `CREATE INDEX auditLogByDate ON auditLog (entryDate)`,
]
