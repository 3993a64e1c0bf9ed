import type { Reader, Trx } from '../db/open.ts'
import type { TeamRole } from '../db/schema.ts'
import { validationError } from '../errors.ts'
import { nonNull } from '../json/omit.ts'

export interface TeamRow {
  id: string
  orgId: string
  name: string
  description: string | null
}

export const findTeam = (db: Reader, orgId: string, name: string): Promise<TeamRow | undefined> =>
  db.selectFrom('teams').selectAll().where('orgId', '=', orgId).where('name', '=', name).executeTakeFirst()

export async function requireTeam(db: Reader, orgId: string, name: string): Promise<TeamRow> {
  const team = await findTeam(db, orgId, name)
  if (!team) throw validationError(`Team not found: ${name}`)
  return team
}

/** TeamEntry. */
export const teamEntry = ({ id, orgId, name, description }: TeamRow, orgName: string) =>
  nonNull({ id, orgId, orgName, name, description })

export async function listTeams(db: Reader, org: { id: string; name: string }) {
  const rows = await db.selectFrom('teams').selectAll().where('orgId', '=', org.id).orderBy('name').execute()
  return rows.map((team) => teamEntry(team, org.name))
}

const userColumns = [
  'users.id as userId',
  'users.username',
  'users.domain as userDomain',
  'users.displayName',
  'users.type as userType',
] as const

/** Direct members by name, then LDAP group members by name: a user can be in both. */
export async function listTeamUsers(db: Reader, teamId: string) {
  const direct = await db
    .selectFrom('teamUsers')
    .innerJoin('users', 'users.id', 'teamUsers.userId')
    .select([...userColumns, 'teamUsers.role'])
    .where('teamId', '=', teamId)
    .orderBy('users.username')
    .execute()
  const throughGroups = await db
    .selectFrom('teamLdapGroups as groups')
    .innerJoin('userLdapGroups', 'userLdapGroups.ldapGroup', 'groups.ldapGroup')
    .innerJoin('users', 'users.id', 'userLdapGroups.userId')
    .select([...userColumns, 'groups.role', 'groups.ldapGroup as ldapGroupSource'])
    .where('teamId', '=', teamId)
    .orderBy('users.username')
    .execute()
  return [
    ...direct.map((member) => nonNull({ ...member, memberType: 'SINGLE' })),
    ...throughGroups.map((member) => nonNull({ ...member, memberType: 'LDAP_GROUP' })),
  ]
}

export const listTeamLdapGroups = (db: Reader, teamId: string) =>
  db
    .selectFrom('teamLdapGroups')
    .select(['ldapGroup as group', 'role'])
    .where('teamId', '=', teamId)
    .orderBy('ldapGroup')
    .execute()

/** Adds users by id, or changes their role. */
export async function putTeamUsers(trx: Trx, teamId: string, roles: ReadonlyMap<string, TeamRole>) {
  if (roles.size === 0) return
  await trx
    .insertInto('teamUsers')
    .values([...roles].map(([userId, role]) => ({ teamId, userId, role })))
    .onConflict((conflict) =>
      conflict.columns(['teamId', 'userId']).doUpdateSet((e) => ({ role: e.ref('excluded.role') })),
    )
    .execute()
}

/** Adds LDAP groups by name, or changes their role. */
export async function putTeamLdapGroups(trx: Trx, teamId: string, roles: ReadonlyMap<string, TeamRole>) {
  if (roles.size === 0) return
  await trx
    .insertInto('teamLdapGroups')
    .values([...roles].map(([ldapGroup, role]) => ({ teamId, ldapGroup, role })))
    .onConflict((conflict) =>
      conflict.columns(['teamId', 'ldapGroup']).doUpdateSet((e) => ({ role: e.ref('excluded.role') })),
    )
    .execute()
}

/** TeamManager#validateUsers: an organization without an owner keeps at least one team member who is OWNER. */
export async function requireSomeOwner(trx: Trx, orgId: string) {
  const org = await trx.selectFrom('orgs').select('ownerId').where('id', '=', orgId).executeTakeFirstOrThrow()
  if (org.ownerId !== null) return
  const member = await trx
    .selectFrom('teamUsers')
    .innerJoin('teams', 'teams.id', 'teamUsers.teamId')
    .select('userId')
    .where('orgId', '=', orgId)
    .where('role', '=', 'OWNER')
    .executeTakeFirst()
  const group = await trx
    .selectFrom('teamLdapGroups')
    .innerJoin('teams', 'teams.id', 'teamLdapGroups.teamId')
    .select('ldapGroup')
    .where('orgId', '=', orgId)
    .where('role', '=', 'OWNER')
    .executeTakeFirst()
  if (!member && !group) throw validationError('Organization must have at least one OWNER')
}
