import { isApiError } from '#api/ApiError.ts'
import { resumeSession } from '#api/session.ts'
import { fromConcordConsole, paths } from '#paths.ts'

/**
 * Where a visit starts, if not at the address in the address bar: an address of Concord's own console becomes ours, and
 * without a session it is the sign-in page. Decided before the router starts, so that no other page's code is loaded.
 */
export async function firstAddress(): Promise<string | undefined> {
  const { pathname, search, hash } = window.location
  const consoleAddress = fromConcordConsole(hash)
  const asked = consoleAddress ?? pathname + search
  if (/^\/login\b/.test(asked)) return consoleAddress
  try {
    await resumeSession()
    return consoleAddress
  } catch (error) {
    // The router meets any other error again, and has a page for it.
    return isApiError(error, 'unauthorized') ? paths.login({ from: asked }) : consoleAddress
  }
}
