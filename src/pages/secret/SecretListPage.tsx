import { useSuspenseQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useDeferredValue, useMemo } from 'react'
import { Link, type LoaderFunctionArgs, type ShouldRevalidateFunctionArgs } from 'react-router'
import { canCreateQuery, type OrgRef, organizationQuery } from '#api/orgs.ts'
import { queryClient } from '#api/queryClient.ts'
import { userInfoQuery } from '#api/session.ts'
import { ownerName } from '#api/users.ts'
import { QuietVisibilityFact } from '#concord/facts.tsx'
import { useWhyNotCreate } from '#concord/mayCreate.ts'
import { useNoAccess } from '#concord/noAccess.ts'
import { orgRef, useOrgRef } from '#params.ts'
import { paths } from '#paths.ts'
import { ErrorMessage } from '#ui/ErrorMessage.tsx'
import { focusHeading } from '#ui/focusHeading.ts'
import { Icon } from '#ui/Icon.tsx'
import { Page } from '#ui/Page.tsx'
import { Pagination, RowsPerPage } from '#ui/Pagination.tsx'
import { count } from '#ui/words.ts'
import { RouteError } from '../RouteError.tsx'
import { ListTools } from './list/ListTools.tsx'
import { changed, isNarrowed, readState, SIZES, sortBy, writeState } from './list/listState.ts'
import { NothingToShow } from './list/NothingToShow.tsx'
import { listing, rowsOf } from './list/rows.ts'
import { SecretTable } from './list/SecretTable.tsx'
import { useListState } from './list/useListState.ts'
import { MOST, useSecrets, wholeListQuery } from './list/useSecrets.ts'

export async function loader({ params }: LoaderFunctionArgs) {
  const org = orgRef(params)
  // Not worth waiting for: it only marks rows.
  void queryClient.prefetchQuery(userInfoQuery)
  await Promise.all([
    queryClient.fetchQuery(organizationQuery(org)),
    queryClient.fetchQuery(wholeListQuery(org)),
    // That one is not a member is an answer, not a reason to show nothing.
    queryClient.prefetchQuery(canCreateQuery('SECRET', org)),
  ])
  return null
}

/** Another filter, order or page is found in memory: nothing is read again for it. */
export const shouldRevalidate = ({ currentUrl, nextUrl, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) =>
  currentUrl.pathname === nextUrl.pathname && currentUrl.search !== nextUrl.search ? false : defaultShouldRevalidate

export function ErrorBoundary() {
  const { orgName } = useOrgRef()
  return <RouteError what={`the organization “${orgName}”`} />
}

export function SecretListPage() {
  const org = useOrgRef()
  const { data: organization } = useSuspenseQuery(organizationQuery(org))
  const whyNotCreate = useWhyNotCreate(org)
  const { state, show, type, settle, clear } = useListState()
  // The letter appears at once, the rows a moment later.
  const filter = useDeferredValue(state.filter)
  const { secrets, isCut, isSearching, total, error } = useSecrets(org, filter)
  const rows = useMemo(() => rowsOf(secrets), [secrets])
  // The page renders several times per letter, and once is enough to go through thousands of rows.
  const asked = writeState({ ...state, filter }).toString()
  const found = useMemo(() => listing(rows, readState(new URLSearchParams(asked))), [rows, asked])
  const { shown } = found
  const noAccess = useNoAccess(shown, org.orgName)
  const from = (found.page - 1) * state.size

  function clearAll() {
    clear()
    focusHeading()
  }

  return (
    <Page
      title={organization.name}
      mono
      documentTitle={`Secrets of ${organization.name}`}
      facts={
        <>
          <QuietVisibilityFact visibility={organization.visibility} />
          <span>{total === undefined ? `More than ${MOST.toLocaleString('en')} secrets` : count(total, 'secret')}</span>
          {organization.owner && <span>Owner: {ownerName(organization.owner)}</span>}
        </>
      }
      action={<CreateButton org={org} whyNot={whyNotCreate} />}
    >
      {whyNotCreate && (
        <p className="ui message" id="why-not-create">
          {whyNotCreate}
        </p>
      )}
      {(secrets.length > 0 || isNarrowed(state)) && (
        <ListTools
          state={state}
          counts={found.counts}
          onType={type}
          onSettle={settle}
          onShow={show}
          onClear={clearAll}
        />
      )}
      <ErrorMessage error={error} title="The list could not be read." />
      {isCut && (
        <p className="ui message">
          Only the first {MOST.toLocaleString('en')} by name are looked at: filter by name to find the others.
        </p>
      )}
      {found.matching > 0 ? (
        <SecretTable secrets={shown} sort={state.sort} onSort={(by) => show(sortBy(state, by))} noAccess={noAccess} />
      ) : (
        <NothingToShow isSearching={isSearching} org={org} state={state} onClear={clearAll} mayCreate={!whyNotCreate} />
      )}
      <div className="table-footer">
        <span className="muted" role="status">
          {found.matching > 0 && `${from + 1}–${from + shown.length} of ${count(found.matching, 'secret')}`}
        </span>
        <Pagination page={found.page} hasNext={found.page < found.pages} />
        {found.matching > Math.min(...SIZES) && (
          <RowsPerPage size={state.size} sizes={SIZES} onChange={(size) => show(changed(state, { size }))} />
        )}
      </div>
    </Page>
  )
}

function CreateButton({ org, whyNot }: { org: OrgRef; whyNot: string | undefined }) {
  const label = (
    <>
      <Icon of={Plus} /> Create secret
    </>
  )
  if (!whyNot)
    return (
      <Link className="ui primary button" to={paths.newSecret(org)}>
        {label}
      </Link>
    )
  // Not `disabled`: it must be reachable, to say why.
  return (
    <button type="button" className="ui primary button" aria-disabled aria-describedby="why-not-create">
      {label}
    </button>
  )
}
