import { type Kysely, sql } from 'kysely'

/**
 * Makes the seed rows match a real Concord: the id of the organization `ConcordSystem`, and the permissions of
 * `concordAdmin`, unless an admin has changed them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`UPDATE roles SET permissions = ${PERMISSIONS}
    WHERE name = 'concordAdmin' AND permissions = ${PERMISSIONS_BEFORE}`.execute(db)
  const { rows } = await sql<{ id: string }>`SELECT id FROM orgs WHERE name = 'ConcordSystem' AND id <> ${ORG_ID}
    AND ownerId IS NULL AND NOT EXISTS (SELECT 1 FROM orgs WHERE id = ${ORG_ID})`.execute(db)
  const id = rows[0]?.id
  if (id !== undefined) await moveOrg(db, id)
}

const ORG_ID = '94a35e54-d204-11e7-9a97-c32b8f0c3380'
const PERMISSIONS_BEFORE = '["createOrg","updateOrg","getProcessQueueAllOrgs","apiKeySpecifyValue"]'
const PERMISSIONS = '["createOrg","updateOrg","apiKeySpecifyValue"]'

/** Everything in the organization moves to a copy with the new id; then the old row is deleted. */
async function moveOrg(db: Kysely<unknown>, id: string) {
  await sql`UPDATE orgs SET name = ${id} WHERE id = ${id}`.execute(db)
  await sql`INSERT INTO orgs (id, name, ownerId, visibility, meta, cfg)
    SELECT ${ORG_ID}, 'ConcordSystem', ownerId, visibility, meta, cfg FROM orgs WHERE id = ${id}`.execute(db)
  for (const { name, column } of await referencesToOrgs(db)) {
    await sql`UPDATE ${sql.table(name)} SET ${sql.ref(column)} = ${ORG_ID} WHERE ${sql.ref(column)} = ${id}`.execute(db)
  }
  // Audit entries are found by its id.
  await sql`UPDATE auditLog SET details = json_set(details, '$.orgId', ${ORG_ID})
    WHERE json_extract(details, '$.orgId') = ${id}`.execute(db)
  await sql`DELETE FROM orgs WHERE id = ${id}`.execute(db)
}

/** Except for the sums of `orgUsage`, which triggers update. */
async function referencesToOrgs(db: Kysely<unknown>) {
  const { rows } = await sql<{ name: string; column: string }>`
    SELECT m.name, f."from" AS "column" FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
    WHERE m.type = 'table' AND f."table" = 'orgs' AND m.name <> 'orgUsage'`.execute(db)
  return rows
}
