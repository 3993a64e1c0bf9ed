import { type ReactNode, useEffect, useRef } from 'react'
import { useLocation } from 'react-router'

type Props = {
  /** The page's one h1. */
  title: string
  /** For names of Concord's things: in monospace. */
  mono?: boolean
  /** Of the document, when it should say more than the heading. Never with a secret value. */
  documentTitle?: string
  /** Beside the heading: type, visibility, and so on. */
  facts?: ReactNode
  /** The one primary action, on the right. */
  action?: ReactNode
  /** false when the page itself takes the focus, such as the sign-in page. */
  takesFocus?: boolean
  children?: ReactNode
}

let lastPathname: string | undefined

/** A page: document title, heading with facts and action, content. On a change of address the heading has the focus. */
export function Page({ title, mono, documentTitle = title, facts, action, takesFocus = true, children }: Props) {
  const { pathname } = useLocation()
  const heading = useRef<HTMLHeadingElement>(null)

  useEffect(() => {
    document.title = `${documentTitle} · Concord secrets`
  }, [documentTitle])

  useEffect(() => {
    const isFirstPage = lastPathname === undefined
    const moved = lastPathname !== pathname
    lastPathname = pathname
    if (!moved || isFirstPage || !takesFocus) return
    heading.current?.focus({ preventScroll: true })
  }, [pathname, takesFocus])

  return (
    <>
      <header className="page-header">
        <div className="page-title">
          <h1 ref={heading} tabIndex={-1} className={mono ? 'mono' : undefined}>
            {title}
          </h1>
          {facts && <div className="facts">{facts}</div>}
        </div>
        {action && <div className="page-action">{action}</div>}
      </header>
      {children}
    </>
  )
}
