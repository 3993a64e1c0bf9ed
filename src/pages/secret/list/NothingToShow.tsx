import { Link } from 'react-router'
import type { OrgRef } from '#api/orgs.ts'
import { isName } from '#api/secrets.ts'
import { paths } from '#paths.ts'
import { isNarrowed, type ListState } from './listState.ts'

type Props = {
  org: OrgRef
  state: ListState
  /** The page that is shown. */
  page: number
  onClear: () => void
  mayCreate: boolean
  isSearching: boolean
}

/** An empty list says why it is empty. */
export function NothingToShow({ org, state, page, onClear, mayCreate, isSearching }: Props) {
  const name = state.filter.trim()
  if (isSearching)
    return (
      <p className="empty" role="status">
        Searching…
      </p>
    )
  if (page > 1) return <p className="empty">There are no secrets on this page.</p>
  if (!isNarrowed(state))
    return (
      <div className="empty">
        <p>{mayCreate ? `There are no secrets in ${org.orgName} yet.` : `No secrets you can see`}</p>
        {mayCreate && (
          <Link className="ui button" to={paths.newSecret(org)}>
            Create a secret
          </Link>
        )}
      </div>
    )
  return (
    <div className="empty">
      <p>
        {name ? `No secret has “${name}” in its name` : 'No secret matches the filters'}
        {name && Object.keys(state.chosen).length > 0 ? ' and matches the filters.' : '.'}
      </p>
      <button type="button" className="ui button" onClick={onClear}>
        Clear the filter
      </button>
      {mayCreate && isName(name) && (
        <Link className="ui button" to={paths.newSecret(org, { name })}>
          Create “{name}”
        </Link>
      )}
    </div>
  )
}
