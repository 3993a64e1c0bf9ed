import { useEffect, useRef } from 'react'
import { Navigate, Outlet, ScrollRestoration, useLocation, useRevalidator } from 'react-router'
import { serverAway } from '#api/serverAway.ts'
import { fromPeerAddress } from '#paths.ts'
import { ProgressLine } from '#ui/ProgressLine.tsx'
import { Skeleton } from '#ui/Skeleton.tsx'
import { useStore } from '../store.ts'
import { RouteError } from './RouteError.tsx'
import { ServerAwayBanner } from './session/ServerAwayBanner.tsx'

/** Around every page, the sign-in page included: what can happen anywhere. */
export function Root() {
  const { hash } = useLocation()
  const away = useStore(serverAway)
  const wasAway = useRef(false)
  const { revalidate } = useRevalidator()
  const peerAddress = fromPeerAddress(hash)

  // What the loaders failed to read is read when the server is back.
  useEffect(() => {
    if (wasAway.current && !away) void revalidate()
    wasAway.current = away !== undefined
  }, [away, revalidate])

  if (peerAddress) return <Navigate to={peerAddress} replace />

  return (
    <>
      <ProgressLine />
      <Outlet />
      {away && <ServerAwayBanner away={away} />}
      <ScrollRestoration />
    </>
  )
}

/** Until the first page has its code and data. */
export function FirstSkeleton() {
  const away = useStore(serverAway)
  return (
    <>
      <div className="bar" />
      <main id="content">
        <h1 className="visually-hidden">Concord secrets</h1>
        <Skeleton layout="list" />
      </main>
      {away && <ServerAwayBanner away={away} />}
    </>
  )
}

/** Where there is no frame around an error. */
export function FirstError() {
  return (
    <main id="content">
      <RouteError />
    </main>
  )
}
