import { connect, isIP, type Socket } from 'node:net'
import { connect as connectSecurely } from 'node:tls'
import { Client, type Entry, Filter, InvalidCredentialsError, SizeLimitExceededError } from 'ldapts'
import { createLimiter, type Turn } from '../waiting/limit.ts'
import type { LdapConfig } from './ldapConfig.ts'

/** Somebody as the directory knows them. */
export interface DirectoryEntry {
  dn: string
  /** In lower case, as Concord keeps names. */
  username: string
  domain: string | null
  displayName: string | null
  email: string | null
  /** As the directory writes them: distinguished names. */
  groups: string[]
}

/** The directory cannot say: it is away, misconfigured, or does not know exactly one such user. For the log. */
export class DirectoryError extends Error {
  override name = 'DirectoryError'
}

/** A directory serves others as well. Some of the places are not for strangers: one that is slow would have them all. */
const ofStrangers = createLimiter({ atOnce: 12 })
const ofKnown = createLimiter({ atOnce: 4 })

/** It answers, but not so that one user could be told from it. */
export class UnclearEntryError extends DirectoryError {}

/** Looks somebody up by the name that they type; undefined when nobody has it. */
export async function findEntry(ldap: LdapConfig, login: string, turn?: Turn): Promise<DirectoryEntry | undefined> {
  return withClient(ldap, turn, async (client) => {
    if (ldap.bind) await client.bind(ldap.bind.dn, ldap.bind.password).catch(refusedServiceBind)
    const { usernameAttribute, mailAttribute, displayNameAttribute, groupAttribute } = ldap
    const { searchEntries } = await client
      .search(ldap.searchBase, {
        scope: 'sub',
        filter: filterFor(ldap, login),
        // By name: OpenLDAP hands out memberOf only to those who ask for it.
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

/**
 * Whether the password is that of the entry.
 * @throws whatever keeps the directory from answering
 */
export async function passwordFits(
  ldap: LdapConfig,
  { dn }: DirectoryEntry,
  password: string,
  turn: Turn,
): Promise<boolean> {
  // A bind without a password, or without a name, is an anonymous one that succeeds (RFC 4513 §5.1.2).
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
  // As RFC 4515 wants it: what somebody types never becomes a part of the filter's own.
  return filter.replace(/\{([012])\}/g, (_, i) => Filter.escape(parts[Number(i)] ?? ''))
}

/**
 * Who somebody is comes from their entry, not from what they typed: else one person could be several users, or somebody
 * else's domain be claimed. A name attribute such as userPrincipalName brings the domain with it.
 */
function readEntry(ldap: LdapConfig, entry: Entry): DirectoryEntry {
  const name = textOf(entry, ldap.usernameAttribute)?.trim().toLowerCase()
  if (!name) throw new UnclearEntryError(`the entry has no ${ldap.usernameAttribute}`)
  const [username = '', domain] = splitAtFirst(name)
  if (username === '' || username.length > 128) throw new UnclearEntryError('the name in the entry is none for a user')
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

/** Names of attributes have no case, and servers answer with their own spelling. */
function textsOf(entry: Entry, attribute: string): string[] {
  const [, value = []] = Object.entries(entry).find(([name]) => name.toLowerCase() === attribute.toLowerCase()) ?? []
  return (Array.isArray(value) ? value : [value]).map(String).filter((text) => text !== '')
}

const tooMany = () => new UnclearEntryError('more than one entry fits the filter')

function refusedServiceBind(error: unknown): never {
  throw error instanceof InvalidCredentialsError ? new DirectoryError('LDAP_BIND_DN or its password is refused') : error
}

const withClient = <T>(ldap: LdapConfig, turn: Turn | undefined, task: (client: Client) => Promise<T>): Promise<T> =>
  (turn?.isStranger ? ofStrangers : ofKnown)(turn, () => connected(ldap, task))

/** One connection for one task, and an end to it after the time-out. */
async function connected<T>(ldap: LdapConfig, task: (client: Client) => Promise<T>): Promise<T> {
  const { url, startTls, ca, timeout } = ldap
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const tlsOptions = { ...(isIP(host) ? { host } : { servername: host }), ...(ca ? { ca } : {}) }
  const sockets: Socket[] = []
  const client = new Client({
    url: `${url.protocol}//${url.host}`,
    connectTimeout: timeout,
    timeout,
    // These make the client take TLS from the start.
    ...(url.protocol === 'ldaps:' ? { tlsOptions } : {}),
    createConnection: onlyOnce(connect, sockets),
    createSecureConnection: onlyOnce(connectSecurely, sockets),
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DirectoryError(`no answer within ${timeout} ms`)), timeout)
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
 * The client connects again by itself when a connection is lost, and after StartTLS that would be without TLS: a password
 * could cross the network in the clear. So a second connection is refused.
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
