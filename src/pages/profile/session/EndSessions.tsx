import { type ReactNode, useState } from 'react'
import { endOpenSessions } from '#api/sessions.ts'
import type { OpenSession } from '#api/types.ts'
import { useChange } from '#api/useChange.ts'
import { ErrorMessage } from '#concord/ErrorMessage.tsx'
import { ConfirmDialog } from '#ui/ConfirmDialog.tsx'
import { focusHeading } from '#ui/focusHeading.ts'
import { announce } from '#ui/StatusMessage.tsx'
import { useSignOut } from '../../session/useSignOut.ts'
import { endedWords, processCount, sessionCount } from './words.ts'

type Props = {
  sessions: OpenSession[]
  /** Whose sessions, if not the caller's. */
  user?: { id: string; title: string } | undefined
}

/** The page's one action. */
export function SignOutEverywhere(props: Props) {
  const [asking, setAsking] = useState(false)
  return (
    <>
      <button type="button" className="ui basic negative button" onClick={() => setAsking(true)}>
        Sign out everywhere
      </button>
      {asking && <SignOutDialog {...props} onClose={() => setAsking(false)} />}
    </>
  )
}

function SignOutDialog({ sessions, user, onClose }: Props & { onClose: () => void }) {
  const [keepsCurrent, setKeepsCurrent] = useState(false)
  const signOut = useSignOut()
  const others = sessions.filter(({ current }) => !current)
  const hasCurrent = others.length < sessions.length
  const ending = keepsCurrent ? others : sessions
  const processes = ending.filter(({ kind }) => kind === 'PROCESS').length

  const end = useChange(
    async () => {
      const ended = await endOpenSessions({ userId: user?.id, ...(keepsCurrent && { keepCurrent: true }) })
      // This session has ended too: continue as after any sign-out.
      if (hasCurrent && !keepsCurrent) await signOut()
      return ended
    },
    {
      done: (ended, isHere) => {
        announce(endedWords(ended))
        if (!isHere) return
        onClose()
        focusHeading()
      },
    },
  )

  return (
    <ConfirmDialog
      danger
      title={user ? `Sign ${user.title} out everywhere` : 'Sign out everywhere'}
      action={keepsCurrent ? 'Yes, sign out the others' : 'Yes, sign out everywhere'}
      busy={end.isPending}
      onConfirm={() => end.mutate()}
      onClose={onClose}
      problem={<ErrorMessage error={end.error} title="The sessions were not ended." lostAnswer={end.lostAnswer} />}
    >
      <p>
        Ends <b>{sessionCount(ending.length)}</b>
        {user && ` of ${user.title}`}
        {hasCurrent && (keepsCurrent ? '. This one stays signed in' : ', this one included')}.
      </p>
      {processes > 0 && (
        <p>
          Among them <b>{processCount(processes)}</b>: {processes === 1 ? 'this process' : 'these processes'} can no
          longer read secrets.
        </p>
      )}
      <p>API keys stay valid.</p>
      {hasCurrent && others.length > 0 && (
        <label className="check">
          <input
            type="checkbox"
            checked={keepsCurrent}
            disabled={end.isPending}
            onChange={({ target }) => setKeepsCurrent(target.checked)}
          />
          Keep this session
        </label>
      )}
    </ConfirmDialog>
  )
}

type ProcessProps = { busy: boolean; problem: ReactNode; onConfirm: () => void; onClose: () => void }

/** Ending a single session asks only for processes: no user is there to sign in again. */
export const EndProcessDialog = (props: ProcessProps) => (
  <ConfirmDialog danger title="End the session of a process" action="Yes, end it" {...props}>
    <p>The process can no longer read secrets. It needs a new session.</p>
  </ConfirmDialog>
)
