import type { Db } from '../db/open.ts'

/** The names of somebody's roles, their own and those of their LDAP groups. */
export async function rolesOf(db: Db, userId: string): Promise<Set<string>> {
  const rows = await db
    .selectFrom('allUserRoles')
    .innerJoin('roles', 'roles.id', 'allUserRoles.roleId')
    .select('roles.name')
    .where('userId', '=', userId)
    .execute()
  return new Set(rows.map((row) => row.name))
}
