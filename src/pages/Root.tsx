import { lazy, Suspense } from 'react'
import { Navigate, Outlet, ScrollRestoration, useLocation } from 'react-router'
import { serverAway } from '#api/serverAway.ts'
import { sessionOver } from '#api/sessionOver.ts'
import { fromPeerAddress } from '#paths.ts'
import { ProgressLine } from '#ui/ProgressLine.tsx'
import { Skeleton } from '#ui/Skeleton.tsx'
import { useStore } from '../store.ts'

const SignInAgainDialog = lazy(async () => ({
  default: (await import('./session/SignInAgainDialog.tsx')).SignInAgainDialog,
}))
const ServerAwayBanner = lazy(async () => ({
  default: (await import('./session/ServerAwayBanner.tsx')).ServerAwayBanner,
}))

/** Around every page, the sign-in page included: what can happen anywhere. */
export function Root() {
  const { hash } = useLocation()
  const over = useStore(sessionOver)
  const away = useStore(serverAway)
  const peerAddress = fromPeerAddress(hash)
  if (peerAddress) return <Navigate to={peerAddress} replace />

  return (
    <>
      <ProgressLine />
      <Outlet />
      <Suspense>
        {away && <ServerAwayBanner away={away} />}
        {over && <SignInAgainDialog username={over.username} />}
      </Suspense>
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
