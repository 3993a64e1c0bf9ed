import type { EntityOwner, Whoami } from '#api/types.ts'

/** Whether both are the same user: names are unique within their directory only (concord-api §1). */
export const isUser = (owner: EntityOwner | undefined, user: EntityOwner | Whoami | undefined) =>
  owner?.username !== undefined && owner.username === user?.username && owner.userDomain === user.userDomain
