import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, type LoaderFunctionArgs, useSearchParams } from 'react-router'
import { organizationListQuery } from '#api/orgs.ts'
import { queryClient } from '#api/queryClient.ts'
import type { Organization } from '#api/types.ts'
import { ownerName } from '#api/users.ts'
import { QuietVisibilityFact } from '#concord/facts.tsx'
import { paths } from '#paths.ts'
import { FilterInput } from '#ui/FilterInput.tsx'
import { focusHeading } from '#ui/focusHeading.ts'
import { Page } from '#ui/Page.tsx'
import { Pagination } from '#ui/Pagination.tsx'
import { pageIn } from '#ui/pageIn.ts'
import { setOrDelete, useWantedParams } from '#ui/useWantedParams.ts'

const SIZES = [25, 50, 100]
const DEFAULT_SIZE = 50

/** What the address asks for; nonsense in it is as good as nothing. */
function asked(params: URLSearchParams) {
  const size = Number(params.get('size'))
  return {
    onlyCurrent: params.get('show') !== 'all',
    filter: params.get('filter')?.trim() ?? '',
    page: pageIn(params),
    size: SIZES.includes(size) ? size : DEFAULT_SIZE,
  }
}

export const loader = ({ request }: LoaderFunctionArgs) =>
  queryClient.fetchQuery(organizationListQuery(asked(new URL(request.url).searchParams)))

export function OrganizationListPage() {
  const [params] = useSearchParams()
  const [wanted, want] = useWantedParams()
  const { onlyCurrent, filter, page, size } = asked(params)
  const { data } = useSuspenseQuery(organizationListQuery({ onlyCurrent, filter, page, size }))
  const chosen = asked(wanted)

  /** While typing, Back leads to where one came from. */
  const ask = (name: 'filter' | 'show' | 'size', value: string) =>
    want((next) => setOrDelete(next, name, value), { replace: name === 'filter' })

  /** For buttons that vanish with what they do. */
  const askAnew = (name: 'filter' | 'show', value: string) => {
    ask(name, value)
    focusHeading()
  }

  return (
    <Page title="Organizations">
      <search className="tools">
        <FilterInput
          label="Filter by name"
          value={wanted.get('filter') ?? ''}
          onChange={(value) => ask('filter', value)}
          delay={150}
        />
        <fieldset className="ui buttons">
          <legend className="visually-hidden">Which organizations</legend>
          <button type="button" className="ui button" aria-pressed={chosen.onlyCurrent} onClick={() => ask('show', '')}>
            Mine
          </button>
          <button
            type="button"
            className="ui button"
            aria-pressed={!chosen.onlyCurrent}
            onClick={() => ask('show', 'all')}
          >
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
          onClear={() => askAnew('filter', '')}
          onShowAll={() => askAnew('show', 'all')}
        />
      )}
      <div className="table-footer">
        <Pagination page={page} hasNext={data.hasNext} />
        {(data.hasNext || page > 1 || size !== DEFAULT_SIZE) && (
          <label className="size">
            Rows
            <select
              value={chosen.size}
              onChange={({ target: { value } }) => ask('size', Number(value) === DEFAULT_SIZE ? '' : value)}
            >
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
    <table className="ui unstackable table">
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
              <QuietVisibilityFact visibility={visibility} />
            </td>
            <td>{ownerName(owner)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

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
