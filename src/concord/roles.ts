import type { UserInfo } from '#api/types.ts'

/** The roles that count for a secret; a server may have others. */
type Role = 'concordAdmin' | 'concordSystemReader' | 'concordSystemWriter'

/** As `userInfoQuery` has it: null on servers without it, undefined while it is not read. */
type Caller = UserInfo | null | undefined

export const hasRole = (caller: Caller, role: Role) => caller?.roles?.includes(role) ?? false

export const isAdmin = (caller: Caller) => hasRole(caller, 'concordAdmin')

/** A member of every organization for Concord (concord-api §1.1), who may read every secret (concord-api §9.3). */
export const belongsEverywhere = (caller: Caller) =>
  isAdmin(caller) || hasRole(caller, 'concordSystemReader') || hasRole(caller, 'concordSystemWriter')
