import { sql } from 'kysely'
import type { Quotas } from '../config.ts'
import type { Db } from '../db/open.ts'
import { type HttpError, validationError } from '../errors.ts'

/**
 * Makes the database reject writes beyond the quotas, whatever their source. The triggers are temporary: they belong to
 * this connection, not to the file, so a setting takes effect on the next start, and command-line commands that open
 * the folder themselves have no limits. Data beyond a lowered limit stays, and can only shrink.
 */
export async function enforceQuotas(db: Db, quotas: Quotas): Promise<void> {
  for (const statement of quotaTriggers(quotas)) await sql.raw(statement).execute(db)
}

export const quotaTriggers = (quotas: Quotas) => [...ofOrganizations(quotas), ...ofUsers(quotas)]

/** The response to a write that the database rejected because of a quota; undefined for any other error. */
export function quotaError(error: Error): HttpError | undefined {
  return error.message.startsWith(MARK) ? validationError(error.message.slice(MARK.length)) : undefined
}

/** Distinguishes quota errors from SQLite's own. */
const MARK = 'quota: '

function ofOrganizations(quotas: Quotas): string[] {
  const limits: [column: string, most: number, setting: string][] = [
    ['secrets', quotas.secretsPerOrganization, 'SECRETS_PER_ORGANIZATION'],
    ['bytes', quotas.bytesPerOrganization, 'BYTES_PER_ORGANIZATION'],
    ['projects', quotas.projectsPerOrganization, 'PROJECTS_PER_ORGANIZATION'],
    ['repositories', quotas.repositoriesPerOrganization, 'REPOSITORIES_PER_ORGANIZATION'],
    ['teams', quotas.teamsPerOrganization, 'TEAMS_PER_ORGANIZATION'],
  ]
  return limits.map(([column, most, setting]) => {
    const reached = column === 'bytes' ? `would hold more than ${most} bytes` : `has ${most} ${column}`
    return trigger(
      setting,
      `AFTER UPDATE OF ${column} ON main.orgUsage WHEN NEW.${column} > OLD.${column} AND NEW.${column} > ${most}`,
      `The organization ${reached}, its limit. Delete some, or have an administrator raise ${setting}.`,
    )
  })
}

function ofUsers(quotas: Quotas): string[] {
  const limits: [table: string, column: string, most: number, what: string, setting: string][] = [
    ['orgs', 'ownerId', quotas.organizationsPerUser, 'organizations', 'ORGANIZATIONS_PER_USER'],
    ['apiKeys', 'userId', quotas.apiKeysPerUser, 'API keys', 'API_KEYS_PER_USER'],
    ['processSessions', 'userId', quotas.processSessionsPerUser, 'process sessions', 'PROCESS_SESSIONS_PER_USER'],
  ]
  return limits.flatMap(([table, column, most, what, setting]) => {
    const message = `The user has ${most} ${what}, the limit. Delete some, or have an administrator raise ${setting}.`
    const full = `(SELECT count(*) FROM ${table} WHERE ${column} = NEW.${column}) >= ${most}`
    return [
      trigger(setting, `BEFORE INSERT ON main.${table} WHEN ${full}`, message),
      trigger(
        `${setting}_GIVEN`,
        `BEFORE UPDATE OF ${column} ON main.${table} WHEN NEW.${column} IS NOT OLD.${column} AND ${full}`,
        message,
      ),
    ]
  })
}

const trigger = (name: string, event: string, message: string) =>
  `CREATE TEMP TRIGGER ${name} ${event} BEGIN SELECT RAISE(ABORT, '${MARK}${message}'); END`
