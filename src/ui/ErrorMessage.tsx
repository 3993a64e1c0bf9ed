import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { Message } from './Message.tsx'

type Props = {
  /** Nothing is shown without one. */
  error: Error | null | undefined
  /** Our sentence: what did not work. */
  title?: string
  /** What to do now. */
  children?: ReactNode
  /** Of `useChange`: whether the change was made is not known, and can be checked. */
  lostAnswer?: { check: () => unknown; outcome: string | undefined } | undefined
}

/** A failed request, at the form that sent it: our sentence, and the server's own words under it. */
export function ErrorMessage({ error, title = 'That did not work.', children, lostAnswer }: Props) {
  if (!error) return null
  return (
    <Message
      tone="negative"
      icon={CircleAlert}
      header={lostAnswer ? 'The answer was lost. It is not known yet whether the change was made.' : title}
      alert
    >
      <p className="words">{error.message}</p>
      {lostAnswer && !lostAnswer.outcome && (
        <button type="button" className="ui button" onClick={() => lostAnswer.check()}>
          Read again to see what happened
        </button>
      )}
      {lostAnswer?.outcome && <p role="status">{lostAnswer.outcome}</p>}
      {children}
    </Message>
  )
}
