import { type FormEvent, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { Link } from 'react-router'
import type { OrgRef } from '#api/orgs.ts'
import { ErrorMessage } from '#concord/ErrorMessage.tsx'
import { paths } from '#paths.ts'
import { warn } from '#ui/StatusMessage.tsx'
import { SubmitButton } from '#ui/SubmitButton.tsx'
import { submitWithControlEnter } from '#ui/submitWithControlEnter.ts'
import { NameField, useTaken } from '../parts/NameField.tsx'
import type { Draft, Kind } from './draft.ts'
import type { FormProps } from './fields.ts'
import { KindCards } from './KindCards.tsx'
import { isUnusual, ReviewDialog } from './ReviewDialog.tsx'
import { type FieldName, problemsOf } from './rules.ts'
import { ScopeSection } from './ScopeSection.tsx'
import type { Creation } from './useCreation.ts'
import { useDropsStayHere } from './useDropsStayHere.ts'
import { useInspectedKeys } from './useInspectedKeys.ts'
import { ValueFields } from './ValueFields.tsx'
import { warningsOf } from './warnings.ts'

type Props = {
  org: OrgRef
  username: string
  draft: Draft
  onChange: (change: Partial<Draft>) => void
  create: Creation
  /** The user has just created another one: the name comes next. */
  startsAtName: boolean
}

/** The kinds, and below them the form of the chosen one, with the errors at its fields. */
export function CreateForm({ org, username, draft, onChange, create, startsAtName }: Props) {
  const form = useRef<HTMLFormElement>(null)
  /** The kind that the user tried to create too early: its problems are shown. */
  const [tried, setTried] = useState<Kind>()
  const [isScopeOpen, setIsScopeOpen] = useState(false)
  const [isReviewed, setIsReviewed] = useState(false)
  const isTaken = useTaken(org, draft.name)
  const { refused, isPending: isSent } = create
  const keys = useInspectedKeys(draft)
  const problems = problemsOf(draft, username, keys.inspected)
  const warnings = warningsOf(draft, keys.inspected)
  const isTried = tried !== undefined && tried === draft.kind
  useDropsStayHere()

  const fields: FormProps = {
    draft,
    change: (change) => {
      onChange(change)
      if (refused && refused in change) create.reset()
    },
    errorAt: (field) =>
      problems.find((problem) => problem.field === field && (problem.urgent || isTried))?.words ?? refusalAt(field),
    inspected: keys.inspected,
    warningsAt: (field) => warnings.filter((warning) => warning.field === field),
  }

  /** The server's answer, at the field that it is about, until that is changed. */
  const refusalAt = (field: FieldName) => (refused === field ? create.error?.message : undefined)

  useEffect(() => {
    if (startsAtName) focusName(form.current)
  }, [startsAtName])

  useEffect(() => {
    if (refused) focusProblem(form.current)
  }, [refused])

  function choose(kind: Kind, goesOn: boolean) {
    flushSync(() => fields.change({ kind }))
    if (goesOn) focusName(form.current)
  }

  function submit(event: FormEvent) {
    event.preventDefault()
    if (isSent || !draft.kind) return
    if (!keys.isReady)
      return void keys.load().then(
        () => form.current?.requestSubmit(),
        () => warn('The keys could not be checked. Nothing was sent: try again.'),
      )
    if (problems.length > 0 || isTaken) {
      flushSync(() => {
        setTried(draft.kind)
        if (problems.some(({ field }) => field === 'storePassword')) setIsScopeOpen(true)
      })
      return focusProblem(form.current)
    }
    if (isUnusual(draft)) setIsReviewed(true)
    else send()
  }

  function send() {
    setIsReviewed(false)
    setTried(undefined)
    // The fields are off until the answer has come.
    form.current?.querySelector<HTMLElement>('[type=submit]')?.focus()
    create.mutate(draft)
  }

  return (
    <>
      {/* The browser's own checks would stop at the first field; ours show everything that is missing. */}
      <form
        ref={form}
        className="ui form create"
        noValidate
        autoComplete="off"
        onSubmit={submit}
        onKeyDown={submitWithControlEnter}
      >
        <fieldset disabled={isSent}>
          <KindCards kind={draft.kind} onChoose={choose} />
          {draft.kind && (
            <div className="of-kind">
              <NameField
                help={'Flows use it by this name. Letters, digits and _\u00a0@\u00a0.\u00a0-\u00a0~'}
                org={org}
                name={draft.name}
                onChange={(name) => fields.change({ name })}
                isTaken={isTaken}
                refusal={refusalAt('name')}
                isTried={isTried}
              />
              <ValueFields {...fields} />
              <ScopeSection
                {...fields}
                orgName={org.orgName}
                username={username}
                isOpen={isScopeOpen || refused === 'storePassword'}
                onToggle={() => setIsScopeOpen(!isScopeOpen)}
              />
            </div>
          )}
        </fieldset>
        {!refused && (
          <ErrorMessage error={create.error} title="The secret was not created." lostAnswer={create.lostAnswer} />
        )}
        <Actions org={org} kind={draft.kind} isSent={isSent} />
      </form>
      {isReviewed && (
        <ReviewDialog
          orgName={org.orgName}
          draft={draft}
          warnings={warnings}
          onConfirm={send}
          onClose={() => setIsReviewed(false)}
        />
      )}
    </>
  )
}

const focusName = (form: HTMLElement | null) => form?.querySelector<HTMLElement>('.secret-name input')?.focus()

const focusProblem = (form: HTMLElement | null) =>
  form?.querySelector<HTMLElement>('[aria-invalid="true"], [data-problem]')?.focus()

type ActionsProps = { org: OrgRef; kind: Kind | undefined; isSent: boolean }

/** While the secret is being created they stay reachable, and the state says why they are off. */
function Actions({ org, kind, isSent }: ActionsProps) {
  return (
    <>
      <div className="actions">
        {kind && <SubmitButton busy={isSent}>Create secret</SubmitButton>}
        <Link
          className="ui basic button"
          to={paths.secrets(org)}
          aria-disabled={isSent}
          aria-describedby={isSent ? STATE_ID : undefined}
          onClick={(event) => isSent && event.preventDefault()}
        >
          Cancel
        </Link>
      </div>
      <p className="note" role="status" id={STATE_ID}>
        {isSent &&
          (kind === 'new-key-pair'
            ? 'The server makes the key pair. This takes a few seconds.'
            : 'The secret is being created.')}
      </p>
    </>
  )
}

const STATE_ID = 'creation-state'
