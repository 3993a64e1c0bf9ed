import { Cookie, KeyRound, type LucideIcon, Monitor, MonitorCheck, Workflow } from 'lucide-react'
import type { OpenSession } from '#api/types.ts'
import { Fact } from '#ui/Fact.tsx'
import { RelativeTime } from '#ui/RelativeTime.tsx'
import { nameOf } from './words.ts'

type Props = {
  sessions: OpenSession[]
  /** The one that is being ended. */
  endingId: string | undefined
  onEnd: (session: OpenSession) => void
}

export function SessionTable({ sessions, endingId, onEnd }: Props) {
  return (
    <table className="ui unstackable table sessions">
      <thead>
        <tr>
          <th scope="col">Device</th>
          <th scope="col">Kind</th>
          <th scope="col">Address</th>
          <th scope="col" className="number">
            Last used
          </th>
          <th scope="col" className="number signed-in">
            Signed in
          </th>
          <th scope="col" className="number ends">
            Ends
          </th>
          <th scope="col">
            <span className="visually-hidden">Sign out</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} isEnding={session.id === endingId} onEnd={onEnd} />
        ))}
      </tbody>
    </table>
  )
}

type RowProps = { session: OpenSession; isEnding: boolean; onEnd: Props['onEnd'] }

function SessionRow({ session, isEnding, onEnd }: RowProps) {
  const { address, createdAt, lastUsedAt, expiresAt, userAgent } = session
  const { icon, words } = kindOf(session)
  const name = nameOf(session)
  return (
    <tr>
      <th scope="row" className="primary" title={userAgent}>
        {name}
      </th>
      <td className="kind">
        <Fact icon={icon}>{session.current ? <b>{words}</b> : words}</Fact>
      </td>
      {address ? <td className="mono">{address}</td> : <td className="muted wide-only">Unknown</td>}
      <Time label="Last used" at={lastUsedAt} otherwise="Never" />
      <Time className="signed-in" label="Signed in" at={createdAt} otherwise="Unknown" />
      <Time className="ends" label="Ends" at={expiresAt} otherwise="Unknown" />
      <td className="end">
        <button
          type="button"
          className={`ui small ${isEnding ? 'loading' : ''} button`}
          aria-disabled={isEnding}
          onClick={() => onEnd(session)}
        >
          Sign out
          <span className="visually-hidden">
            {' '}
            {name}
            {address && `, ${address}`}
          </span>
        </button>
      </td>
    </tr>
  )
}

type TimeProps = { label: string; at: string | undefined; otherwise: string; className?: string }

/** On a phone the table has no head, so each cell is labelled. */
function Time({ label, at, otherwise, className = '' }: TimeProps) {
  return (
    <td className={`number ${className}`}>
      <span className="narrow-only muted">{label} </span>
      {at ? <RelativeTime at={at} /> : <span className="muted">{otherwise}</span>}
    </td>
  )
}

function kindOf({ kind, realm, current }: OpenSession): { icon: LucideIcon; words: string } {
  if (current) return { icon: MonitorCheck, words: 'This session' }
  if (kind === 'PROCESS') return { icon: Workflow, words: 'Process session' }
  if (kind === 'REMEMBER_ME') return { icon: Cookie, words: 'Remembered browser' }
  if (realm === 'apikey') return { icon: KeyRound, words: 'API key session' }
  return { icon: Monitor, words: 'Browser' }
}
