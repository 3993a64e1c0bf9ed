import { isApiError } from '#api/ApiError.ts'
import { resumeSession } from '#api/session.ts'
import { fromPeerAddress, paths } from '#paths.ts'

/**
 * Where a visit starts, if not where the address bar says: an address of the peer becomes ours, and without a session
 * it is the sign-in page. To know that before there is a router keeps the code of all other pages from being loaded.
 */
export async function firstAddress(): Promise<string | undefined> {
  const { pathname, search, hash } = window.location
  const peerAddress = fromPeerAddress(hash)
  const asked = peerAddress ?? pathname + search
  if (/^\/login\b/.test(asked)) return peerAddress
  try {
    await resumeSession()
    return peerAddress
  } catch (error) {
    // Anything else the router meets again, and has a page to say it on.
    return isApiError(error, 'unauthorized') ? paths.login({ from: asked }) : peerAddress
  }
}
