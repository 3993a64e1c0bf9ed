import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import {
  type BlockerFunction,
  Link,
  type LoaderFunctionArgs,
  type ShouldRevalidateFunctionArgs,
  useNavigate,
  useSearchParams,
} from 'react-router'
import { isApiError } from '#api/ApiError.ts'
import { canCreateQuery, organizationQuery } from '#api/orgs.ts'
import { queryClient, readFresh } from '#api/queryClient.ts'
import { createSecret, secretQuery } from '#api/secrets.ts'
import { whoamiQuery } from '#api/session.ts'
import type { SecretCreated } from '#api/types.ts'
import { useChange } from '#api/useChange.ts'
import { orgRef, useOrgRef } from '#params.ts'
import { paths } from '#paths.ts'
import { ErrorMessage } from '#ui/ErrorMessage.tsx'
import { LeaveGuard } from '#ui/LeaveGuard.tsx'
import { Page } from '#ui/Page.tsx'
import { warn } from '#ui/StatusMessage.tsx'
import { submitWithControlEnter } from '#ui/submitWithControlEnter.ts'
import { RouteError } from '../RouteError.tsx'
import { type Draft, emptyDraft, isDirty, newSecretOf } from './create/draft.ts'
import { KindStep } from './create/KindStep.tsx'
import { ProtectionStep } from './create/ProtectionStep.tsx'
import { type Created, type OnceOnly, Result } from './create/Result.tsx'
import { ReviewStep } from './create/ReviewStep.tsx'
import { type FieldName, placeOf, problemsOf, STEPS, type Step, stepToShow } from './create/rules.ts'
import { lostWith, type Sent, sayCreated, shownOnce } from './create/shownOnce.ts'
import type { StepProps } from './create/step.ts'
import { ValueStep } from './create/ValueStep.tsx'
import { stepTitle, WizardSteps } from './create/WizardSteps.tsx'
import { warningsOf } from './create/warnings.ts'

export async function loader({ params }: LoaderFunctionArgs) {
  const org = orgRef(params)
  await Promise.all([
    queryClient.fetchQuery(organizationQuery(org)),
    queryClient.prefetchQuery(canCreateQuery('SECRET', org)),
  ])
  return null
}

/** Never while the page is open: a failed reading would put an error in its place, and everything typed would be gone. */
export const shouldRevalidate = ({ currentUrl, nextUrl }: ShouldRevalidateFunctionArgs) =>
  currentUrl.pathname !== nextUrl.pathname

export function ErrorBoundary() {
  const { orgName } = useOrgRef()
  return <RouteError what={`the organization “${orgName}”`} />
}

export function SecretCreatePage() {
  const org = useOrgRef()
  const { orgName } = org
  const { username } = useSuspenseQuery(whoamiQuery).data
  const [params] = useSearchParams()
  const navigate = useNavigate()

  const [initialName, setInitialName] = useState(params.get('name') ?? '')
  // In memory only: the address has the step, and nothing has a value.
  const [draft, setDraft] = useState(() => emptyDraft(initialName))
  const [created, setCreated] = useState<Created>()
  const [saved, setSaved] = useState<OnceOnly[]>([])
  /** The step on which somebody wanted to go on too early: its problems are shown. */
  const [tried, setTried] = useState<Step>()

  /** To find out about what was sent, and to speak of it afterwards. */
  const sent = useRef<Sent>({ name: '', kind: undefined, protection: 'server-key' })

  const create = useChange(
    async (asked: Draft) => {
      sent.current = { name: asked.name, kind: asked.kind, protection: asked.protection }
      const answer = await createSecret(org, newSecretOf(asked))
      setSaved([])
      setCreated({ secret: { orgName, secretName: asked.name }, once: onceOf(asked, answer), wasShown: false })
    },
    {
      to: () => paths.newSecret(org, { step: 'result' }),
      done: (_, isHere) => {
        if (isHere) startAgain()
        else sayCreated(sent.current)
      },
      failed: (error, isHere) => {
        if (!isHere) return warn(`“${sent.current.name}” may not have been created. ${error.message}`)
        const place = isApiError(error) && placeOf(error.words)
        if (place) void navigate(paths.newSecret(org, { step: place.step }))
      },
      checkOutcome: async () => {
        try {
          await readFresh(secretQuery({ orgName, secretName: sent.current.name }))
        } catch (error) {
          if (isApiError(error, 'notFound')) return { words: 'It was not created: you can send it again.' }
          if (!isApiError(error, 'forbidden')) throw error
        }
        return { words: lostWith(sent.current) }
      },
    },
  )

  /** Forgets what was typed. */
  function startAgain() {
    setDraft(emptyDraft())
    setInitialName('')
    setTried(undefined)
  }

  const problems = problemsOf(draft, username)
  const warnings = warningsOf(draft)
  const asked = params.get('step')
  const step = stepToShow(asked, problems)
  const isAtResult = asked === 'result'
  // What is shown once is gone with its address. The address comes a moment after the answer.
  if (created && isAtResult && !created.wasShown) setCreated({ ...created, wasShown: true })
  if (created?.wasShown && !isAtResult) setCreated(undefined)

  // An address that is too far ahead, as after a reload, is set right: else the page would go on by itself.
  const isAstray = !created && asked !== null && asked !== step
  useEffect(() => {
    if (isAstray) void navigate(paths.newSecret({ orgName }, { step }), { replace: true })
  }, [isAstray, navigate, orgName, step])

  const refused = create.error && isApiError(create.error) ? placeOf(create.error.words) : undefined
  const area = useStepFocus(created ? 'result' : step, refused ? create.error : null)
  const stepProps: StepProps = {
    draft,
    change: (change) => {
      setDraft((current) => ({ ...current, ...change }))
      if (refused && refused.field in change) create.reset()
    },
    errorAt: (field) => errorAt(field) ?? refusalAt(field),
    warningsAt: (field) => warnings.filter((warning) => warning.field === field),
  }

  function errorAt(field: FieldName) {
    return problems.find((problem) => problem.field === field && (problem.urgent || tried === problem.step))?.words
  }

  /** The server's answer, at the field that it is about, until that is changed. */
  function refusalAt(field: FieldName) {
    if (refused?.field !== field) return undefined
    const words = create.error?.message
    return field === 'name' ? `Choose another name. The server said: ${words}` : words
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (problems.some((problem) => problem.step === step)) {
      flushSync(() => setTried(step))
      event.currentTarget.querySelector<HTMLElement>('[aria-invalid="true"], [data-problem]')?.focus()
      return
    }
    // A step that is come back to begins without complaints.
    setTried(undefined)
    const next = STEPS[STEPS.indexOf(step) + 1]
    if (next) void navigate(paths.newSecret(org, { step: next }))
    else create.mutate(draft)
  }

  const leavesResult: BlockerFunction = ({ currentLocation, nextLocation }) =>
    nextLocation.pathname !== currentLocation.pathname || nextLocation.search !== currentLocation.search
  // While it is being created Back must not lead to another step either: the answer would not be shown there.
  const leavesForm: BlockerFunction = ({ currentLocation, nextLocation, historyAction }) =>
    nextLocation.pathname !== currentLocation.pathname || (create.isPending && historyAction === 'POP')
  const once = shownOnce(draft)
  const unsaved = created ? Object.keys(created.once).filter((what) => !saved.includes(what as OnceOnly)) : []

  if (created)
    return (
      <Page title="Secret created" documentTitle={`New secret of ${orgName}`}>
        <WizardSteps org={org} current="result" problems={[]} />
        <div ref={area}>
          <h2 tabIndex={-1}>“{created.secret.secretName}” is created.</h2>
          <Result created={created} saved={saved} onSaved={(what) => setSaved((all) => [...all, what])} />
        </div>
        <LeaveGuard
          when={unsaved.length > 0 && isAtResult}
          leaving={leavesResult}
          title="Leave without saving what is shown once?"
          action="Yes, leave"
        >
          {unsaved.includes('password')
            ? 'You have neither copied nor downloaded the store password. Without it the value can never be read.'
            : 'You have neither copied nor downloaded the public key.'}
        </LeaveGuard>
      </Page>
    )

  return (
    <Page title="Create a secret" documentTitle={`New secret of ${orgName}`}>
      <MayNotCreate orgName={orgName} />
      <WizardSteps org={org} current={step} problems={problems} isSent={create.isPending} />
      <div ref={area}>
        {/* The browser's own checks would stop at the first field; ours say everything that is missing. */}
        <form
          className="ui form wizard"
          noValidate
          autoComplete="off"
          onSubmit={submit}
          onKeyDown={submitWithControlEnter}
        >
          <h2 tabIndex={-1}>{stepTitle(step)}</h2>
          {step === 'kind' && <KindStep {...stepProps} />}
          {step === 'value' && <ValueStep {...stepProps} />}
          {step === 'protection' && <ProtectionStep {...stepProps} orgName={orgName} username={username} />}
          {step === 'review' && <ReviewStep org={org} draft={draft} warnings={warnings} isSent={create.isPending} />}
          {!refused && (
            <ErrorMessage error={create.error} title="The secret was not created." lostAnswer={create.lostAnswer} />
          )}
          <div className="actions">
            <button
              type="submit"
              className={`ui primary ${create.isPending ? 'loading' : ''} button`}
              aria-disabled={create.isPending}
            >
              {step === 'review' ? 'Create secret' : 'Continue'}
            </button>
            {step !== 'kind' && (
              <WayOut to={paths.newSecret(org, { step: STEPS[STEPS.indexOf(step) - 1] })} off={create.isPending}>
                Back
              </WayOut>
            )}
            <WayOut basic to={paths.secrets(org)} off={create.isPending}>
              Cancel
            </WayOut>
          </div>
          <p className="note" role="status" id={STATE_ID}>
            {create.isPending &&
              (draft.kind === 'new-key-pair'
                ? 'The server makes the key pair. This takes a few seconds.'
                : 'The secret is being created.')}
          </p>
        </form>
      </div>
      <LeaveGuard
        when={create.isPending || isDirty(draft, initialName)}
        leaving={leavesForm}
        title={create.isPending ? 'Leave while the secret is being created?' : 'Leave without creating the secret?'}
        action="Yes, leave"
      >
        {create.isPending
          ? `It is created all the same.${once ? ` Its ${once.what} is shown only here; ${once.otherwise}` : ''}`
          : 'What you have filled in is in this page only, and will be gone.'}
      </LeaveGuard>
    </Page>
  )
}

const STATE_ID = 'creation-state'

type WayOutProps = { to: string; off: boolean; basic?: boolean; children: string }

/** Leads away from the step. While the secret is being created it stays where it is, and the state says why. */
function WayOut({ to, off, basic, children }: WayOutProps) {
  return (
    <Link
      className={`ui ${basic ? 'basic' : ''} button`}
      to={to}
      aria-disabled={off}
      aria-describedby={off ? STATE_ID : undefined}
      onClick={(event) => off && event.preventDefault()}
    >
      {children}
    </Link>
  )
}

/** Each step begins at its heading, or at the field that the server refused. */
function useStepFocus(step: string, refusal: Error | null) {
  const area = useRef<HTMLDivElement>(null)
  const at = useRef({ step, refusal })
  useEffect(() => {
    if (at.current.step === step && (at.current.refusal === refusal || !refusal)) return
    at.current = { step, refusal }
    const target =
      area.current?.querySelector<HTMLElement>('[aria-invalid="true"]') ?? area.current?.querySelector('h2')
    target?.focus()
  }, [step, refusal])
  return area
}

function MayNotCreate({ orgName }: { orgName: string }) {
  const { data, error } = useQuery(canCreateQuery('SECRET', { orgName }))
  if (isApiError(error, 'forbidden'))
    return (
      <p className="ui warning message">
        You are not a member of {orgName}: the server will refuse to create a secret.
      </p>
    )
  if (data === false) return <p className="ui warning message">A policy may not let you create secrets in {orgName}.</p>
  return null
}

/** What can never be asked for again, or not as easily. Concord also sends back what the caller gave it (concord-api §14, Q19). */
function onceOf(draft: Draft, { password, publicKey }: SecretCreated): Created['once'] {
  return {
    ...(draft.protection === 'generated-password' && password && { password }),
    ...(draft.kind === 'new-key-pair' && publicKey && { publicKey }),
  }
}
