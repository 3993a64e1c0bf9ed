import { type Kysely, sql } from 'kysely'

/** This column has the name of events that Concord's log does not have, such as sign-ins. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  'ALTER TABLE auditLog ADD COLUMN event TEXT',
  'CREATE INDEX auditLogByEvent ON auditLog (event, seq) WHERE event IS NOT NULL',
]
