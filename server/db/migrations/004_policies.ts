import { type Kysely, sql } from 'kysely'

/** Policies and what they apply to: an organization, a project, a user, a combination of these, or everything. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `CREATE TABLE policies (
     id TEXT PRIMARY KEY, parentId TEXT REFERENCES policies ON DELETE SET NULL, name TEXT NOT NULL UNIQUE,
     rules TEXT NOT NULL) STRICT`,
  `CREATE TABLE policyLinks (
     policyId TEXT NOT NULL REFERENCES policies ON DELETE CASCADE, orgId TEXT REFERENCES orgs ON DELETE CASCADE,
     projectId TEXT REFERENCES projects ON DELETE CASCADE, userId TEXT REFERENCES users ON DELETE CASCADE) STRICT`,
  // NULLs would be distinct from each other in a plain unique index.
  `CREATE UNIQUE INDEX policyLinksByTarget ON policyLinks
     (policyId, ifnull(orgId, ''), ifnull(projectId, ''), ifnull(userId, ''))`,
]
