import { type Kysely, sql } from 'kysely'

/**
 * Sessions can be listed and ended one by one, and have the id of the API key that opened them. Remember-me cookies
 * become rows, so that each use can replace the cookie.
 *
 * Existing sessions and remember-me cookies end, because they don't record when they began or which key opened them.
 * Process sessions, which running CI jobs use, stay valid until they expire, as if opened now and without a key.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `DROP TABLE sessions`,
  `DROP TABLE endedRememberMe`,
  `CREATE TABLE rememberMe (
     id TEXT PRIMARY KEY, secretHash TEXT NOT NULL, serial INTEGER NOT NULL, rotatedAt TEXT NOT NULL,
     userId TEXT NOT NULL REFERENCES users ON DELETE CASCADE, realm TEXT NOT NULL,
     apiKeyId TEXT REFERENCES apiKeys ON DELETE CASCADE, createdAt TEXT NOT NULL, lastUsedAt TEXT NOT NULL,
     endedAt TEXT, address TEXT, userAgent TEXT) STRICT`,
  `CREATE INDEX rememberMeByUser ON rememberMe (userId, lastUsedAt)`,
  `CREATE INDEX rememberMeByApiKey ON rememberMe (apiKeyId)`,
  `CREATE TABLE sessions (
     idHash TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE,
     userId TEXT NOT NULL REFERENCES users ON DELETE CASCADE, realm TEXT NOT NULL,
     apiKeyId TEXT REFERENCES apiKeys ON DELETE CASCADE, rememberMeId TEXT REFERENCES rememberMe ON DELETE SET NULL,
     createdAt TEXT NOT NULL, lastUsedAt TEXT NOT NULL, endedAt TEXT, address TEXT, userAgent TEXT) STRICT`,
  `CREATE INDEX sessionsByUse ON sessions (lastUsedAt)`,
  `CREATE INDEX sessionsByUser ON sessions (userId, lastUsedAt)`,
  `CREATE INDEX sessionsByApiKey ON sessions (apiKeyId)`,
  `CREATE INDEX sessionsByRememberMe ON sessions (rememberMeId)`,
  `ALTER TABLE processSessions RENAME TO oldProcessSessions`,
  `DROP INDEX processSessionsByExpiry`,
  `CREATE TABLE processSessions (
     instanceId TEXT PRIMARY KEY, userId TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
     projectId TEXT NOT NULL REFERENCES projects ON DELETE CASCADE,
     apiKeyId TEXT REFERENCES apiKeys ON DELETE CASCADE, createdAt TEXT NOT NULL, lastUsedAt TEXT NOT NULL,
     expiresAt TEXT NOT NULL, address TEXT, userAgent TEXT) STRICT`,
  `INSERT INTO processSessions (instanceId, userId, projectId, createdAt, lastUsedAt, expiresAt)
     SELECT instanceId, userId, projectId, strftime('%Y-%m-%dT%H:%M:%fZ'), strftime('%Y-%m-%dT%H:%M:%fZ'), expiresAt
     FROM oldProcessSessions`,
  `DROP TABLE oldProcessSessions`,
  `CREATE INDEX processSessionsByExpiry ON processSessions (expiresAt)`,
  `CREATE INDEX processSessionsByApiKey ON processSessions (apiKeyId)`,
  // The roles of a session's user are read on each request.
  `CREATE INDEX roleLdapGroupsByGroup ON roleLdapGroups (ldapGroup)`,
]
