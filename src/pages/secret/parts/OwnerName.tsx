import type { EntityOwner } from '#api/types.ts'

/** An owner by display name and username. Without one, the user was deleted. */
export function OwnerName({ owner }: { owner: EntityOwner | undefined }) {
  if (!owner) return <>nobody (the user was deleted)</>
  const { displayName, username, userDomain, id } = owner
  const login = username && (userDomain ? `${username}@${userDomain}` : username)
  if (!displayName || displayName === username) return <b>{login ?? id}</b>
  return (
    <>
      <b>{displayName}</b> {login && <span className="mono muted">{login}</span>}
    </>
  )
}
