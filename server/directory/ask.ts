import { HttpError } from '../errors.ts'
import type { Log } from '../log.ts'
import { BusyError, type Turn } from '../waiting/limit.ts'
import { type DirectoryEntry, findEntry, passwordFits } from './ldap.ts'
import type { LdapConfig } from './ldapConfig.ts'

/** A directory's result for a name and a password. */
export interface DirectoryAnswer {
  /** The user with this name, whether or not the password is right. */
  dn?: string
  /** Set if the password is right. */
  entry?: DirectoryEntry
  /** The directory failed, and the reason is in the log. */
  away?: true
}

/** Checks a name and a password; `beforePassword` can throw to prevent trying the password on an entry. */
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

/** Without the user name: people type passwords into that field, and others read the log. */
export function logTrouble(log: Log, error: unknown): undefined {
  log.error('the directory failed during a login', loggableError(error))
}

/** Only the name of an error: an LDAP server's message could quote the input. */
export function loggableError(error: unknown) {
  const { name, message, code } = error as Error & { code?: unknown }
  return { error: name, code, reason: name === 'DirectoryError' ? message : undefined }
}
