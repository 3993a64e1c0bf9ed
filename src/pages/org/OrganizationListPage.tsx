import { useSuspenseQuery } from '@tanstack/react-query'
import { Globe, Lock } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { Link, type LoaderFunctionArgs, useNavigation, useSearchParams } from 'react-router'
import { organizationListQuery } from '#api/orgs.ts'
import { queryClient } from '#api/queryClient.ts'
import type { EntityOwner, Organization } from '#api/types.ts'
import { paths } from '#paths.ts'
import { Fact } from '#ui/Facts.tsx'
import { FilterInput } from '#ui/FilterInput.tsx'
import { Page } from '#ui/Page.tsx'
import { Pagination } from '#ui/Pagination.tsx'

const SIZES = [25, 50, 100]

/** What the address asks for; nonsense in it is as good as nothing. */
function asked(params: URLSearchParams) {
  const page = Math.max(1, Math.trunc(Number(params.get('page'))) || 1)
  const size = Number(params.get('size'))
  return {
    onlyCurrent: params.get('show') !== 'all',
    filter: params.get('filter')?.trim() ?? '',
    page,
    size: SIZES.includes(size) ? size : 50,
  }
}

export const loader = ({ request }: LoaderFunctionArgs) =>
  queryClient.fetchQuery(organizationListQuery(asked(new URL(request.url).searchParams)))

export function OrganizationListPage() {
  const [params, setParams] = useSearchParams()
  const { state } = useNavigation()
  // What the address will say when the navigation under way is done: the next change must not undo that one.
  const wanted = useRef(params)
  useEffect(() => {
    if (state === 'idle') wanted.current = params
  }, [state, params])
  const { onlyCurrent, filter, page, size } = asked(params)
  const { data } = useSuspenseQuery(organizationListQuery({ onlyCurrent, filter, page, size }))

  /** Another filter or size starts at the first page again. While typing, Back leads to where one came from. */
  const ask = (name: string, value: string, isDefault = value === '') => {
    const next = new URLSearchParams(wanted.current)
    next.delete('page')
    if (isDefault) next.delete(name)
    else next.set(name, value)
    wanted.current = next
    setParams(next, { replace: name === 'filter', preventScrollReset: true })
  }

  return (
    <Page title="Organizations">
      <search className="tools">
        <FilterInput
          label="Filter by name"
          value={params.get('filter') ?? ''}
          onChange={(value) => ask('filter', value)}
          delay={150}
        />
        <fieldset className="ui buttons">
          <legend className="visually-hidden">Which organizations</legend>
          <button type="button" className="ui button" aria-pressed={onlyCurrent} onClick={() => ask('show', '')}>
            Mine
          </button>
          <button type="button" className="ui button" aria-pressed={!onlyCurrent} onClick={() => ask('show', 'all')}>
            All
          </button>
        </fieldset>
      </search>
      {data.items.length > 0 ? (
        <OrganizationTable organizations={data.items} />
      ) : (
        <Nothing
          filter={filter}
          onlyCurrent={onlyCurrent}
          page={page}
          onClear={() => ask('filter', '')}
          onShowAll={() => ask('show', 'all')}
        />
      )}
      <div className="table-footer">
        <Pagination page={page} hasNext={data.hasNext} />
        {(data.hasNext || page > 1 || size !== 50) && (
          <label className="size">
            Rows
            <select value={size} onChange={(event) => ask('size', event.target.value, event.target.value === '50')}>
              {SIZES.map((rows) => (
                <option key={rows}>{rows}</option>
              ))}
            </select>
          </label>
        )}
      </div>
    </Page>
  )
}

function OrganizationTable({ organizations }: { organizations: Organization[] }) {
  return (
    <table className="ui table">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Visibility</th>
          <th scope="col">Owner</th>
        </tr>
      </thead>
      <tbody>
        {organizations.map(({ id, name, visibility, owner }) => (
          <tr key={id}>
            <td className="primary">
              <Link className="mono" to={paths.secrets({ orgName: name })}>
                {name}
              </Link>
            </td>
            <td>
              {/* Who sees the organization in lists, no more (concord-api §5): nothing to worry about. */}
              {visibility === 'PUBLIC' ? <Fact icon={Globe}>Public</Fact> : <Fact icon={Lock}>Private</Fact>}
            </td>
            <td>{ownerName(owner)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const ownerName = (owner: EntityOwner | undefined) => owner?.displayName ?? owner?.username ?? 'Nobody'

type NothingProps = {
  filter: string
  onlyCurrent: boolean
  page: number
  onClear: () => void
  onShowAll: () => void
}

/** Nothing there is not nothing matches. */
function Nothing({ filter, onlyCurrent, page, onClear, onShowAll }: NothingProps) {
  const showAll = (
    <button type="button" className="ui button" onClick={onShowAll}>
      Show all organizations
    </button>
  )
  if (filter)
    return (
      <div className="empty">
        <p>
          {onlyCurrent ? 'None of your organizations' : 'No organization'} has “{filter}” in its name.
        </p>
        <button type="button" className="ui button" onClick={onClear}>
          Clear the filter
        </button>
        {onlyCurrent && showAll}
      </div>
    )
  if (page > 1) return <p className="empty">There are no more organizations.</p>
  return (
    <div className="empty">
      <p>{onlyCurrent ? 'You are not in a team of any organization yet.' : 'There are no organizations yet.'}</p>
      {onlyCurrent && showAll}
    </div>
  )
}
