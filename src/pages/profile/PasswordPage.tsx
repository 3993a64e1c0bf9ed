import { useSuspenseQuery } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { Link, type ShouldRevalidateFunctionArgs, useLoaderData } from 'react-router'
import { isApiError } from '#api/ApiError.ts'
import { changePassword, passwordQuery } from '#api/password.ts'
import { queryClient } from '#api/queryClient.ts'
import { isOurs, serverVersionQuery } from '#api/serverVersion.ts'
import { whoamiQuery } from '#api/session.ts'
import { useChange } from '#api/useChange.ts'
import { ErrorMessage } from '#concord/ErrorMessage.tsx'
import { paths } from '#paths.ts'
import { Field } from '#ui/Field.tsx'
import { focusHeading } from '#ui/focusHeading.ts'
import { Message } from '#ui/Message.tsx'
import { Page } from '#ui/Page.tsx'
import { RevealInput } from '#ui/RevealInput.tsx'
import { announce } from '#ui/StatusMessage.tsx'
import { SubmitButton } from '#ui/SubmitButton.tsx'
import { submitWithControlEnter } from '#ui/submitWithControlEnter.ts'
import { NotOurs } from './NotOurs.tsx'
import { StrengthMeter } from './StrengthMeter.tsx'
import { type Strength, strengthOf } from './strength.ts'

const TITLE = 'Change password'

export async function loader() {
  const hasPage = isOurs(await queryClient.fetchQuery(serverVersionQuery))
  if (hasPage) await queryClient.fetchQuery(passwordQuery)
  return { hasPage }
}

/** Never while the page is open: a failed read would replace it with an error, and everything typed would be lost. */
export const shouldRevalidate = ({ currentUrl, nextUrl }: ShouldRevalidateFunctionArgs) =>
  currentUrl.pathname !== nextUrl.pathname

export function PasswordPage() {
  const { hasPage } = useLoaderData<typeof loader>()
  return hasPage ? (
    <OwnPassword />
  ) : (
    <NotOurs title={TITLE}>This Concord cannot change passwords. Change yours in its directory (LDAP).</NotOurs>
  )
}

function OwnPassword() {
  const { changeable, rule, reason } = useSuspenseQuery(passwordQuery).data
  // Each change gets a new form: empty, with hidden inputs.
  const [round, setRound] = useState(0)
  return (
    <Page title={TITLE}>
      {changeable ? (
        <PasswordForm key={round} rule={rule} onDone={() => setRound(round + 1)} />
      ) : (
        <Message tone="neutral" header="Your password cannot be changed here">
          <p>{reason}</p>
        </Message>
      )}
    </Page>
  )
}

/** Only the inputs keep what is typed: it is in no state, cache, storage or address. */
function PasswordForm({ rule, onDone }: { rule: string; onDone: () => void }) {
  const { username } = useSuspenseQuery(whoamiQuery).data
  const form = useRef<HTMLFormElement>(null)
  const change = useChange(changePassword, {
    done: (_, isHere) => {
      announce('Password changed. Your other sessions have ended.')
      if (!isHere) return
      focusHeading()
      onDone()
    },
    failed: (error, isHere) => {
      if (isHere) focusField(fieldOf(error))
    },
    checkOutcome: async () => ({
      words: 'Your password may have changed. Next time try the new one first, then the old one.',
    }),
  })
  const field = change.error ? fieldOf(change.error) : undefined
  const problemAt = (name: Passwords) => (field === name ? change.error?.message : undefined)

  function focusField(name: Passwords | undefined) {
    const input = name && form.current?.elements.namedItem(name)
    if (!(input instanceof HTMLInputElement)) return
    input.focus()
    input.select()
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const typed = new FormData(event.currentTarget)
    const text = (name: Passwords) => String(typed.get(name) ?? '')
    change.mutate({ oldPassword: text('oldPassword'), newPassword: text('newPassword') })
  }

  return (
    <form ref={form} className="ui form" onSubmit={submit} onKeyDown={submitWithControlEnter}>
      {/* For password managers: whose password it is. */}
      <input
        className="visually-hidden"
        name="username"
        autoComplete="username"
        value={username}
        readOnly
        tabIndex={-1}
        aria-hidden
      />
      <Field label="Current password" error={problemAt('oldPassword')}>
        {(control) => (
          <RevealInput
            what="current password"
            {...control}
            name="oldPassword"
            required
            autoComplete="current-password"
          />
        )}
      </Field>
      <NewPasswordField rule={rule} problem={problemAt('newPassword')} />
      {!field && (
        <ErrorMessage error={change.error} title="The password was not changed." lostAnswer={change.lostAnswer} />
      )}
      <div className="actions">
        <SubmitButton busy={change.isPending}>Change password</SubmitButton>
      </div>
      <p className="note">
        It ends your other sessions. API keys stay valid. <Link to={paths.sessions()}>Where you are signed in</Link>
      </p>
    </form>
  )
}

function NewPasswordField({ rule, problem }: { rule: string; problem: string | undefined }) {
  const [strength, setStrength] = useState<Strength>()
  return (
    <>
      <Field label="New password" help={rule} error={problem}>
        {(control) => (
          <RevealInput
            what="new password"
            {...control}
            onInput={(event) => {
              control.onInput(event)
              const { value } = event.currentTarget
              setStrength(value === '' ? undefined : strengthOf(value))
            }}
            name="newPassword"
            required
            autoComplete="new-password"
          />
        )}
      </Field>
      {strength && <StrengthMeter strength={strength} />}
    </>
  )
}

type Passwords = 'oldPassword' | 'newPassword'

/** The field that a rejection is about: the server's sentence begins with it. */
function fieldOf(error: Error): Passwords | undefined {
  if (!isApiError(error, 'rejected')) return undefined
  if (error.words.startsWith('The old password')) return 'oldPassword'
  return error.words.startsWith('The new password') ? 'newPassword' : undefined
}
