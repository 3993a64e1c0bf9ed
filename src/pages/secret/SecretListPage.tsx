import { useSuspenseQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useDeferredValue, useEffect } from 'react'
import { Link, type LoaderFunctionArgs, type ShouldRevalidateFunctionArgs } from 'react-router'
import { canCreateQuery, type OrgRef, organizationQuery } from '#api/orgs.ts'
import { queryClient } from '#api/queryClient.ts'
import { userInfoQuery } from '#api/session.ts'
import { ownerName } from '#api/users.ts'
import { forgetVisit, noteVisit } from '#api/visits.ts'
import { ErrorMessage } from '#concord/ErrorMessage.tsx'
import { QuietVisibilityFact } from '#concord/facts.tsx'
import { useIsMember, useWhyNotCreate } from '#concord/mayCreate.ts'
import { useNoAccess } from '#concord/noAccess.ts'
import { orgRef, useOrgRef } from '#params.ts'
import { paths } from '#paths.ts'
import { focusHeading } from '#ui/focusHeading.ts'
import { Icon } from '#ui/Icon.tsx'
import { Page } from '#ui/Page.tsx'
import { Pagination, RowsPerPage } from '#ui/Pagination.tsx'
import { RetryButton } from '#ui/RetryButton.tsx'
import { count } from '#ui/words.ts'
import { RouteError } from '../RouteError.tsx'
import { Coverage, ListSize } from './list/ListSize.tsx'
import { ListTools } from './list/ListTools.tsx'
import { changed, isByNameOnly, isNarrowed, readState, SIZES, sortBy } from './list/listState.ts'
import { NothingToShow } from './list/NothingToShow.tsx'
import { SecretTable } from './list/SecretTable.tsx'
import { useListState } from './list/useListState.ts'
import { isAllRead, readFirst, useSecrets } from './list/useSecrets.ts'

export async function loader({ params, request }: LoaderFunctionArgs) {
  const org = orgRef(params)
  // After a change nothing that was read before counts. Otherwise the list is back at once, and is read again meanwhile.
  queryClient.removeQueries({
    type: 'inactive',
    fetchStatus: 'idle',
    predicate: ({ state: { isInvalidated, data } }) => isInvalidated && data !== undefined,
  })
  // Not worth waiting for: it only marks rows.
  void queryClient.prefetchQuery(userInfoQuery)
  await Promise.all([
    queryClient.ensureQueryData(organizationQuery(org)),
    readFirst(org, readState(new URL(request.url).searchParams)),
    // That one is not a member is an answer, not a reason to show nothing.
    queryClient.ensureQueryData(canCreateQuery('SECRET', org)).catch(() => undefined),
  ])
  return null
}

/** Another filter or order is found in memory. For a page that is not, the one before stays until it has come. */
export function shouldRevalidate(navigation: ShouldRevalidateFunctionArgs) {
  const { currentUrl, currentParams, nextUrl, defaultShouldRevalidate } = navigation
  if (currentUrl.pathname !== nextUrl.pathname || currentUrl.search === nextUrl.search) return defaultShouldRevalidate
  const [now, next] = [readState(currentUrl.searchParams), readState(nextUrl.searchParams)]
  return now.filter === next.filter && now.page !== next.page && !isAllRead(orgRef(currentParams))
}

export function ErrorBoundary() {
  const { orgName } = useOrgRef()
  // It may have been deleted or renamed since.
  useEffect(() => forgetVisit(orgName), [orgName])
  return <RouteError what={`the organization “${orgName}”`} />
}

export function SecretListPage() {
  const org = useOrgRef()
  const { data: organization } = useSuspenseQuery(organizationQuery(org))
  useEffect(() => noteVisit(organization.name), [organization.name])
  const whyNotCreate = useWhyNotCreate(org)
  const isMember = useIsMember(org)
  const { state, show, type, settle, clear } = useListState()
  // The letter appears at once, the rows a moment later.
  const filter = useDeferredValue(state.filter)
  const list = useSecrets(org, { ...state, filter })
  const { view } = list
  const { shown } = view
  const noAccess = useNoAccess(shown, org.orgName)
  const from = (view.page - 1) * state.size

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
          <ListSize {...list} isMember={isMember} />
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
      {(list.loaded > 0 || isNarrowed(state)) && (
        <ListTools
          state={state}
          counts={list.counts}
          isCounted={list.isCounted}
          onType={type}
          onSettle={settle}
          onShow={show}
          onClear={clearAll}
        />
      )}
      <ErrorMessage error={list.error} title="The list could not be read." />
      <ErrorMessage error={list.restError} title={`Only the first ${count(list.loaded, 'secret')} could be read.`}>
        <RetryButton onRetry={list.readRest} />
      </ErrorMessage>
      {list.covered.wasPart && !isByNameOnly(state) && <Coverage {...list.covered} />}
      {shown.length > 0 ? (
        <SecretTable secrets={shown} sort={state.sort} onSort={(by) => show(sortBy(state, by))} noAccess={noAccess} />
      ) : (
        // An error says nothing about what is there.
        !list.error && (
          <NothingToShow
            isSearching={list.isSearching}
            org={org}
            state={state}
            page={view.page}
            onClear={clearAll}
            mayCreate={!whyNotCreate}
          />
        )
      )}
      <div className="table-footer">
        <span className="muted" role="status">
          {shown.length > 0 &&
            `${from + 1}–${from + shown.length} of ${view.isExact ? '' : 'at least '}${count(view.matching, 'secret')}`}
        </span>
        {shown.length > 0 && <span className="muted legend">Blank: private, server key, all projects</span>}
        {view.matching > Math.min(...SIZES) && (
          <RowsPerPage size={state.size} sizes={SIZES} onChange={(size) => show(changed(state, { size }))} />
        )}
        <Pagination
          page={view.page}
          hasNext={view.hasNext}
          pages={view.isExact ? Math.ceil(view.matching / state.size) : undefined}
        />
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
