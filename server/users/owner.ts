import { z } from 'zod'
import { compiled, eachOf } from '../db/compiled.ts'
import type { Reader } from '../db/open.ts'
import type { UserRow, UserType } from '../db/schema.ts'
import { textError, validationError } from '../errors.ts'
import { text, userType, uuid } from '../http/jackson.ts'
import { nonEmpty } from '../json/omit.ts'
import { findUser, findUserById } from './store.ts'

/** Concord's EntityOwner in requests: `id` takes precedence over `username` (concord-api §1). */
export const ownerRequest = z.object({
  id: uuid.nullish(),
  username: text.nullish(),
  userDomain: text.nullish(),
  userType: userType.nullish(),
})

export type OwnerRequest = z.infer<typeof ownerRequest>

/** Concord's EntityOwner in responses; undefined without an owner. */
export function ownerEntry(user: UserRow | undefined) {
  if (!user) return undefined
  return nonEmpty({
    id: user.id,
    username: user.username,
    userDomain: user.domain,
    displayName: user.displayName,
    userType: user.type,
  })
}

/** Looks up owners by id for a list: one query instead of one per entry. Returns undefined for null or unknown ids. */
export async function ownersOf(db: Reader, entities: readonly { ownerId: string | null }[]) {
  const ids = [...new Set(entities.map(({ ownerId }) => ownerId).filter((id) => id !== null))]
  const rows = ids.length === 0 ? [] : await usersById(db, { ids: JSON.stringify(ids) })
  const entries = new Map(rows.map((user) => [user.id, ownerEntry(user)]))
  return ({ ownerId }: { ownerId: string | null }) => entries.get(ownerId ?? '')
}

const usersById = compiled<{ ids: string }>()((db, arg) =>
  db
    .selectFrom('users')
    .selectAll()
    .where('id', 'in', eachOf(arg('ids'))),
)

/**
 * Resolves an EntityOwner to a user; undefined if it is empty (`{}`). An unknown id is a validation error, an unknown
 * name a text error with status 500, as in Concord's OrganizationManager#getOwner and SecretManager#getOwner. Pass
 * `onlyType` where Concord ignores the request's `userType`: SecretManager assumes LDAP.
 */
export async function resolveOwner(
  db: Reader,
  owner: OwnerRequest | null | undefined,
  onlyType?: UserType,
): Promise<UserRow | undefined> {
  if (!owner) return undefined
  if (owner.id) return (await findUserById(db, owner.id)) ?? userNotFound(owner.id)
  if (typeof owner.username !== 'string') return undefined
  const user = await findUser(db, owner.username, owner.userDomain, onlyType ?? owner.userType)
  if (!user) throw textError(500, `User not found: ${owner.username}`)
  return user
}

function userNotFound(id: string): never {
  throw validationError(`User not found: ${id}`)
}
