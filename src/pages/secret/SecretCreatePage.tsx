import { useSuspenseQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import {
  type BlockerFunction,
  type LoaderFunctionArgs,
  type ShouldRevalidateFunctionArgs,
  useNavigate,
  useSearchParams,
} from 'react-router'
import { canCreateQuery, type OrgRef, organizationQuery } from '#api/orgs.ts'
import { queryClient } from '#api/queryClient.ts'
import { whoamiQuery } from '#api/session.ts'
import { useWhyNotCreate } from '#concord/mayCreate.ts'
import { orgRef, useOrgRef } from '#params.ts'
import { paths } from '#paths.ts'
import { LeaveGuard } from '#ui/LeaveGuard.tsx'
import { Page } from '#ui/Page.tsx'
import { RouteError } from '../RouteError.tsx'
import { CreatedPage } from './create/CreatedPage.tsx'
import { type Draft, emptyDraft, isDirty } from './create/draft.ts'
import type { Created } from './create/Result.tsx'
import { problemsOf, type Step, stepToShow } from './create/rules.ts'
import { shownOnce } from './create/shownOnce.ts'
import { useCreation } from './create/useCreation.ts'
import { useStepFocus } from './create/useStepFocus.ts'
import { WizardForm } from './create/WizardForm.tsx'
import { WizardSteps } from './create/WizardSteps.tsx'

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
  const [params] = useSearchParams()
  const whyNot = useWhyNotCreate(org)

  const [initialName, setInitialName] = useState(params.get('name') ?? '')
  // In memory only: the address has the step, and values are kept nowhere else.
  const [draft, setDraft] = useState(() => emptyDraft(initialName))
  const [created, setCreated] = useState<Created>()
  const create = useCreation(org, { onCreated: setCreated, onDone: forgetDraft })

  function forgetDraft() {
    setDraft(emptyDraft())
    setInitialName('')
  }

  const problems = problemsOf(draft, username)
  const asked = params.get('step')
  const step = stepToShow(asked, problems)
  const isAtResult = asked === 'result'
  // What is shown once disappears when the address changes. The address follows a moment after the answer.
  if (created && isAtResult && !created.wasShown) setCreated({ ...created, wasShown: true })
  if (created?.wasShown && !isAtResult) setCreated(undefined)

  useStepInAddress(org, { step, isAstray: !created && asked !== null && asked !== step })
  const area = useStepFocus(created ? 'result' : step, create.refused ? create.error : null)

  if (created) return <CreatedPage created={created} isAtResult={isAtResult} area={area} />
  return (
    <Page title="Create a secret" documentTitle={`New secret of ${org.orgName}`}>
      {whyNot && <p className="ui warning message">{whyNot}</p>}
      <WizardSteps org={org} current={step} problems={problems} isSent={create.isPending} />
      <div ref={area}>
        <WizardForm
          org={org}
          username={username}
          step={step}
          draft={draft}
          onChange={(change) => setDraft((current) => ({ ...current, ...change }))}
          problems={problems}
          create={create}
        />
      </div>
      <DraftGuard draft={draft} isSent={create.isPending} isTouched={isDirty(draft, initialName)} />
    </Page>
  )
}

/**
 * Corrects an address that is too far ahead, as after a reload: otherwise the page would jump ahead by itself later.
 */
function useStepInAddress({ orgName }: OrgRef, { step, isAstray }: { step: Step; isAstray: boolean }) {
  const navigate = useNavigate()
  useEffect(() => {
    if (isAstray) void navigate(paths.newSecret({ orgName }, { step }), { replace: true })
  }, [isAstray, navigate, orgName, step])
}

type GuardProps = { draft: Draft; isSent: boolean; isTouched: boolean }

/** Asks before the user leaves what they filled in, or what the answer shows only once. */
function DraftGuard({ draft, isSent, isTouched }: GuardProps) {
  const once = shownOnce(draft)
  // While it is being created, Back must not lead to another step either: the answer would not be shown there.
  const leaves: BlockerFunction = ({ currentLocation, nextLocation, historyAction }) =>
    nextLocation.pathname !== currentLocation.pathname || (isSent && historyAction === 'POP')
  return (
    <LeaveGuard
      when={isSent || isTouched}
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
