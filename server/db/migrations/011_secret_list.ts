import { type Kysely, sql } from 'kysely'

/**
 * Filtering, counting and sorting the secrets of an organization reads these indexes only (secrets/search.ts): they have
 * every column that this needs, by name and by the age of the value.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const facets = sql`type, visibility, encryptedBy, ownerId, id`
  await sql`CREATE INDEX secretsListed ON secrets (orgId, name, ${facets})`.execute(db)
  await sql`CREATE INDEX secretsByAge ON secrets (orgId, coalesce(lastUpdatedAt, createdAt), name, ${facets})`.execute(
    db,
  )
}
