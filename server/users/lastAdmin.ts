import type { Trx } from '../db/open.ts'
import { validationError } from '../errors.ts'

const LAST_ADMIN =
  'This would leave no enabled admin. Give the role concordAdmin to another enabled user first, then try again.'

/**
 * Runs a change of users or roles, and throws if it removes the last enabled admin: nobody could restore the role.
 * Concord allows it. If there was no admin before, any change is allowed.
 */
export async function keepAnAdmin<T>(
  trx: Trx,
  change: () => Promise<T>,
  refusal: (message: string) => Error = validationError,
): Promise<T> {
  const before = await hasAdmin(trx)
  const result = await change()
  if (before && !(await hasAdmin(trx))) throw refusal(LAST_ADMIN)
  return result
}

/** Directly or by an LDAP group. */
async function hasAdmin(trx: Trx): Promise<boolean> {
  const admin = await trx
    .selectFrom('allUserRoles')
    .innerJoin('roles', 'roles.id', 'allUserRoles.roleId')
    .innerJoin('users', 'users.id', 'allUserRoles.userId')
    .select('users.id')
    .where('roles.name', '=', 'concordAdmin')
    .where('users.disabled', '=', 0)
    .limit(1)
    .executeTakeFirst()
  return admin !== undefined
}
