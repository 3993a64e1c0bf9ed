import type { Hono } from 'hono'
import { z } from 'zod'
import { requireTeamRole } from '../access/rules.ts'
import type { Caller } from '../actor.ts'
import { changesBetween } from '../audit/changes.ts'
import { recordAudit } from '../audit/record.ts'
import type { Reader, Trx } from '../db/open.ts'
import type { OrgRow } from '../db/schema.ts'
import { nullPointer, textError, validationError } from '../errors.ts'
import { callerOf, type Env, principalOf } from '../http/call.ts'
import { teamRole, text, userType, uuid } from '../http/jackson.ts'
import { listOf } from '../http/listLimits.ts'
import { operation, resource } from '../http/operation.ts'
import { flagParameter } from '../http/parameters.ts'
import { newId } from '../ids.ts'
import { nonNull } from '../json/omit.ts'
import { requireMember, requireOrg, requireOrgById } from '../orgs/store.ts'
import { type Principal, userOf } from '../principal.ts'
import type { Services } from '../services.ts'
import { userFinder } from '../users/store.ts'
import { missing, nameViolations, reject, tooLong } from '../violations.ts'
import {
  findTeam,
  listTeamLdapGroups,
  listTeams,
  listTeamUsers,
  putTeamLdapGroups,
  putTeamUsers,
  requireSomeOwner,
  requireTeam,
  type TeamRow,
  teamEntry,
} from './store.ts'

const teamRequest = z.object({
  id: uuid.nullish(),
  orgId: uuid.nullish(),
  orgName: text.nullish(),
  name: text.nullish(),
  description: text.nullish(),
})

const usersRequest = listOf(
  z.object({
    userId: uuid.nullish(),
    username: text.nullish(),
    userDomain: text.nullish(),
    userType: userType.nullish(),
    role: teamRole.nullish(),
  }),
)

const usernames = listOf(text)

const ldapGroupsRequest = listOf(z.object({ group: text, role: teamRole }))

/** A team to change, with its organization. */
interface Found {
  org: OrgRow
  team: TeamRow
}

/** The names in most paths of teams. */
interface TeamPath {
  orgName: string
  teamName: string
}

/** Teams: concord-api §7. */
export function teamRoutes(app: Hono<Env>, services: Services) {
  const { db } = services

  resource(app, '/api/v1/org/:orgName/team', {
    GET: operation({ summary: 'List the teams of an organization', compresses: true }, async (c, { path }) => {
      const org = await requireOrg(db, path.orgName)
      userOf(principalOf(c))
      return listTeams(db, org)
    }),
    POST: operation({ summary: 'Create or update a team', body: teamRequest }, (c, { path: { orgName }, body }) => {
      const entry = 'TeamEntry.createOrUpdate.arg1'
      reject([
        ...nameViolations('TeamResource.createOrUpdate', { arg0: orgName }),
        ...nameViolations(entry, { name: body.name, orgName: body.orgName }),
        ...missing(`${entry}.name`, body.name),
        ...tooLong(`${entry}.description`, body.description, 2048),
      ])
      return db.transaction().execute(async (trx) => {
        const caller = callerOf(c)
        const org = await requireMember(trx, caller.who, orgName)
        const { id, description } = body
        // `missing` has checked it.
        const name = body.name as string
        const teamId = id ?? (await findTeam(trx, org.id, name))?.id
        return teamId ? update(trx, caller, teamId, name, description) : create(trx, caller, org, name, description)
      })
    }),
  })

  resource(app, '/api/v1/org/:orgName/team/:teamName', {
    GET: operation({ summary: 'Get a team' }, async (c, { path }) => {
      const { org, team } = await readable(db, principalOf(c), path)
      return teamEntry(team, org.name)
    }),
    DELETE: operation({ summary: 'Delete a team' }, (c, { path }) =>
      db.transaction().execute(async (trx) => {
        const caller = callerOf(c)
        const { org, team } = await readable(trx, caller.who, path)
        await requireTeamRole(trx, caller.who, org, 'OWNER', team.id)
        await trx.deleteFrom('teams').where('id', '=', team.id).execute()
        await recordAudit(trx, caller, {
          object: 'TEAM',
          action: 'DELETE',
          details: { orgId: org.id, teamId: team.id, name: team.name },
        })
        return { ok: true, result: 'DELETED' }
      }),
    ),
  })

  members(app, services)
  ldapGroups(app, services)
}

function members(app: Hono<Env>, { db }: Services) {
  resource(app, '/api/v1/org/:orgName/team/:teamName/users', {
    GET: operation({ summary: 'List the members of a team', compresses: true }, async (c, { path }) =>
      listTeamUsers(db, (await readable(db, principalOf(c), path)).team.id),
    ),
    PUT: operation(
      {
        summary: 'Add members to a team, or replace them',
        query: { replace: flagParameter },
        body: usersRequest.optional(),
      },
      (c, { path, query: { replace = false }, body: users }) => {
        if (!users?.length && !replace) throw validationError('Empty user list')
        return db.transaction().execute(async (trx) => {
          const caller = callerOf(c)
          const { org, team } = await maintained(trx, caller.who, path)
          if (!users) throw nullPointer()
          const roles = new Map<string, z.infer<typeof teamRole>>()
          const find = await userFinder(trx, users.map(({ username }) => username).filter(isText))
          for (const user of users) {
            const userId = user.userId ?? idOf(find, caller.who, user)
            roles.set(userId, user.role ?? 'MEMBER')
          }
          if (replace) await trx.deleteFrom('teamUsers').where('teamId', '=', team.id).execute()
          await putTeamUsers(trx, team.id, roles)
          await requireSomeOwner(trx, org.id)
          await recordChange(trx, caller, { org, team }, { action: 'addUsers', users: users.map(nonNull), replace })
          return { ok: true }
        })
      },
    ),
    DELETE: operation(
      { summary: 'Remove members from a team', body: usernames.optional() },
      (c, { path, body: names }) => {
        if (!names?.length) throw validationError('Empty user list')
        return db.transaction().execute(async (trx) => {
          const caller = callerOf(c)
          const found = await maintained(trx, caller.who, path)
          const type = userOf(caller.who).type
          const find = await userFinder(trx, names)
          const ids = names.map((username) => find(username, null, type)?.id).filter(isText)
          if (ids.length > 0) {
            await trx.deleteFrom('teamUsers').where('teamId', '=', found.team.id).where('userId', 'in', ids).execute()
          }
          const users = names.map((username) => ({ username, type }))
          await recordChange(trx, caller, found, { action: 'removeUsers', users })
          return { ok: true }
        })
      },
    ),
  })
}

function ldapGroups(app: Hono<Env>, { db }: Services) {
  resource(app, '/api/v1/org/:orgName/team/:teamName/ldapGroups', {
    GET: operation({ summary: 'List the LDAP groups of a team' }, async (c, { path }) =>
      listTeamLdapGroups(db, (await readable(db, principalOf(c), path)).team.id),
    ),
    PUT: operation(
      {
        summary: 'Add LDAP groups to a team, or replace them',
        query: { replace: flagParameter },
        body: ldapGroupsRequest.optional(),
      },
      (c, { path, query: { replace = false }, body: groups }) => {
        if (!groups?.length && !replace) throw validationError('Empty LDAP group list')
        return db.transaction().execute(async (trx) => {
          const caller = callerOf(c)
          const { org, team } = await maintained(trx, caller.who, path)
          if (!groups) throw nullPointer()
          if (replace) await trx.deleteFrom('teamLdapGroups').where('teamId', '=', team.id).execute()
          await putTeamLdapGroups(trx, team.id, new Map(groups.map(({ group, role }) => [group, role])))
          await requireSomeOwner(trx, org.id)
          await recordChange(trx, caller, { org, team }, { action: 'addLdapGroups', groups, replace })
          return { ok: true }
        })
      },
    ),
  })
}

/** The team in the path, for members of its organization. */
async function readable(db: Reader, who: Principal, { orgName, teamName }: TeamPath): Promise<Found> {
  const org = await requireMember(db, who, orgName)
  return { org, team: await requireTeam(db, org.id, teamName) }
}

/** The team in the path, for callers who may change its members. */
async function maintained(db: Reader, who: Principal, path: TeamPath): Promise<Found> {
  const found = await readable(db, who, path)
  await requireTeamRole(db, who, found.org, 'MAINTAINER', found.team.id)
  return found
}

const isText = (value: unknown): value is string => typeof value === 'string'

type FindUser = Awaited<ReturnType<typeof userFinder>>

function idOf(find: FindUser, who: Principal, user: z.infer<typeof usersRequest>[number]): string {
  const { username, userDomain, userType: type } = user
  const found = typeof username === 'string' ? find(username, userDomain, type ?? userOf(who).type) : undefined
  if (!found) throw textError(500, `User not found: ${username ?? null}`)
  return found.id
}

async function create(trx: Trx, caller: Caller, org: OrgRow, name: string, description: string | null | undefined) {
  await requireTeamRole(trx, caller.who, org, 'OWNER')
  const team = { id: newId(), orgId: org.id, name, description: description ?? null }
  await trx.insertInto('teams').values(team).execute()
  await putTeamUsers(trx, team.id, new Map([[userOf(caller.who).id, 'MAINTAINER']]))
  await recordAudit(trx, caller, {
    object: 'TEAM',
    action: 'CREATE',
    details: { orgId: org.id, teamId: team.id, name, changes: changesBetween(undefined, nonNull(team)) },
  })
  return { ok: true, result: 'CREATED', id: team.id }
}

/** An id can refer to a team of any organization, whose rules then decide. */
async function update(trx: Trx, caller: Caller, teamId: string, name: string, description: string | null | undefined) {
  const before = await trx.selectFrom('teams').selectAll().where('id', '=', teamId).executeTakeFirst()
  if (!before) throw validationError(`Team not found: ${teamId}`)
  const org = await requireOrgById(trx, before.orgId)
  await requireTeamRole(trx, caller.who, org, 'MAINTAINER', teamId)
  const after = { ...before, name, description: description ?? before.description }
  await trx.updateTable('teams').set(after).where('id', '=', teamId).execute()
  const changes = changesBetween(teamEntry(before, org.name), teamEntry(after, org.name))
  await recordAudit(trx, caller, {
    object: 'TEAM',
    action: 'UPDATE',
    details: { orgId: org.id, teamId, name, changes },
  })
  return { ok: true, result: 'UPDATED', id: teamId }
}

async function recordChange(trx: Trx, caller: Caller, { org, team }: Found, details: Record<string, unknown>) {
  await recordAudit(trx, caller, {
    object: 'TEAM',
    action: 'UPDATE',
    details: { orgId: org.id, teamId: team.id, name: team.name, ...details },
  })
}
