import { HttpError } from '../errors.ts'
import type { Call, Services } from '../services.ts'
import { verifyDummy, verifyPassword } from '../vault/password.ts'
import { askDirectory, directoryPrincipal } from './directoryUser.ts'
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

/** How one request tries to sign in. */
interface Attempt {
  throttle: Throttle
  address: string
}

/**
 * Verifies a name and a password. Names with a password in the built-in directory are its own: the LDAP directory, if
 * there is one, is asked about all others. Unknown users take as long as known ones. Throws a 429 when this name was
 * guessed at too often from this address.
 */
export async function basicPrincipal(
  services: Services,
  c: Call,
  { throttle, address }: Attempt,
  { username, password }: Credentials,
): Promise<Principal | undefined> {
  const { db, config } = services
  const name = username.toLowerCase()
  // One entry of a directory can have several names, with this domain or that.
  const guessed = config.ldap ? name.replace(/@.*/s, '') : name
  refuseGuessing(throttle, guessed, address)
  const user = await db
    .selectFrom('users')
    .selectAll()
    .where('username', '=', name)
    .where('passwordHash', 'is not', null)
    .executeTakeFirst()
  const [matches, entry] = user?.passwordHash
    ? [await verifyPassword(password, user.passwordHash), undefined]
    : await Promise.all([verifyDummy(password), askDirectory(services, username, password)])
  // Guesses that came all at once were all let in above: what the first of them used up, the others do not have.
  refuseGuessing(throttle, guessed, address)
  let principal: Principal | undefined
  if (user && matches) principal = { realm: 'internal', user, roles: await rolesOf(db, user.id) }
  else if (typeof entry === 'object') principal = await directoryPrincipal(db, c, entry)
  if (!principal || principal.user?.disabled) {
    if (entry !== 'away') throttle.failed(guessed, address)
    return undefined
  }
  throttle.succeeded(guessed, address)
  return principal
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
