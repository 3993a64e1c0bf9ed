import { requireSecret } from '../access/rules.ts'
import type { Caller } from '../actor.ts'
import { recordEvent } from '../audit/events.ts'
import { recordAudit } from '../audit/record.ts'
import type { Trx } from '../db/open.ts'
import { javaError, nullPointer, textError } from '../errors.ts'
import { requireMember } from '../orgs/store.ts'
import type { Services } from '../services.ts'
import { type AccessEntry, teamOfEntry } from '../teams/accessEntry.ts'
import { clearTeamAccess, findSecret, type TeamGrant, upsertTeamAccess } from './store.ts'

/**
 * `POST …/access`: grants a level to one team. Logged as our own event, because Concord does not log it (concord-api
 * §14, Q17).
 */
export async function setTeamAccess(
  { db }: Services,
  caller: Caller,
  orgName: string,
  secretName: string,
  entry: AccessEntry | undefined,
) {
  await db.transaction().execute(async (trx) => {
    const { org, secret } = await find(trx, caller, orgName, secretName)
    if (!entry?.level) throw nullPointer()
    const teamId = await teamOfEntry(trx, org.id, entry)
    await requireSecret(trx, caller.who, secret, 'OWNER', 'strict')
    await upsertTeamAccess(trx, secret.id, [{ teamId, level: entry.level }])
    const { id, name, orgId } = secret
    await recordEvent(trx, caller, 'grant', { secret: { id, name, orgId }, team: { id: teamId, level: entry.level } })
  })
}

/** `POST …/access/bulk`: replaces all grants. Only ids count, names are ignored. */
export async function replaceTeamAccess(
  { db }: Services,
  caller: Caller,
  orgName: string,
  secretName: string,
  entries: (AccessEntry | null)[] | undefined,
) {
  await db.transaction().execute(async (trx) => {
    const { secret } = await find(trx, caller, orgName, secretName)
    if (!entries) throw textError(400, 'List of teams is null.')
    await requireSecret(trx, caller.who, secret, 'OWNER', 'strict')
    await clearTeamAccess(trx, secret.id)
    const grants: TeamGrant[] = []
    const wrong = entries.findIndex((entry) => !entry?.level || !entry.teamId)
    for (const entry of wrong < 0 ? entries : entries.slice(0, wrong)) {
      if (entry?.teamId && entry.level) grants.push({ teamId: entry.teamId, level: entry.level })
    }
    // First the entries before the invalid one: if one of their teams does not exist, that is the error.
    await upsertTeamAccess(trx, secret.id, grants)
    if (wrong >= 0) throw errorOf(entries[wrong])
    const teams = grants.map(({ teamId, level }) => ({ id: teamId, level }))
    await recordAudit(trx, caller, {
      object: 'SECRET',
      action: 'UPDATE',
      // Without the organization, as in Concord: the log can be searched for it only by the secret's id
      // (concord-api §14, Q33).
      details: { secretId: secret.id, access: { replace: true, teams } },
    })
  })
}

const errorOf = (entry: AccessEntry | null | undefined) =>
  entry?.level
    ? javaError('org.jooq.exception.IntegrityConstraintViolationException', 'null value in column "team_id"')
    : nullPointer()

/** Here, unlike everywhere else, the 404 of a missing secret has a text (concord-api §14, Q23). */
async function find(trx: Trx, caller: Caller, orgName: string, secretName: string) {
  const org = await requireMember(trx, caller.who, orgName)
  const secret = await findSecret(trx, org.id, secretName)
  if (!secret) throw textError(404, `Secret not found: ${secretName}`)
  return { org, secret }
}
