import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { type LoaderFunctionArgs, useSearchParams } from 'react-router'
import { organizationCountsQuery, organizationListQuery } from '#api/orgs.ts'
import { queryClient } from '#api/queryClient.ts'
import { isOurs, serverVersionQuery } from '#api/serverVersion.ts'
import { userInfoQuery } from '#api/session.ts'
import { FilterInput } from '#ui/FilterInput.tsx'
import { focusHeading } from '#ui/focusHeading.ts'
import { Page } from '#ui/Page.tsx'
import { Pagination, RowsPerPage } from '#ui/Pagination.tsx'
import { pageIn } from '#ui/pageIn.ts'
import { searched } from '#ui/typed.ts'
import { setOrDelete, useWantedParams } from '#ui/useWantedParams.ts'
import { LastVisited } from './LastVisited.tsx'
import { OrganizationTable } from './OrganizationTable.tsx'

const SIZES = [25, 50, 100]
const DEFAULT_SIZE = 50

/** What the address asks for; invalid values are ignored. */
function asked(params: URLSearchParams) {
  const size = Number(params.get('size'))
  return {
    onlyCurrent: params.get('show') !== 'all',
    filter: searched(params.get('filter') ?? ''),
    page: pageIn(params),
    size: SIZES.includes(size) ? size : DEFAULT_SIZE,
  }
}

export async function loader({ request }: LoaderFunctionArgs) {
  const wanted = asked(new URL(request.url).searchParams)
  // Neither is worth waiting for: it only adds to the rows.
  void queryClient.prefetchQuery(userInfoQuery)
  const list = queryClient.fetchQuery(organizationListQuery(wanted))
  // It says whether there is a column of counts.
  const version = await queryClient.ensureQueryData(serverVersionQuery).catch(() => undefined)
  if (version && isOurs(version)) void queryClient.prefetchQuery(organizationCountsQuery(wanted))
  return list
}

export function OrganizationListPage() {
  const [params] = useSearchParams()
  const [wanted, want] = useWantedParams()
  const { onlyCurrent, filter, page, size } = asked(params)
  const { data } = useSuspenseQuery(organizationListQuery({ onlyCurrent, filter, page, size }))
  const version = useQuery(serverVersionQuery).data
  const hasCounts = version !== undefined && isOurs(version)
  const counts = useQuery({
    ...organizationCountsQuery({ onlyCurrent, filter, page, size }),
    enabled: hasCounts,
  }).data
  const chosen = asked(wanted)

  /** A filter that is typed makes one entry in the history: Back leads to the page before. */
  const ask = (name: 'filter' | 'show' | 'size', value: string) =>
    want((next) => setOrDelete(next, name, value), { replace: name === 'filter' })

  /** For buttons that disappear when they are pressed. */
  const askAndFocusHeading = (name: 'filter' | 'show', value: string) => {
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
        <MineOrAll onlyMine={chosen.onlyCurrent} onChange={(value) => ask('show', value)} />
      </search>
      {!filter && page === 1 && <LastVisited />}
      {data.items.length > 0 ? (
        <OrganizationTable organizations={data.items} counts={hasCounts ? (counts ?? []) : undefined} />
      ) : (
        <Nothing
          filter={filter}
          onlyCurrent={onlyCurrent}
          page={page}
          onClear={() => askAndFocusHeading('filter', '')}
          onShowAll={() => askAndFocusHeading('show', 'all')}
        />
      )}
      <div className="table-footer">
        {(data.hasNext || page > 1 || size !== DEFAULT_SIZE) && (
          <RowsPerPage
            size={chosen.size}
            sizes={SIZES}
            onChange={(rows) => ask('size', rows === DEFAULT_SIZE ? '' : String(rows))}
          />
        )}
        <Pagination page={page} hasNext={data.hasNext} />
      </div>
    </Page>
  )
}

function MineOrAll({ onlyMine, onChange }: { onlyMine: boolean; onChange: (show: '' | 'all') => void }) {
  return (
    <fieldset className="ui buttons">
      <legend className="visually-hidden">Which organizations</legend>
      <button type="button" className="ui button" aria-pressed={onlyMine} onClick={() => onChange('')}>
        Mine
      </button>
      <button type="button" className="ui button" aria-pressed={!onlyMine} onClick={() => onChange('all')}>
        All
      </button>
    </fieldset>
  )
}

type NothingProps = {
  filter: string
  onlyCurrent: boolean
  page: number
  onClear: () => void
  onShowAll: () => void
}

/** An empty list says why it is empty. */
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
