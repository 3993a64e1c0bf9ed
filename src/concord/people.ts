import type { EntityOwner, Whoami } from '#api/types.ts'
import { displayNameOf } from '#api/users.ts'

/** Whether both are the same user: names are unique within their directory only (concord-api §1). */
export const isUser = (owner: EntityOwner | undefined, user: EntityOwner | Whoami | undefined) =>
  owner?.username !== undefined && owner.username === user?.username && owner.userDomain === user.userDomain

/** For a sentence. Without an owner: its user was deleted (concord-api §9.1). */
export const ownerName = (owner: EntityOwner | undefined) => displayNameOf(owner) ?? 'nobody'
