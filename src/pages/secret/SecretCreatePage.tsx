import { useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import {
  type BlockerFunction,
  type LoaderFunctionArgs,
  type ShouldRevalidateFunctionArgs,
  useLocation,
} from 'react-router'
import { canCreateQuery, organizationQuery } from '#api/orgs.ts'
import { queryClient } from '#api/queryClient.ts'
import { whoamiQuery } from '#api/session.ts'
import { useWhyNotCreate } from '#concord/mayCreate.ts'
import { orgRef, useOrgRef } from '#params.ts'
import { LeaveGuard } from '#ui/LeaveGuard.tsx'
import { Page } from '#ui/Page.tsx'
import { RouteError } from '../RouteError.tsx'
import { CreatedPage } from './create/CreatedPage.tsx'
import { CreateForm } from './create/CreateForm.tsx'
import type { Created } from './create/created.ts'
import { type Draft, hasValues } from './create/draft.ts'
import { shownOnce } from './create/shownOnce.ts'
import { useCreation } from './create/useCreation.ts'
import { useDraft } from './create/useDraft.ts'

export async function loader({ params }: LoaderFunctionArgs) {
  const org = orgRef(params)
  await Promise.all([
    queryClient.fetchQuery(organizationQuery(org)),
    queryClient.prefetchQuery(canCreateQuery('SECRET', org)),
  ])
  return null
}

/** Never while the page is open: a failed read would replace it with an error, and everything typed would be lost. */
export const shouldRevalidate = ({ currentUrl, nextUrl }: ShouldRevalidateFunctionArgs) =>
  currentUrl.pathname !== nextUrl.pathname

export function ErrorBoundary() {
  const { orgName } = useOrgRef()
  return <RouteError what={`the organization “${orgName}”`} />
}

export function SecretCreatePage() {
  const org = useOrgRef()
  const { username } = useSuspenseQuery(whoamiQuery).data
  const whyNot = useWhyNotCreate(org)
  const turn = turnOf(useLocation().state)
  const { draft, change, startOver } = useDraft(org)
  // What is shown once disappears when the user goes on to another secret, and not before: the address may follow the
  // chosen kind only after the secret was created.
  const [result, setResult] = useState<{ created: Created; turn: number }>()
  const [isFirst, setIsFirst] = useState(true)
  if (result && result.turn !== turn) setResult(undefined)

  const create = useCreation(org, {
    onCreated: (created) => {
      setResult({ created, turn })
      setIsFirst(false)
      startOver()
    },
    onDeleted: (projects) =>
      change({ projects: draft.projects.filter(({ id }) => !projects.some((gone) => gone.id === id)) }),
  })

  if (result) return <CreatedPage created={result.created} kind={draft.kind} nextTurn={turn + 1} />
  return (
    <Page title="Create a secret" documentTitle={`New secret of ${org.orgName}`}>
      {whyNot && <p className="ui warning message">{whyNot}</p>}
      <CreateForm
        org={org}
        username={username}
        draft={draft}
        onChange={change}
        create={create}
        startsAtName={!isFirst}
      />
      <DraftGuard draft={draft} isSent={create.isPending} />
    </Page>
  )
}

/** How many secrets were created here before this one: *Create another* counts on, in the state of its address. */
const turnOf = (state: unknown) =>
  typeof state === 'object' && state && 'turn' in state && typeof state.turn === 'number' ? state.turn : 0

/** Asks before the user leaves values that they filled in, or what the answer shows only once. */
function DraftGuard({ draft, isSent }: { draft: Draft; isSent: boolean }) {
  const once = shownOnce(draft)
  const leaves: BlockerFunction = ({ currentLocation, nextLocation }) =>
    isSent || nextLocation.pathname !== currentLocation.pathname
  return (
    <LeaveGuard
      when={isSent || hasValues(draft)}
      leaving={leaves}
      title={isSent ? 'Leave while the secret is being created?' : 'Leave without creating the secret?'}
      action="Yes, leave"
    >
      {isSent
        ? `It will still be created.${once ? ` Its ${once.what} is shown only here; ${once.otherwise}` : ''}`
        : 'What you have filled in is only on this page and will be lost.'}
    </LeaveGuard>
  )
}
