import { type Kysely, sql } from 'kysely'

/**
 * Filtering, counting and sorting the secrets of an organization reads this index only (secrets/search.ts): it has every
 * column that they need, by name.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE INDEX secretsListed ON secrets
    (orgId, name, type, visibility, encryptedBy, ownerId, id, lastUpdatedAt, createdAt)`.execute(db)
}
