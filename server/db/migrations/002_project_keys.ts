import { type Kysely, sql } from 'kysely'

/** A project's own key for encrypted strings, wrapped by the master key. Created when it is first needed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `CREATE TABLE projectKeys (
         projectId TEXT PRIMARY KEY REFERENCES projects ON DELETE CASCADE, wrappedKey BLOB NOT NULL) STRICT`,
    )
    .execute(db)
}
