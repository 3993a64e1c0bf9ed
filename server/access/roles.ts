import { sql } from 'kysely'
import type { Reader } from '../db/open.ts'

/** The names of somebody's roles, their own and those of their LDAP groups. */
export async function rolesOf(db: Reader, userId: string): Promise<Set<string>> {
  const rows = await db
    .selectFrom('allUserRoles')
    .innerJoin('roles', 'roles.id', 'allUserRoles.roleId')
    .select('roles.name')
    .where('userId', '=', userId)
    .execute()
  return new Set(rows.map((row) => row.name))
}

/**
 * The same as a column, a JSON list, of a query that reads from `users`: who sends a request is read with each request,
 * and that is to be one query. Not through the view `allUserRoles`, which SQLite would make as a whole each time.
 */
export const roleNames = sql<string>`(
  SELECT json_group_array(roles.name) FROM roles WHERE roles.id IN (
    SELECT "roleId" FROM "userRoles" WHERE "userId" = users.id
    UNION ALL
    SELECT g."roleId" FROM "userLdapGroups" m JOIN "roleLdapGroups" g ON g."ldapGroup" = m."ldapGroup"
    WHERE m."userId" = users.id))`
