import type { Db } from '../db/open.ts'

export async function rolesOf(db: Db, userId: string): Promise<Set<string>> {
  const rows = await db
    .selectFrom('userRoles')
    .innerJoin('roles', 'roles.id', 'userRoles.roleId')
    .select('roles.name')
    .where('userId', '=', userId)
    .execute()
  return new Set(rows.map((row) => row.name))
}
