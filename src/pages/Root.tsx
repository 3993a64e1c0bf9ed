import { Navigate, Outlet, ScrollRestoration, useLocation } from 'react-router'
import { serverAway } from '#api/serverAway.ts'
import { fromPeerAddress } from '#paths.ts'
import { ProgressLine } from '#ui/ProgressLine.tsx'
import { Skeleton } from '#ui/Skeleton.tsx'
import { useStore } from '../store.ts'
import { ServerAwayBanner } from './session/ServerAwayBanner.tsx'

/** Around every page, the sign-in page included: what can happen anywhere. */
export function Root() {
  const { hash } = useLocation()
  const away = useStore(serverAway)
  const peerAddress = fromPeerAddress(hash)
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
  return (
    <>
      <div className="bar" />
      <main id="content">
        <Skeleton layout="list" />
      </main>
    </>
  )
}
