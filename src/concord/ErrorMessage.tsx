import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { explain, wordsOfServer } from '#api/explain.ts'
import type { LostAnswer } from '#api/useChange.ts'
import { Message } from '#ui/Message.tsx'
import { ServerWords } from '#ui/ServerWords.tsx'

type Props = {
  /** Nothing is shown without one. */
  error: Error | null | undefined
  /** Our sentence: what did not work. */
  title?: string
  /** What to do now, if there is more to say than for any request. */
  children?: ReactNode
  /** Of `useChange`: whether the change was made is not known, and can be checked. */
  lostAnswer?: LostAnswer | undefined
}

/** A failed request, at the form that sent it: what did not work and why, the next step, and the server's own words. */
export function ErrorMessage({ error, title = 'That did not work.', children, lostAnswer }: Props) {
  if (!error) return null
  if (lostAnswer) return <LostAnswerMessage lostAnswer={lostAnswer}>{children}</LostAnswerMessage>
  const { text, step } = explain(error)
  return (
    <Message tone="negative" icon={CircleAlert} header={title} alert>
      <p>
        {text} {!children && step}
      </p>
      {children}
      <ServerWords words={wordsOfServer(error)} />
    </Message>
  )
}

function LostAnswerMessage({
  lostAnswer: { check, outcome },
  children,
}: {
  lostAnswer: LostAnswer
  children: ReactNode
}) {
  return (
    <Message
      tone="negative"
      icon={CircleAlert}
      header="The answer was lost. It is not known yet whether the change was made."
      alert
    >
      {outcome ? (
        <p role="status">{outcome}</p>
      ) : (
        <button type="button" className="ui button" onClick={() => check()}>
          Read again to see what happened
        </button>
      )}
      {children}
    </Message>
  )
}
