import type { ReactNode } from 'react'
import { Page } from './Page.tsx'

type Props = {
  /** What happened, as the page's heading: `You may not open “git-key”`. */
  title: string
  /** The server's own words, if it said any. */
  words?: string | undefined
  /** What it means: one or two sentences. */
  children?: ReactNode
  /** Links and buttons of what to do now. */
  nextSteps?: ReactNode
}

/** In place of a page that can't be shown. */
export function ErrorPage({ title, words, children, nextSteps }: Props) {
  return (
    <Page title={title}>
      <div className="prose">{children}</div>
      {words && (
        <p className="words">
          <span className="muted">The server said: </span>
          {words}
        </p>
      )}
      {nextSteps && <div className="actions">{nextSteps}</div>}
    </Page>
  )
}
