import { TriangleAlert } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { Secret } from '#api/types.ts'
import { differences, sentence } from '#concord/differences.ts'
import { ConfirmDialog } from '#ui/ConfirmDialog.tsx'
import { ErrorMessage } from '#ui/ErrorMessage.tsx'
import { Icon } from '#ui/Icon.tsx'
import { NextStep } from '../../parts/NextStep.tsx'
import { SecretSubject } from '../../parts/SecretSubject.tsx'
import { type SecretChange, SecretChanged } from './useSecretChange.ts'

type Props = {
  secret: Secret
  change: SecretChange
  /** Verb and object: `Move secret “git-key” to platform`. */
  title: string
  /** Starts with the documented word: `Yes, move to platform`. */
  action: string
  /** L2 and L3: the secret's name must be typed. Without it *Cancel* has the focus. */
  typeName?: boolean
  /** The act's button is red. */
  danger?: boolean
  /** Whether `affected` is there already. */
  preview?: 'ready' | 'loading' | 'failed'
  /** Why it cannot be done, whatever is typed. */
  blocked?: string | undefined
  happens: ReactNode
  affected?: ReactNode
  /** What cannot be undone: a band. */
  forGood?: ReactNode
  /** What to do after this error, where there is more to say than for any change. */
  nextStep?: (error: Error) => ReactNode
  onClose: () => void
}

/**
 * Asks before a change to a secret, in the order of docs/decisions/confirmations.md: what happens → what is affected → what cannot be
 * undone → the name → buttons. Says so when the secret was changed by somebody else since it was opened.
 */
export function ConfirmSecretChange(props: Props) {
  const { secret, change, typeName, happens, affected, forGood, nextStep, onClose } = props
  const [opened] = useState(secret)
  const changed = change.isPending ? [] : differences(opened, secret)

  const step = change.error && nextStep?.(change.error)

  return (
    <ConfirmDialog
      title={props.title}
      action={props.action}
      {...(typeName && { phrase: secret.name })}
      {...(props.danger && { danger: true })}
      busy={change.isPending}
      preview={props.preview ?? 'ready'}
      blocked={props.blocked}
      onConfirm={() => change.mutate()}
      onClose={onClose}
      problem={
        change.error instanceof SecretChanged ? undefined : (
          <ErrorMessage error={change.error} title={change.failedWords} lostAnswer={change.lostAnswer}>
            {step ? <p>{step}</p> : change.error && <NextStep error={change.error} secret={secret} />}
          </ErrorMessage>
        )
      }
    >
      <SecretSubject secret={secret} />
      {changed.length > 0 && (
        <div className="ui warning message" role="alert">
          <Icon of={TriangleAlert} />
          <div className="content">
            <p className="header">Somebody else changed this secret meanwhile</p>
            <p>
              {sentence(changed)} Nothing was sent. What is said here is about the new state: read it again before you
              go on.
            </p>
          </div>
        </div>
      )}
      <section>
        <h3>What happens</h3>
        {happens}
      </section>
      {affected && (
        <section>
          <h3>What is affected</h3>
          {affected}
        </section>
      )}
      {forGood && <p className="band">{forGood}</p>}
    </ConfirmDialog>
  )
}
