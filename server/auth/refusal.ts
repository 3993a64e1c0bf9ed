import type { Refusals } from '../audit/refusals.ts'
import { HttpError } from '../errors.ts'
import { type Call, senderOf } from '../http/call.ts'
import type { Principal, Refusal } from '../principal.ts'
import { RateError } from './requestRate.ts'

/** The authentication method; `details.way` in the audit log. */
export type Way = 'password' | 'ldap' | 'api-key' | 'remember-me' | 'session-token'

/** Tries the authentication methods, and records in the audit log if none of them accepts the request's credentials. */
export async function noteRefusal<T>(
  refusals: Refusals,
  c: Call,
  way: Way | undefined,
  identify: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const note = (refusal: Refusal) => way && refusals.note(senderOf(c), 'sign-in-refused', { way, ...refusal })
  try {
    const principal = await identify()
    if (!principal) note(c.get('refusal') ?? { reason: 'unknown' })
    return principal
  } catch (error) {
    const status = error instanceof HttpError ? error.status : undefined
    // A 403 is logged separately.
    if (status === 401) note({ reason: 'malformed' })
    if (status === 429 && !(error instanceof RateError)) note({ ...c.get('refusal'), reason: 'throttled' })
    throw error
  }
}

/** The method that opened a new session. */
export function wayOf({ realm }: Principal): Way {
  if (realm === 'apikey') return 'api-key'
  if (realm === 'sessionkey') return 'session-token'
  return realm === 'ldap' ? 'ldap' : 'password'
}
