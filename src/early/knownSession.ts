/*
 * Which question a visit starts with. Both are answered with the user; without a session `WHOAMI` is a 401, which the
 * browser prints as an error. `SESSION` is ours and answers 200 either way: `{}` without a session. A Concord that is
 * not behind our gateway does not have it.
 */
export const WHOAMI = '/api/service/console/whoami'
export const SESSION = '/api/x/v1/session'

const KEY = 'concord-secrets signed-in'

/**
 * Whether this browser had a session when the console was last open. Only a hint: the session may have ended since, and
 * there are sessions that the console has not seen begin, such as those of single sign-on.
 */
export function expectsSession(): boolean {
  try {
    return localStorage.getItem(KEY) !== null
  } catch {
    return false
  }
}

export function expectSession(expected: boolean) {
  try {
    if (expected) localStorage.setItem(KEY, '1')
    else localStorage.removeItem(KEY)
  } catch {
    // Storage is blocked: each visit then asks SESSION first.
  }
}
