import { useState } from 'react'
import { useLoaderData, useNavigate, useRevalidator, useSearchParams } from 'react-router'
import { type Credentials, liveSession, login, logout } from '#api/session.ts'
import { disabledUser, session } from '#api/sessionOver.ts'

import { settingsRead } from '#api/settings.ts'
import type { Whoami } from '#api/types.ts'
import { returnAddress } from '#paths.ts'
import { Message } from '#ui/Message.tsx'
import { Page } from '#ui/Page.tsx'
import { SubmitButton } from '#ui/SubmitButton.tsx'
import { useStore } from '../store.ts'
import { SignInForm } from './session/SignInForm.tsx'

/** Concord ignores new credentials while a session lives (concord-api §2.2), so the page must know of one. */
export async function loader() {
  const [live] = await Promise.all([liveSession(), settingsRead()])
  return { live }
}

export function LoginPage() {
  const { live } = useLoaderData<typeof loader>()
  const [params] = useSearchParams()
  const navigate = useNavigate()
  const from = returnAddress(params.get('from'))

  async function signIn(credentials: Credentials, rememberMe: boolean) {
    session.set(await login(credentials, rememberMe))
    await navigate(from, { replace: true })
  }

  return (
    <main className="login">
      <p className="product">
        <img src="/favicon.svg" alt="" width="24" height="24" /> Concord secrets
      </p>
      <Page title="Sign in" takesFocus={false}>
        <Disabled />
        {live ? (
          <LiveSession live={live} from={from} />
        ) : (
          <SignInForm isPage onSignIn={signIn} way={params.get('useApiKey') === 'true' ? 'apiKey' : 'password'}>
            {(busy) => <SubmitButton busy={busy}>Sign in</SubmitButton>}
          </SignInForm>
        )}
        <SingleSignOn from={from} />
      </Page>
    </main>
  )
}

/** The server has refused somebody who was signed in. */
function Disabled() {
  const user = useStore(disabledUser)
  if (!user) return null
  return (
    <Message header={user.username ? `The user ${user.username} is disabled` : 'Your user is disabled'} alert>
      <p>Ask an administrator to enable it, then sign in again.</p>
      <p className="words muted">{user.words}</p>
    </Message>
  )
}

/** Somebody is signed in already, in another tab or from before. */
function LiveSession({ live, from }: { live: Whoami; from: string }) {
  const navigate = useNavigate()
  const { revalidate } = useRevalidator()
  const [error, setError] = useState<Error | null>(null)

  async function signOut() {
    try {
      await logout()
      await revalidate()
    } catch (problem) {
      setError(problem as Error)
    }
  }

  return (
    <>
      <p>
        You are signed in as <b>{live.displayName}</b>
        {live.displayName !== live.username && <span className="mono"> ({live.username})</span>}. To sign in as somebody
        else, sign out first: other credentials are ignored until then.
      </p>
      {error && (
        <Message tone="negative" header="You are still signed in. Try again." alert>
          <p className="words muted">{error.message}</p>
        </Message>
      )}
      <div className="actions">
        <button type="button" className="ui primary button" onClick={() => navigate(from, { replace: true })}>
          Continue as {live.displayName}
        </button>
        <button type="button" className="ui button" onClick={signOut}>
          Sign out
        </button>
      </div>
    </>
  )
}

function SingleSignOn({ from }: { from: string }) {
  const loginUrl = window.concord?.loginUrl
  if (!loginUrl) return null
  const separator = loginUrl.includes('?') ? '&' : '?'
  return (
    <div className="sso">
      <span className="muted">or</span>
      <a className="ui button" href={`${loginUrl}${separator}from=${encodeURIComponent(from)}`}>
        Single sign-on
      </a>
    </div>
  )
}
