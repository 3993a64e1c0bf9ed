import { connect, isIP, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import { Client, type Entry, Filter, InvalidCredentialsError, SizeLimitExceededError } from 'ldapts'
import { createLimiter, type Turn } from '../waiting/limit.ts'
import type { LdapConfig } from './ldapConfig.ts'

/** A user's entry in the directory. */
export interface DirectoryEntry {
  dn: string
  /** In lower case, as Concord stores names. */
  username: string
  domain: string | null
  displayName: string | null
  email: string | null
  /** Distinguished names, as spelled by the directory. */
  groups: string[]
}

/**
 * The directory has no result: it is unreachable, misconfigured, or does not have exactly one such user. For the log.
 */
export class DirectoryError extends Error {
  override name = 'DirectoryError'
}

/**
 * A directory serves others as well. Some slots are not for strangers: with a slow directory they would take all of
 * them.
 */
const ofStrangers = createLimiter({ atOnce: 12 })
const ofKnown = createLimiter({ atOnce: 4 })

/** It responds, but does not identify exactly one user. */
export class UnclearEntryError extends DirectoryError {}

/** Looks up a user by the typed name; undefined if there is none. */
export async function findEntry(ldap: LdapConfig, login: string, turn?: Turn): Promise<DirectoryEntry | undefined> {
  return withClient(ldap, turn, async (client) => {
    if (ldap.bind) await client.bind(ldap.bind.dn, ldap.bind.password).catch(refusedServiceBind)
    const { usernameAttribute, mailAttribute, displayNameAttribute, groupAttribute } = ldap
    const { searchEntries } = await client
      .search(ldap.searchBase, {
        scope: 'sub',
        filter: filterFor(ldap, login),
        // By name: OpenLDAP returns memberOf only if it is requested.
        attributes: [usernameAttribute, mailAttribute, displayNameAttribute, groupAttribute],
        sizeLimit: 2,
      })
      .catch((error: unknown) => {
        throw error instanceof SizeLimitExceededError ? tooMany() : error
      })
    const [entry, another] = searchEntries
    if (another) throw tooMany()
    return entry && readEntry(ldap, entry)
  })
}

/** Whether the password is right for the entry. @throws the error if the directory does not respond */
export async function passwordFits(
  ldap: LdapConfig,
  { dn }: DirectoryEntry,
  password: string,
  turn: Turn,
): Promise<boolean> {
  // A bind without a password or a name is anonymous and succeeds (RFC 4513 §5.1.2).
  if (password === '' || dn === '') return false
  return withClient(ldap, turn, (client) =>
    client.bind(dn, password).then(
      () => true,
      (error: unknown) => {
        if (error instanceof InvalidCredentialsError) return false
        throw error
      },
    ),
  )
}

function filterFor({ filter }: LdapConfig, login: string): string {
  const [name = '', domain = ''] = splitAtFirst(login)
  const parts = [login, name, domain]
  // Escaped as in RFC 4515: typed text never becomes filter syntax.
  return filter.replace(/\{([012])\}/g, (_, i) => Filter.escape(parts[Number(i)] ?? ''))
}

/**
 * The identity comes from the entry, not from the typed name: otherwise one person could be several users, or claim
 * another domain. A name attribute such as userPrincipalName includes the domain.
 */
function readEntry(ldap: LdapConfig, entry: Entry): DirectoryEntry {
  const name = textOf(entry, ldap.usernameAttribute)?.trim().toLowerCase()
  if (!name) throw new UnclearEntryError(`the entry has no ${ldap.usernameAttribute}`)
  const [username = '', domain] = splitAtFirst(name)
  if (username === '' || username.length > 128) throw new UnclearEntryError('the entry’s name is not a valid username')
  return {
    dn: entry.dn,
    username,
    domain: domain ?? null,
    displayName: textOf(entry, ldap.displayNameAttribute) ?? null,
    email: textOf(entry, ldap.mailAttribute) ?? null,
    groups: [...new Set(textsOf(entry, ldap.groupAttribute))],
  }
}

/** `user@domain`, as Concord splits it. */
function splitAtFirst(name: string): string[] {
  const at = name.indexOf('@')
  return at < 0 ? [name] : [name.slice(0, at), name.slice(at + 1)]
}

const textOf = (entry: Entry, attribute: string) => textsOf(entry, attribute)[0]

/** Attribute names are case-insensitive, and servers return their own spelling. */
function textsOf(entry: Entry, attribute: string): string[] {
  const [, value = []] = Object.entries(entry).find(([name]) => name.toLowerCase() === attribute.toLowerCase()) ?? []
  return (Array.isArray(value) ? value : [value]).map(String).filter((text) => text !== '')
}

const tooMany = () => new UnclearEntryError('more than one entry matches the filter')

function refusedServiceBind(error: unknown): never {
  throw error instanceof InvalidCredentialsError ? new DirectoryError('LDAP_BIND_DN or its password is refused') : error
}

const withClient = <T>(ldap: LdapConfig, turn: Turn | undefined, task: (client: Client) => Promise<T>): Promise<T> =>
  (turn?.isStranger ? ofStrangers : ofKnown)(turn, () => connected(ldap, task))

/** Uses one connection for one task, and closes it after the timeout. */
async function connected<T>(ldap: LdapConfig, task: (client: Client) => Promise<T>): Promise<T> {
  const { url, startTls, ca, timeout } = ldap
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const tlsOptions = { ...(isIP(host) ? { host } : { servername: host }), ...(ca ? { ca } : {}) }
  const sockets: Socket[] = []
  const client = new Client({
    url: `${url.protocol}//${url.host}`,
    connectTimeout: timeout,
    timeout,
    // These make the client use TLS from the start.
    ...(url.protocol === 'ldaps:' ? { tlsOptions } : {}),
    createConnection: onlyOnce(connect, sockets),
    createSecureConnection: onlyOnce(connectSecurely, sockets),
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DirectoryError(`no response within ${timeout} ms`)), timeout)
  })
  try {
    const work = async () => {
      if (startTls) await client.startTLS(tlsOptions)
      return task(client)
    }
    return await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
    await Promise.race([client.unbind().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 500))])
    for (const socket of sockets) socket.destroy()
  }
}

/**
 * The client reconnects automatically after losing a connection, and after StartTLS that would be without TLS: a
 * password could cross the network in clear text. So a second connection is rejected.
 */
export function onlyOnce<F extends (...args: never[]) => Socket>(open: F, sockets: Socket[]): F {
  let opened = false
  const guarded = (...args: Parameters<F>) => {
    if (opened) throw new DirectoryError('the connection was lost')
    opened = true
    const socket = open(...args)
    sockets.push(socket)
    return socket
  }
  return guarded as F
}
