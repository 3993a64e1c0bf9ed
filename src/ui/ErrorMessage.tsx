import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { Icon } from './Icon.tsx'

type Props = {
  /** Nothing is shown without one. */
  error: Error | null | undefined
  /** Our sentence: what did not work. */
  title?: string
  /** What to do now. */
  children?: ReactNode
  /** Both of `useChange`: what to do after a lost answer. */
  readAgain?: (() => void) | undefined
  found?: string | undefined
}

/** A failed request, at the form that sent it: our sentence, and the server's own words under it. */
export function ErrorMessage({ error, title = 'That did not work.', children, readAgain, found }: Props) {
  if (!error) return null
  return (
    <div className="ui negative message" role="alert">
      <Icon of={CircleAlert} />
      <div className="content">
        <p className="header">
          {readAgain ? 'The answer was lost. Nobody knows yet whether the change was made.' : title}
        </p>
        <p className="words">{error.message}</p>
        {readAgain && !found && (
          <button type="button" className="ui button" onClick={() => readAgain()}>
            Read again to see what happened
          </button>
        )}
        {found && <p role="status">{found}</p>}
        {children}
      </div>
    </div>
  )
}
