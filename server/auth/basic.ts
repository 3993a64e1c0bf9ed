import type { Db } from '../db/open.ts'
import { HttpError } from '../errors.ts'
import { verifyDummy, verifyPassword } from '../vault/password.ts'
import type { Principal } from './principal.ts'
import { rolesOf } from './roles.ts'
import type { Throttle } from './throttle.ts'

export interface Credentials {
  username: string
  password: string
}

/** A Basic header that cannot be read as credentials: Concord's 401 with a JSON body and no challenge. */
export function malformedCredentials(message: string): HttpError {
  return new HttpError(401, { type: 'application/json', text: JSON.stringify({ message }) })
}

/**
 * The credentials of a Basic header; undefined when the header is none, or has no colon (Concord 2.44's
 * BasicAuthenticationHandler). With an empty password the user name is a session token: see `sessionToken`.
 */
export function readBasic(authorization: string | undefined): Credentials | { sessionToken: string } | undefined {
  if (!authorization?.startsWith('Basic ')) return undefined
  const encoded = authorization.slice('Basic '.length).trim()
  if (!/^[0-9A-Za-z+/]*={0,2}$/.test(encoded)) throw malformedCredentials('Illegal base64 character')
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) return undefined
  const password = text.slice(colon + 1)
  if (password === '') return { sessionToken: text.slice(0, colon) }
  return { username: text.slice(0, colon).trim(), password }
}

/**
 * Verifies a user of the built-in directory. Unknown users take as long as known ones. Throws a 429 when this name was
 * guessed at too often from this address.
 */
export async function basicPrincipal(
  db: Db,
  throttle: Throttle,
  address: string,
  { username, password }: Credentials,
): Promise<Principal | undefined> {
  const name = username.toLowerCase()
  refuseGuessing(throttle, name, address)
  const user = await db
    .selectFrom('users')
    .selectAll()
    .where('username', '=', name)
    .where('passwordHash', 'is not', null)
    .executeTakeFirst()
  if (!user?.passwordHash) await verifyDummy(password)
  const matches = user?.passwordHash ? await verifyPassword(password, user.passwordHash) : false
  // Guesses that came all at once were all let in above: what the first of them used up, the others do not have.
  refuseGuessing(throttle, name, address)
  if (!user || !matches || user.disabled) {
    throttle.failed(name, address)
    return undefined
  }
  throttle.succeeded(name, address)
  return { realm: 'internal', user, roles: await rolesOf(db, user.id) }
}

function refuseGuessing(throttle: Throttle, username: string, address: string) {
  const wait = throttle.secondsToWait(username, address)
  if (wait === 0) return
  throw new HttpError(
    429,
    { type: 'text/plain;charset=UTF-8', text: `Too many failed sign-ins for this user. Try again in ${wait} s.` },
    { 'Retry-After': String(wait) },
  )
}
