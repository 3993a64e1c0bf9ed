import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { type ApiError, isApiError, missingMembership, missingRight } from '#api/ApiError.ts'
import { organizationQuery } from '#api/orgs.ts'
import type { Secret } from '#api/types.ts'
import type { Change } from '#api/useChange.ts'
import { ownerName } from '#api/users.ts'
import { ErrorMessage } from '#concord/ErrorMessage.tsx'
import { TypeFact, VisibilityFact } from '#concord/facts.tsx'
import { paths } from '#paths.ts'
import { ConfirmDialog } from '#ui/ConfirmDialog.tsx'
import { Message } from '#ui/Message.tsx'

export type SecretChange = Pick<Change<unknown, void>, 'mutate' | 'isPending' | 'error' | 'lostAnswer'> & {
  /** What did not work, as a sentence: `git-key was not moved.` */
  failedWords: string
  /** What somebody else changed while the dialog was open, as a sentence. */
  changedMeanwhile?: string | undefined
}

type Props = {
  secret: Secret
  change: SecretChange
  /** Verb and object: `Move secret “git-key” to platform`. */
  title: string
  /** Starts with the documented word: `Yes, move to platform`. */
  action: string
  /**
   * L2 and L3 (docs/decisions/confirmations.md): red, and the secret's name must be typed. Without it, L1: amber, and
   * *Cancel* has the focus.
   */
  serious?: boolean
  /** Whether `affected` is complete. */
  preview?: 'ready' | 'loading' | 'failed'
  /** Why it cannot be done, whatever is typed. */
  blocked?: string | undefined
  /** The body or a field says that already. */
  blockedIsSaid?: boolean
  /** To be filled in before the name. */
  fields?: ReactNode
  /** Something is in these fields, which a click outside must not lose. */
  isEdited?: boolean
  happens?: ReactNode
  affected?: ReactNode
  /** What cannot be undone. */
  forGood?: ReactNode
  /** What to do after this error, where there is more to say than for any change. */
  nextStep?: (error: Error) => ReactNode
  onClose: () => void
  children?: ReactNode
}

/**
 * Asks before a change to a secret or its access, in the order of docs/decisions/confirmations.md: what happens, what
 * is affected, what cannot be undone, the name, the buttons.
 */
export function ConfirmSecretChange(props: Props) {
  const { secret, change, happens, affected, forGood, nextStep } = props
  const step = change.error && nextStep?.(change.error)
  return (
    <ConfirmDialog
      title={props.title}
      action={props.action}
      {...(props.serious && { phrase: secret.name, danger: true })}
      busy={change.isPending}
      preview={props.preview ?? 'ready'}
      blocked={props.blocked}
      blockedIsSaid={props.blockedIsSaid ?? false}
      fields={props.fields}
      isEdited={props.isEdited ?? false}
      onConfirm={() => change.mutate()}
      onClose={props.onClose}
      problem={
        <ErrorMessage error={change.error} title={change.failedWords} lostAnswer={change.lostAnswer}>
          {step ? <p>{step}</p> : isAboutRights(change.error) && <NextStep error={change.error} secret={secret} />}
        </ErrorMessage>
      }
    >
      <p className="subject">
        <span className="mono">
          {secret.orgName} / {secret.name}
        </span>
        <TypeFact type={secret.type} />
        <VisibilityFact visibility={secret.visibility} />
      </p>
      {change.changedMeanwhile && (
        <Message header="Somebody else has changed this secret in the meantime" alert>
          <p>
            {change.changedMeanwhile} Nothing was sent. This dialog now describes the new state: read it again before
            you go on.
          </p>
        </Message>
      )}
      {happens && (
        <section>
          <h3>What happens</h3>
          {happens}
        </section>
      )}
      {affected && (
        <section>
          <h3>What is affected</h3>
          {affected}
        </section>
      )}
      {forGood && <p className="band">{forGood}</p>}
      {props.children}
    </ConfirmDialog>
  )
}

const isAboutRights = (error: Error | null): error is ApiError =>
  isApiError(error, 'forbidden') || isApiError(error, 'notFound')

/** Who can help, or where the secret may be: what ErrorMessage cannot know. */
function NextStep({ error, secret: { orgName, name, owner } }: { error: ApiError; secret: Secret }) {
  if (isApiError(error, 'notFound'))
    return (
      <p>
        It was renamed, moved or deleted.{' '}
        <Link to={paths.secrets({ orgName }, { filter: name })}>Look for it in {orgName}</Link>
      </p>
    )
  const { words } = error
  const elsewhere = missingMembership(words)
  if (elsewhere) return <Join orgName={elsewhere} />
  const right = missingRight(words)
  if (right && right.entity !== 'secret') return <p>Ask its owner, or the owner of {orgName}.</p>
  return (
    <p>{owner ? `Ask its owner, ${ownerName(owner)}, or the owner of ${orgName}.` : `Ask the owner of ${orgName}.`}</p>
  )
}

/** The secret's owner cannot help with that: only the organization's can. */
function Join({ orgName }: { orgName: string }) {
  const { data } = useQuery(organizationQuery({ orgName }))
  return <p>Ask its owner{data?.owner && `, ${ownerName(data.owner)},`} to add you to a team.</p>
}
