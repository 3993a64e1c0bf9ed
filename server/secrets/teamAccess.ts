import { z } from 'zod'
import { findSecret, requireMember, requireSecret } from '../access.ts'
import { recordAudit } from '../audit/record.ts'
import { principalOf } from '../auth/principal.ts'
import type { Db } from '../db/open.ts'
import type { OrgRow } from '../db/schema.ts'
import { javaError, nullPointer, textError, type Violation } from '../errors.ts'
import { nameViolations } from '../http.ts'
import { accessLevel, text, uuid } from '../jackson.ts'
import type { Call, Services } from '../services.ts'
import { clearTeamAccess, upsertTeamAccess } from './store.ts'

/** Concord's ResourceAccessEntry. A missing level is a violation, a wrong one a 500 of the JSON mapper. */
export const accessEntry = z.object({
  teamId: uuid.nullish(),
  orgName: text.nullish(),
  teamName: text.nullish(),
  level: accessLevel.nullish(),
})

export type AccessEntry = z.infer<typeof accessEntry>

/** Bean validation of one entry; `where` is its place among the method's arguments, such as `arg2[0]`. */
export function entryViolations(entry: AccessEntry | null | undefined, where: string): Violation[] {
  if (!entry) return []
  const method = 'ResourceAccessEntry.updateAccessLevel'
  const names = { [`${where}.orgName`]: entry.orgName, [`${where}.teamName`]: entry.teamName }
  const missing = entry.level ? [] : [{ id: `${method}.${where}.level`, message: 'must not be null' }]
  return [...nameViolations(method, names), ...missing]
}

/** `POST …/access`: grants one team a level. Concord does not write this into the audit log (contract §14, Q17). */
export async function setTeamAccess(
  { db }: Services,
  c: Call,
  orgName: string,
  secretName: string,
  entry: AccessEntry | undefined,
) {
  await db.transaction().execute(async (trx) => {
    const { org, secret } = await find(trx, c, orgName, secretName)
    if (!entry?.level) throw nullPointer()
    const teamId = entry.teamId ?? (await teamIdOf(trx, org, entry))
    await requireSecret(trx, principalOf(c), secret, 'OWNER', 'strict')
    await upsertTeamAccess(trx, secret.id, teamId, entry.level)
  })
}

/** `POST …/access/bulk`: replaces all of it. Only ids count, names are ignored. */
export async function replaceTeamAccess(
  { db }: Services,
  c: Call,
  orgName: string,
  secretName: string,
  entries: (AccessEntry | null)[] | undefined,
) {
  await db.transaction().execute(async (trx) => {
    const { secret } = await find(trx, c, orgName, secretName)
    if (!entries) throw textError(400, 'List of teams is null.')
    await requireSecret(trx, principalOf(c), secret, 'OWNER', 'strict')
    await clearTeamAccess(trx, secret.id)
    const teams = []
    for (const entry of entries) {
      if (!entry?.level) throw nullPointer()
      if (!entry.teamId) {
        throw javaError('org.jooq.exception.IntegrityConstraintViolationException', 'null value in column "team_id"')
      }
      await upsertTeamAccess(trx, secret.id, entry.teamId, entry.level)
      teams.push({ id: entry.teamId, level: entry.level })
    }
    await recordAudit(trx, c, {
      object: 'SECRET',
      action: 'UPDATE',
      // Without the organization, as in Concord: the log shows it by the secret's id only (contract §14, Q33).
      details: { secretId: secret.id, access: { replace: true, teams } },
    })
  })
}

/** Here, unlike everywhere else, a missing secret is answered with a text (contract §14, Q23). */
async function find(trx: Db, c: Call, orgName: string, secretName: string) {
  const org = await requireMember(trx, principalOf(c), orgName)
  const secret = await findSecret(trx, org.id, secretName)
  if (!secret) throw textError(404, `Secret not found: ${secretName}`)
  return { org, secret }
}

/** ResourceAccessUtils#getTeamId: a team by its name in the named organization, or else in the secret's. */
async function teamIdOf(trx: Db, org: OrgRow, { orgName, teamName }: AccessEntry): Promise<string> {
  let orgId: string | undefined = org.id
  if (typeof orgName === 'string') {
    orgId = (await trx.selectFrom('orgs').select('id').where('name', '=', orgName).executeTakeFirst())?.id
    if (!orgId) throw illegalArgument(`Organization not found: ${orgName}`)
  }
  if (typeof teamName !== 'string') throw illegalArgument('You must specify an organization and/or a team name.')
  const team = await trx
    .selectFrom('teams')
    .select('id')
    .where('orgId', '=', orgId)
    .where('name', '=', teamName)
    .executeTakeFirst()
  if (!team) throw illegalArgument(`Team not found: ${teamName}`)
  return team.id
}

const illegalArgument = (message: string) => javaError('java.lang.IllegalArgumentException', message)
