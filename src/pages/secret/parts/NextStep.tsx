import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { isApiError, missingMembership, missingRight } from '#api/ApiError.ts'
import { organizationQuery } from '#api/orgs.ts'
import type { Secret } from '#api/types.ts'
import { ownerName } from '#concord/people.ts'
import { paths } from '#paths.ts'

/** What to do about an error that any change to a secret can meet. A lost answer has its own step in ErrorMessage. */
export function NextStep({ error, secret: { orgName, name, owner } }: { error: Error; secret: Secret }) {
  if (isApiError(error, 'forbidden')) {
    const elsewhere = missingMembership(error.words)
    if (elsewhere) return <Join orgName={elsewhere} />
    const right = missingRight(error.words)
    if (right && right.entity !== 'secret')
      return (
        <p>
          It takes {right.level} on the {right.entity} {right.name}: ask its owner, or the owner of {orgName}.
        </p>
      )
    return (
      <p>
        {owner ? `Ask its owner, ${ownerName(owner)}, or the owner of ${orgName}.` : `Ask the owner of ${orgName}.`}
      </p>
    )
  }
  if (isApiError(error, 'notFound'))
    return (
      <p>
        It was renamed, moved or deleted meanwhile.{' '}
        <Link to={paths.secrets({ orgName }, { filter: name })}>Look for it in {orgName}</Link>
      </p>
    )
  if (isApiError(error, 'rejected') && error.words.startsWith('Action forbidden'))
    return <p>A policy of this server forbids it: only an administrator can change that.</p>
  if (isApiError(error, 'failed')) return <p>Close this, look at the page, and try again.</p>
  return null
}

/** Not the secret's owner can help with that: the organization's can. */
function Join({ orgName }: { orgName: string }) {
  const { data } = useQuery(organizationQuery({ orgName }))
  const owner = data?.owner && `, ${ownerName(data.owner)},`
  return (
    <p>
      Only members of {orgName} can do this. Ask its owner{owner} to add you to a team.
    </p>
  )
}
