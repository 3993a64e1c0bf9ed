import { firstPage } from './firstPage.ts'
import { expectsSession, SESSION, WHOAMI } from './knownSession.ts'
import { applyTheme } from './theme.ts'

/*
 * Inline in index.html, ahead of everything else: applies the theme, and asks who is signed in, and for what the page shows first, while the
 * scripts are still on their way. src/api/early.ts hands the answers to the requests of the app. It is a script and no
 * `<link rel="preload">`, because Concord answers a request without `X-Concord-UI-Request` with a Basic challenge.
 *
 * The Content-Security-Policy allows it by its hash, which docs/nginx.conf has too, so it must not change with each
 * build: the names of the built files are in an attribute.
 */

export type EarlyAnswer = { response: Promise<Response>; controller: AbortController }

declare global {
  var early: { answers: Map<string, EarlyAnswer>; tabs: BroadcastChannel } | undefined
}

// Before anything is painted: light would flash on a dark screen.
applyTheme()

const answers = new Map<string, EarlyAnswer>()
const tabs = new BroadcastChannel('session')
globalThis.early = { answers, tabs }

// Somebody signs in or out in another tab: what was asked before is not asked as who that is.
tabs.onmessage = () => {
  for (const { controller } of answers.values()) controller.abort()
  answers.clear()
}

function ask(path: string): Promise<Response> {
  const controller = new AbortController()
  const response = fetch(path, {
    credentials: 'same-origin',
    headers: { Accept: '*/*', 'X-Concord-UI-Request': 'true' },
    signal: controller.signal,
  })
  // The app hears of an error when it takes the answer.
  response.catch(() => {})
  answers.set(path, { response, controller })
  return response
}

/** The files of a page by its module, as the build has named them. */
const files: Record<string, string[]> = JSON.parse(document.currentScript?.dataset.files ?? '{}')

function preload(file: string) {
  const link = document.createElement('link')
  link.href = file
  link.rel = file.endsWith('.css') ? 'preload' : 'modulepreload'
  // Not as a style sheet: it would come before index.css, and lose to it.
  if (link.rel === 'preload') link.as = 'style'
  link.crossOrigin = ''
  document.head.append(link)
}

const { pathname, search, hash } = location
// An address of Concord's own console: the app translates it.
const { modules, reads } = hash.startsWith('#/') ? { modules: [], reads: [] } : firstPage(pathname, search)

function openPage() {
  for (const read of reads) ask(read)
  for (const file of new Set(modules.flatMap((module) => files[module] ?? []))) preload(file)
}

/** As `whoIsSignedIn` in src/api/session.ts asks. */
async function isSomebodySignedIn(): Promise<boolean> {
  const response = await ask(SESSION)
  if (response.status === 404) return (await ask(WHOAMI)).ok
  return response.ok && 'username' in (await response.clone().json())
}

if (expectsSession()) {
  void ask(WHOAMI)
  openPage()
} else {
  isSomebodySignedIn().then(
    (isSignedIn) => isSignedIn && openPage(),
    () => {},
  )
}
