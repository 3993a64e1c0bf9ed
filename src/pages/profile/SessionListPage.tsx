import { useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, type LoaderFunctionArgs, useLoaderData, useNavigate } from 'react-router'
import { queryClient } from '#api/queryClient.ts'
import { isOurs, serverVersionQuery } from '#api/serverVersion.ts'
import { userInfoQuery } from '#api/session.ts'
import { endOpenSession, sessionListQuery } from '#api/sessions.ts'
import type { OpenSession } from '#api/types.ts'
import { useChange } from '#api/useChange.ts'
import { userQuery, userTitle } from '#api/users.ts'
import { ErrorMessage } from '#concord/ErrorMessage.tsx'
import { isAdmin as isAdministrator } from '#concord/rights.ts'
import { UserField } from '#fields/UserField.tsx'
import { paths } from '#paths.ts'
import { focusHeading } from '#ui/focusHeading.ts'
import { Page } from '#ui/Page.tsx'
import { announce } from '#ui/StatusMessage.tsx'
import { RouteError } from '../RouteError.tsx'
import { useSignOut } from '../session/useSignOut.ts'
import { NotOurs } from './NotOurs.tsx'
import { EndProcessDialog, SignOutEverywhere } from './session/EndSessions.tsx'
import { SessionTable } from './session/SessionTable.tsx'
import { endedWords } from './session/words.ts'

const TITLE = 'Where you are signed in'
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

type Question = { isOurs: boolean; isAdmin: boolean; userId?: string }

/** `?user=` is for admins: the server rejects it for everybody else. */
export async function loader({ request }: LoaderFunctionArgs): Promise<Question> {
  if (!isOurs(await queryClient.fetchQuery(serverVersionQuery))) return { isOurs: false, isAdmin: false }
  const asked = new URL(request.url).searchParams.get('user') ?? ''
  const me = await queryClient.fetchQuery(userInfoQuery)
  const isAdmin = isAdministrator(me)
  if (!UUID.test(asked) || asked.toLowerCase() === me?.id) {
    await queryClient.fetchQuery(sessionListQuery())
    return { isOurs: true, isAdmin }
  }
  await Promise.all([queryClient.fetchQuery(sessionListQuery(asked)), queryClient.fetchQuery(userQuery(asked))])
  return { isOurs: true, isAdmin, userId: asked }
}

export const ErrorBoundary = () => <RouteError what="the sessions of this user" />

export function SessionListPage() {
  const { isOurs, isAdmin, userId } = useLoaderData<typeof loader>()
  if (!isOurs)
    return (
      <NotOurs title={TITLE}>
        This Concord keeps no list of sessions. <i>Sign out</i> in the menu ends this one.
      </NotOurs>
    )
  return userId ? <SessionsOf key={userId} userId={userId} /> : <Sessions isAdmin={isAdmin} />
}

function SessionsOf({ userId }: { userId: string }) {
  const { data: user } = useSuspenseQuery(userQuery(userId))
  return <Sessions isAdmin user={{ id: userId, title: user ? userTitle(user) : userId }} />
}

type Props = { isAdmin: boolean; user?: { id: string; title: string } }

function Sessions({ isAdmin, user }: Props) {
  const { data: sessions } = useSuspenseQuery(sessionListQuery(user?.id))
  const [asking, setAsking] = useState<OpenSession>()
  const [endingId, setEndingId] = useState<string>()
  const navigate = useNavigate()
  const signOut = useSignOut()

  const end = useChange(({ id }: OpenSession) => endOpenSession(id), {
    done: (ended, isHere) => {
      announce(endedWords(ended))
      if (!isHere) return
      setAsking(undefined)
      focusHeading()
    },
  })

  function endNow(session: OpenSession) {
    setEndingId(session.id)
    end.mutate(session)
  }

  function askToEnd(session: OpenSession) {
    end.reset()
    if (session.current) void signOut()
    else if (session.kind === 'PROCESS') setAsking(session)
    else endNow(session)
  }

  const problem = <ErrorMessage error={end.error} title="The session was not ended." lostAnswer={end.lostAnswer} />

  return (
    <Page
      title={user ? `Where ${user.title} is signed in` : TITLE}
      action={sessions.length > 0 && <SignOutEverywhere sessions={sessions} user={user} />}
    >
      {isAdmin && (
        <div className="whose">
          <UserField
            label="User"
            value={user}
            onChange={(chosen) => chosen && 'id' in chosen && navigate(paths.sessions({ userId: chosen.id }))}
            help={
              user ? <Link to={paths.sessions()}>Show where you are signed in</Link> : 'Choose a user to see theirs.'
            }
          />
        </div>
      )}
      {!asking && problem}
      {sessions.length > 0 ? (
        <SessionTable sessions={sessions} endingId={end.isPending ? endingId : undefined} onEnd={askToEnd} />
      ) : (
        <p className="empty">{user ? `${user.title} is not signed in anywhere.` : 'You are not signed in anywhere.'}</p>
      )}
      <p className="note below">A remembered browser signs in by itself. API keys stay valid until they are deleted.</p>
      {asking && (
        <EndProcessDialog
          busy={end.isPending}
          problem={problem}
          onConfirm={() => endNow(asking)}
          onClose={() => setAsking(undefined)}
        />
      )}
    </Page>
  )
}
