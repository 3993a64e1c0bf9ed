import { z } from 'zod'
import type { Reader } from '../db/open.ts'
import { javaError, type Violation } from '../errors.ts'
import { accessLevel, text, uuid } from '../http/jackson.ts'
import { listOf } from '../http/listLimits.ts'
import { missing, nameViolations } from '../violations.ts'
import { findTeam } from './store.ts'

/** Concord's ResourceAccessEntry, the same for secrets and projects. */
export const accessEntry = z.object({
  teamId: uuid.nullish(),
  orgName: text.nullish(),
  teamName: text.nullish(),
  level: accessLevel.nullish(),
})

/** A list of entries; Jackson accepts null as an entry. */
export const accessEntries = listOf(accessEntry.nullable())

export type AccessEntry = z.infer<typeof accessEntry>

/** Bean validation of an entry; `where` is its place among the method's arguments, such as `arg2[0]`. */
export function entryViolations(entry: AccessEntry | null | undefined, where: string): Violation[] {
  if (!entry) return []
  const method = 'ResourceAccessEntry.updateAccessLevel'
  const names = { [`${where}.orgName`]: entry.orgName, [`${where}.teamName`]: entry.teamName }
  return [...nameViolations(method, names), ...missing(`${method}.${where}.level`, entry.level)]
}

/**
 * Resolves the team of an entry: by id, else by name in the entry's organization or the given one. Throws
 * ResourceAccessUtils#getTeamId's 500 if there is none.
 */
export async function teamOfEntry(db: Reader, orgId: string, entry: AccessEntry): Promise<string> {
  if (entry.teamId) return entry.teamId
  if (typeof entry.teamName !== 'string') {
    throw illegalArgument('You must specify an organization and/or a team name.')
  }
  const org =
    typeof entry.orgName === 'string'
      ? await db.selectFrom('orgs').select('id').where('name', '=', entry.orgName).executeTakeFirst()
      : { id: orgId }
  if (!org) throw illegalArgument(`Organization not found: ${entry.orgName}`)
  const team = await findTeam(db, org.id, entry.teamName)
  if (!team) throw illegalArgument(`Team not found: ${entry.teamName}`)
  return team.id
}

const illegalArgument = (message: string) => javaError('java.lang.IllegalArgumentException', message)
