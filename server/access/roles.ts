import { sql } from 'kysely'
import type { Reader } from '../db/open.ts'

/** The names of a user's roles, direct and through LDAP groups. */
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
 * The same as a column, a JSON list, for a query on `users`: every request reads its user, and that should be a single
 * query. Does not use the view `allUserRoles`, which SQLite would materialize each time.
 */
export const roleNames = sql<string>`(
  SELECT json_group_array(roles.name) FROM roles WHERE roles.id IN (
    SELECT "roleId" FROM "userRoles" WHERE "userId" = users.id
    UNION ALL
    SELECT g."roleId" FROM "userLdapGroups" m JOIN "roleLdapGroups" g ON g."ldapGroup" = m."ldapGroup"
    WHERE m."userId" = users.id))`
