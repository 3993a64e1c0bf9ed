import { type FormEvent, useState } from 'react'
import { flushSync } from 'react-dom'
import { useNavigate } from 'react-router'
import type { OrgRef } from '#api/orgs.ts'
import { paths } from '#paths.ts'
import { ErrorMessage } from '#ui/ErrorMessage.tsx'
import { submitWithControlEnter } from '#ui/submitWithControlEnter.ts'
import type { Draft } from './draft.ts'
import { KindStep } from './KindStep.tsx'
import { ProtectionStep } from './ProtectionStep.tsx'
import { ReviewStep } from './ReviewStep.tsx'
import { type FieldName, type Problem, STEPS, type Step } from './rules.ts'
import type { StepProps } from './step.ts'
import type { Creation } from './useCreation.ts'
import { ValueStep } from './ValueStep.tsx'
import { WizardActions } from './WizardActions.tsx'
import { stepTitle } from './WizardSteps.tsx'
import { warningsOf } from './warnings.ts'

type Props = {
  org: OrgRef
  username: string
  step: Step
  draft: Draft
  onChange: (change: Partial<Draft>) => void
  problems: Problem[]
  create: Creation
}

/** One step of the wizard, with the errors at its fields and the button to the next one. */
export function WizardForm({ org, username, step, draft, onChange, problems, create }: Props) {
  const navigate = useNavigate()
  /** The step that the user tried to leave too early: its problems are shown. */
  const [tried, setTried] = useState<Step>()
  const { refused } = create
  const warnings = warningsOf(draft)

  const stepProps: StepProps = {
    draft,
    change: (change) => {
      onChange(change)
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
    // A step that is visited again starts without errors.
    setTried(undefined)
    const next = STEPS[STEPS.indexOf(step) + 1]
    if (next) void navigate(paths.newSecret(org, { step: next }))
    else create.mutate(draft)
  }

  return (
    // The browser's own checks would stop at the first field; ours show everything that is missing.
    <form className="ui form wizard" noValidate autoComplete="off" onSubmit={submit} onKeyDown={submitWithControlEnter}>
      <h2 tabIndex={-1}>{stepTitle(step)}</h2>
      {step === 'kind' && <KindStep {...stepProps} />}
      {step === 'value' && <ValueStep {...stepProps} />}
      {step === 'protection' && <ProtectionStep {...stepProps} orgName={org.orgName} username={username} />}
      {step === 'review' && <ReviewStep org={org} draft={draft} warnings={warnings} isSent={create.isPending} />}
      {!refused && (
        <ErrorMessage error={create.error} title="The secret was not created." lostAnswer={create.lostAnswer} />
      )}
      <WizardActions org={org} step={step} kind={draft.kind} isSent={create.isPending} />
    </form>
  )
}
