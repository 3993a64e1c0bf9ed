import { rolesOf } from '../access/roles.ts'
import type { Sender } from '../actor.ts'
import type { Config } from '../config.ts'
import { askDirectory, type DirectoryAnswer } from '../directory/ask.ts'
import { HttpError } from '../errors.ts'
import type { Principal, Refusal } from '../principal.ts'
import type { Services } from '../services.ts'
import { verifyDummy, verifyPassword } from '../vault/password.ts'
import { known, type Turn } from '../waiting/limit.ts'
import type { Guess } from './guessing.ts'
import { directoryPrincipal } from './ldap.ts'

export interface Credentials {
  username: string
  password: string
}

/** A Basic header that cannot be read as credentials: Concord's 401 with a JSON body and no challenge. */
export function malformedCredentials(message: string): HttpError {
  return new HttpError(401, { type: 'application/json', text: JSON.stringify({ message }) })
}

/**
 * Parses a Basic header; undefined if it is not one, or has no colon (Concord 2.44's BasicAuthenticationHandler). With
 * an empty password the user name is a session token: see `sessionToken`.
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

/** A request's attempt to sign in; `turn` is a stranger's. */
interface Attempt {
  guess: Guess
  turn: Turn
  /** Called with the reason for a refusal. */
  refuse?: (refusal: Refusal) => void
}

/**
 * Verifies a name and a password. Names with a password in the built-in directory are checked there only, all others in
 * the LDAP directory, if configured. Unknown users take as long as known ones. Throws a 429 after too many failures for
 * this name.
 */
export async function basicPrincipal(
  services: Services,
  sender: Sender,
  { guess, turn: ofStranger, refuse }: Attempt,
  { username, password }: Credentials,
): Promise<Principal | undefined> {
  const { db, config } = services
  const typed = guessedName(username, config)
  guess.refuse(typed)
  // From networks where this user has signed in before, they do not wait behind strangers.
  const turn = guess.isKnown(typed) ? known(ofStranger) : ofStranger
  const user = await db
    .selectFrom('users')
    .selectAll()
    .where('username', '=', username.toLowerCase())
    .where('passwordHash', 'is not', null)
    .executeTakeFirst()
  const beforePassword = (dn: string) => guess.refuse(nameOfEntry(dn))
  const [matches, answer] = user?.passwordHash
    ? [await verifyPassword(password, user.passwordHash, turn), NOT_ASKED]
    : await Promise.all([
        verifyDummy(password, turn, services.passwordCost),
        askDirectory(config.ldap, services.log, { username, password }, turn, beforePassword),
      ])
  const names = answer.dn === undefined ? [typed] : [typed, nameOfEntry(answer.dn)]
  // Concurrent guesses all passed the check above, so check again: earlier ones may have used up the limit.
  for (const name of names) guess.refuse(name)
  let principal: Principal | undefined
  if (user && matches) principal = { realm: 'internal', user, roles: await rolesOf(db, user.id) }
  else if (answer.entry) principal = await directoryPrincipal(db, sender, answer.entry)
  if (!principal || principal.user?.disabled) {
    if (!answer.away) guess.failed(names)
    refuse?.({ userId: (user ?? principal?.user)?.id, reason: reasonOf(answer, { user, principal }) })
    return undefined
  }
  guess.succeeded(names)
  return principal
}

function reasonOf(answer: DirectoryAnswer, { user, principal }: { user?: object | undefined; principal: unknown }) {
  if (principal) return 'disabled'
  if (answer.away) return 'directory-unreachable'
  return user || answer.dn !== undefined ? 'wrong-password' : 'unknown'
}

const NOT_ASKED: DirectoryAnswer = {}

/**
 * The keys under which guesses at a user are counted, for any spelling of the name: a directory ignores case,
 * full-width letters and repeated spaces. An entry can also have several names, with different domains.
 */
export function guessedName(username: string, { ldap }: Config) {
  const name = username.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ')
  return ldap ? name.replace(/@.*/s, '') : name
}

/** With a colon, which user names in a Basic header cannot contain. */
const nameOfEntry = (dn: string) => `dn:${dn}`
