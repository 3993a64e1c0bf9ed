import type { ReactNode } from 'react'
import { Page } from './Page.tsx'
import { ServerWords } from './ServerWords.tsx'

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
      <ServerWords words={words} />
      {nextSteps && <div className="actions">{nextSteps}</div>}
    </Page>
  )
}
