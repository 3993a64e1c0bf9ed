import '../signedIn.css'
// Forgets what is remembered for a user, whatever page they sign out from.
import '#api/visits.ts'
import { QueryClientProvider, useQuery } from '@tanstack/react-query'
import { CircleQuestionMark, KeyRound, KeySquare, Link2, LogOut, MonitorSmartphone, UserRound } from 'lucide-react'
import { Suspense, useEffect, useState } from 'react'
import { Link, Outlet, redirect, replace, useLocation, useNavigate, useNavigation, useParams } from 'react-router'
import { explained } from '#api/explain.ts'
import { queryClient } from '#api/queryClient.ts'
import { isOurs, serverVersionQuery } from '#api/serverVersion.ts'
import { logout } from '#api/session.ts'
import { disabledUser, onUserChange, session, sessionOver } from '#api/sessionOver.ts'
import { unreachable } from '#api/unreachable.ts'
import { paths } from '#paths.ts'
import { copyText } from '#ui/CopyButton.tsx'
import { Icon } from '#ui/Icon.tsx'
import { Menu } from '#ui/Menu.tsx'
import type { MenuItem } from '#ui/MenuList.tsx'
import { Skeleton } from '#ui/Skeleton.tsx'
import { announce, forgetMessages, StatusRegion, warn } from '#ui/StatusMessage.tsx'
import { useStore } from '../store.ts'
import { useShortcuts } from './help/shortcuts.ts'
import { useHelp } from './help/useHelp.tsx'
import { RouteError } from './RouteError.tsx'
import { SignInAgainDialog } from './session/SignInAgainDialog.tsx'
import { useSignOut } from './session/useSignOut.ts'
import { ThemeChoice } from './theme/ThemeChoice.tsx'

onUserChange(forgetMessages)

/** The bar, and below it the page. */
export function Frame() {
  const whoami = useStore(session)
  const over = useStore(sessionOver)
  const isDisabled = useStore(disabledUser) !== undefined
  const navigate = useNavigate()
  const { openHelp, help } = useHelp()
  useShortcuts(openHelp)

  useEffect(() => {
    if (isDisabled) void navigate(paths.login())
  }, [isDisabled, navigate])

  // Signed out: the sign-in page is on its way.
  if (!whoami) return null
  return (
    <QueryClientProvider client={queryClient}>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <Bar displayName={whoami.displayName} username={whoami.username} onHelp={openHelp} />
      <StatusRegion />
      {help}
      <main id="content" tabIndex={-1}>
        {/* When another user signs in over the page, nothing of the previous one may stay. */}
        <Outlet key={whoami.username} />
      </main>
      {over && <SignInAgainDialog over={over} />}
    </QueryClientProvider>
  )
}

/** The page, or a skeleton of the next one when that takes long. */
export function FrameBody() {
  const navigation = useNavigation()
  const next = navigation.location?.pathname
  const leaving = next !== undefined && next !== window.location.pathname
  // While the server is unreachable, the current page stays.
  const isUnreachable = useStore(unreachable) !== undefined
  const late = useLate(leaving && !isUnreachable)
  return (
    <>
      {late && next && <Skeleton layout={layoutOf(next)} />}
      <div hidden={late}>
        <Suspense fallback={<Skeleton layout={layoutOf(window.location.pathname)} />}>
          <Outlet />
        </Suspense>
      </div>
    </>
  )
}

/** Errors of pages, inside the frame. */
export const ErrorBoundary = RouteError

const OWN_ITEMS: MenuItem[] = [
  { label: 'Where you are signed in', icon: MonitorSmartphone, to: paths.sessions() },
  { label: 'Change password', icon: KeyRound, to: paths.password() },
]

type BarProps = { displayName: string; username: string; onHelp: () => void }

async function copyLink() {
  const { href } = window.location
  if (await copyText(href)) announce('Copied the link to this page.')
  else warn(`The link was not copied. Copy it from here: ${href}`)
}

/** What the menu posts to: as a navigation, so that a page with something to lose can ask first (ui/LeaveGuard.tsx). */
export async function signOut() {
  const { pathname, search, hash } = window.location
  try {
    await logout()
    return redirect(paths.login())
  } catch (error) {
    warn(`You are still signed in. ${error instanceof Error ? explained(error) : ''}`)
    return replace(pathname + search + hash)
  }
}

function Bar({ displayName, username, onHelp }: BarProps) {
  const signOut = useSignOut()
  const [isAsked, setIsAsked] = useState(false)
  const version = useQuery({ ...serverVersionQuery, enabled: isAsked }).data

  return (
    <header className="bar">
      <Link className="product" to={paths.organizations()}>
        <img src="/favicon.svg" alt="" width="20" height="20" /> <span>Concord secrets</span>
      </Link>
      <Breadcrumb />
      <Menu
        label={`Account of ${displayName}`}
        header={
          <>
            Signed in as <b>{displayName}</b>
            {displayName !== username && <div className="muted mono">{username}</div>}
          </>
        }
        footer={<ThemeChoice />}
        // Items that need our own server are left out on a real Concord.
        onApproach={() => setIsAsked(true)}
        items={[
          { label: 'Copy link to this page', icon: Link2, onSelect: copyLink },
          ...(version && isOurs(version) ? OWN_ITEMS : []),
          { label: 'API keys', icon: KeySquare, to: paths.apiKeys() },
          { label: 'Help', icon: CircleQuestionMark, onSelect: onHelp },
          { label: 'Sign out', icon: LogOut, onSelect: signOut },
        ]}
      >
        <span className="visually-hidden">Account of </span>
        <span className="account">{displayName}</span>
        <span className="account-sign">
          <Icon of={UserRound} />
        </span>
      </Menu>
    </header>
  )
}

function Breadcrumb() {
  const { orgName, secretName } = useParams()
  const isList = useLocation().pathname === paths.organizations()
  return (
    <nav aria-label="Breadcrumb" className="crumbs">
      <ol>
        <li>
          <Link to={paths.organizations()} aria-current={isList ? 'page' : undefined}>
            Organizations
          </Link>
        </li>
        {orgName && (
          <li>
            <Link className="mono" to={paths.secrets({ orgName })} aria-current={secretName ? undefined : 'page'}>
              {orgName}
            </Link>
          </li>
        )}
        {orgName && secretName && (
          <li>
            <Link className="mono" to={paths.secret({ orgName, secretName })} aria-current="page">
              {secretName}
            </Link>
          </li>
        )}
      </ol>
    </nav>
  )
}

function layoutOf(pathname: string): 'list' | 'detail' | 'form' {
  if (pathname.endsWith('/new-secret') || pathname === paths.password()) return 'form'
  return /\/secret\/./.test(pathname) ? 'detail' : 'list'
}

/** True once `pending` has lasted for 400 ms: a shorter wait shows no skeleton. */
function useLate(pending: boolean) {
  const [late, setLate] = useState(false)
  useEffect(() => {
    if (!pending) return setLate(false)
    const timer = setTimeout(() => setLate(true), 400)
    return () => clearTimeout(timer)
  }, [pending])
  // Nothing may stay hidden once it is no longer pending, not even until the effect has run.
  return late && pending
}
