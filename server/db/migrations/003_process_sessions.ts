import { type Kysely, sql } from 'kysely'

/** Process sessions. Their tokens are not stored, see auth/sessionToken.ts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `CREATE TABLE processSessions (
     instanceId TEXT PRIMARY KEY, userId TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
     projectId TEXT NOT NULL REFERENCES projects ON DELETE CASCADE, expiresAt TEXT NOT NULL) STRICT`,
  `CREATE INDEX processSessionsByExpiry ON processSessions (expiresAt)`,
]
