import { useEffect, useRef } from 'react'
import { Navigate, Outlet, ScrollRestoration, useLocation, useRevalidator, useRouteError } from 'react-router'
import { unreachable } from '#api/unreachable.ts'
import { fromConcordConsole } from '#paths.ts'
import { Page } from '#ui/Page.tsx'
import { ProgressLine } from '#ui/ProgressLine.tsx'
import { Skeleton } from '#ui/Skeleton.tsx'
import { useStore } from '../store.ts'
import { UnreachableBanner } from './session/UnreachableBanner.tsx'

/** Around every page, the sign-in page included. */
export function Root() {
  const { hash } = useLocation()
  const outage = useStore(unreachable)
  const wasUnreachable = useRef(false)
  const { revalidate } = useRevalidator()
  const consoleAddress = fromConcordConsole(hash)

  // What the loaders failed to read is read when the server is back.
  useEffect(() => {
    if (wasUnreachable.current && !outage) void revalidate()
    wasUnreachable.current = outage !== undefined
  }, [outage, revalidate])

  if (consoleAddress) return <Navigate to={consoleAddress} replace />

  return (
    <>
      <ProgressLine />
      <Outlet />
      {outage && <UnreachableBanner outage={outage} />}
      <ScrollRestoration />
    </>
  )
}

/** Until the first page has its code and data. */
export function FirstSkeleton() {
  const outage = useStore(unreachable)
  return (
    <>
      <div className="bar" />
      <main id="content">
        <h1 className="visually-hidden">Concord secrets</h1>
        <Skeleton layout="list" />
      </main>
      {outage && <UnreachableBanner outage={outage} />}
    </>
  )
}

/** Where there is no frame around an error: the console could not find out who is signed in. Says little, to be small. */
export function FirstError() {
  const error = useRouteError()
  const { revalidate } = useRevalidator()
  return (
    <main id="content">
      <Page title="The console could not start">
        <p>Try again. If that does not help, ask an administrator of this server.</p>
        <p className="words muted">{error instanceof Error && error.message}</p>
        <div className="actions">
          <button type="button" className="ui primary button" onClick={revalidate}>
            Try again
          </button>
        </div>
      </Page>
    </main>
  )
}
