import { HttpError } from '../errors.ts'
import type { Log } from '../log.ts'
import { BusyError, type Turn } from '../waiting/limit.ts'
import { type DirectoryEntry, findEntry, passwordFits } from './ldap.ts'
import type { LdapConfig } from './ldapConfig.ts'

/** What a directory says to a name and a password. */
export interface DirectoryAnswer {
  /** Whose name it is, whether or not the password fits. */
  dn?: string
  /** When it does. */
  entry?: DirectoryEntry
  /** It says nothing, and the reason is in the log. */
  away?: true
}

/** Asks the directory; `beforePassword` can throw to keep a password from being tried on an entry. */
export async function askDirectory(
  ldap: LdapConfig | undefined,
  log: Log,
  { username, password }: { username: string; password: string },
  turn: Turn,
  beforePassword: (dn: string) => void,
): Promise<DirectoryAnswer> {
  if (!ldap || username === '') return {}
  try {
    const entry = await findEntry(ldap, username, turn)
    if (!entry) return {}
    beforePassword(entry.dn)
    return (await passwordFits(ldap, entry, password, turn)) ? { dn: entry.dn, entry } : { dn: entry.dn }
  } catch (error) {
    if (error instanceof HttpError || error instanceof BusyError) throw error
    logTrouble(log, error)
    return { away: true }
  }
}

/** Without the user name: people type passwords into that field, and the log is read by others. */
export function logTrouble(log: Log, error: unknown): undefined {
  log.error('the directory failed during a login', troubleOf(error))
}

/** The name of a failure only: an LDAP server's own words could quote what was sent to it. */
export function troubleOf(error: unknown) {
  const { name, message, code } = error as Error & { code?: unknown }
  return { error: name, code, reason: name === 'DirectoryError' ? message : undefined }
}
