import { useId, useState } from 'react'
import { useNavigate, useRevalidator } from 'react-router'
import { type Credentials, login } from '#api/session.ts'
import { finishSignIn, giveUpSignIn, type Over } from '#api/sessionOver.ts'
import { paths } from '#paths.ts'
import { Dialog } from '#ui/Dialog.tsx'
import { warn } from '#ui/StatusMessage.tsx'
import { SubmitButton } from '#ui/SubmitButton.tsx'
import { SignInForm } from './SignInForm.tsx'

/** Over any page, when the session is over. What was typed there stays, and refused requests are sent once more. */
export function SignInAgainDialog({ over: { username, other, hasUnsent } }: { over: Over }) {
  const [busy, setBusy] = useState(false)
  const navigate = useNavigate()
  const { revalidate } = useRevalidator()
  const formId = useId()

  async function signIn(credentials: Credentials, rememberMe: boolean) {
    setBusy(true)
    try {
      const whoami = await login(credentials, rememberMe)
      if (finishSignIn(whoami) === 'another user') {
        // The cache is empty and the frame mounts the page again: nothing of the other user's stays on the screen.
        const unsent = hasUnsent ? ` What ${username} was about to change was not sent.` : ''
        warn(`You are now signed in as ${whoami.username} instead of ${username}.${unsent} The page was read again.`)
        await revalidate()
      }
    } finally {
      setBusy(false)
    }
  }

  async function leave() {
    giveUpSignIn()
    await navigate(paths.login({ from: window.location.pathname + window.location.search }))
  }

  return (
    <Dialog
      title="Sign in again"
      // By accident, Esc would lose what was typed on the page: only the button leaves.
      busy
      onClose={leave}
      actions={
        <>
          <button type="button" className="ui button" onClick={leave} disabled={busy}>
            Leave this page
          </button>
          <SubmitButton busy={busy} form={formId}>
            Sign in
          </SubmitButton>
        </>
      }
    >
      <p>
        {other ? (
          <>
            In another tab <b>{other}</b> has signed in, which ended the session of <b>{username}</b> here too. Sign in
            again to go on where you were; what you typed is still here. That ends the session of {other}.
          </>
        ) : (
          'Your session has ended. Sign in again to continue where you were; what you typed is still here.'
        )}
      </p>
      <SignInForm id={formId} username={username} onSignIn={signIn} />
    </Dialog>
  )
}
