import type { Hono } from 'hono'
import { z } from 'zod'
import { requireTeamRole } from '../access/rules.ts'
import { changesBetween } from '../audit/changes.ts'
import { recordAudit } from '../audit/record.ts'
import type { Reader, Trx } from '../db/open.ts'
import type { OrgRow } from '../db/schema.ts'
import { nullPointer, textError, validationError } from '../errors.ts'
import type { Call, Env } from '../http/call.ts'
import { callerOf, principalOf } from '../http/call.ts'
import { teamRole, text, userType, uuid } from '../http/jackson.ts'
import { listOf } from '../http/listLimits.ts'
import { booleanQuery, operation, param, readJson, readOptionalJson, resource } from '../http/operation.ts'
import { flagParameter } from '../http/parameters.ts'
import { newId } from '../ids.ts'
import { nonNull } from '../json/omit.ts'
import { requireMember, requireOrg, requireOrgById } from '../orgs/store.ts'
import { userOf } from '../principal.ts'
import type { Services } from '../services.ts'
import { userFinder } from '../users/owner.ts'
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

/** A team as it was found for a change, with its organization. */
interface Found {
  org: OrgRow
  team: TeamRow
}

/** Teams: concord-api §7. */
export function teamRoutes(app: Hono<Env>, services: Services) {
  const { db } = services

  resource(app, '/api/v1/org/:orgName/team', {
    GET: operation({ summary: 'List the teams of an organization' }, async (c) => {
      const org = await requireOrg(db, param(c, 'orgName'))
      userOf(principalOf(c))
      return listTeams(db, org)
    }),
    POST: {
      summary: 'Create or update a team',
      body: teamRequest,
      consumes: 'application/json',
      handle: async (c) => {
        const request = await readJson(c, teamRequest)
        const orgName = param(c, 'orgName')
        const entry = 'TeamEntry.createOrUpdate.arg1'
        reject([
          ...nameViolations('TeamResource.createOrUpdate', { arg0: orgName }),
          ...nameViolations(entry, { name: request.name, orgName: request.orgName }),
          ...missing(`${entry}.name`, request.name),
          ...tooLong(`${entry}.description`, request.description, 2048),
        ])
        return db.transaction().execute(async (trx) => {
          const org = await requireMember(trx, principalOf(c), orgName)
          const { id, description } = request
          // `missing` has seen to it.
          const name = request.name as string
          const teamId = id ?? (await findTeam(trx, org.id, name))?.id
          return teamId ? update(trx, c, teamId, name, description) : create(trx, c, org, name, description)
        })
      },
    },
  })

  resource(app, '/api/v1/org/:orgName/team/:teamName', {
    GET: operation({ summary: 'Get a team' }, async (c) => {
      const { org, team } = await readable(db, c)
      return teamEntry(team, org.name)
    }),
    DELETE: operation({ summary: 'Delete a team' }, (c) =>
      db.transaction().execute(async (trx) => {
        const { org, team } = await readable(trx, c)
        await requireTeamRole(trx, principalOf(c), org, 'OWNER', team.id)
        await trx.deleteFrom('teams').where('id', '=', team.id).execute()
        await recordAudit(trx, callerOf(c), {
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
    GET: operation({ summary: 'List the members of a team' }, async (c) =>
      listTeamUsers(db, (await readable(db, c)).team.id),
    ),
    PUT: {
      summary: 'Add members to a team, or replace them',
      query: { replace: flagParameter },
      body: usersRequest,
      consumes: 'application/json',
      handle: async (c) => {
        const users = await readOptionalJson(c, usersRequest)
        const replace = booleanQuery(c, 'replace')
        if (!users?.length && !replace) throw validationError('Empty user list')
        return db.transaction().execute(async (trx) => {
          const { org, team } = await maintained(trx, c)
          if (!users) throw nullPointer()
          const roles = new Map<string, z.infer<typeof teamRole>>()
          const find = await userFinder(trx, users.map(({ username }) => username).filter(isText))
          for (const user of users) {
            const userId = user.userId ?? idOf(find, c, user)
            roles.set(userId, user.role ?? 'MEMBER')
          }
          if (replace) await trx.deleteFrom('teamUsers').where('teamId', '=', team.id).execute()
          await putTeamUsers(trx, team.id, roles)
          await requireSomeOwner(trx, org.id)
          await recordChange(trx, c, { org, team }, { action: 'addUsers', users: users.map(nonNull), replace })
          return { ok: true }
        })
      },
    },
    DELETE: {
      summary: 'Remove members from a team',
      body: usernames,
      consumes: 'application/json',
      handle: async (c) => {
        const names = await readOptionalJson(c, usernames)
        if (!names?.length) throw validationError('Empty user list')
        return db.transaction().execute(async (trx) => {
          const found = await maintained(trx, c)
          const type = userOf(principalOf(c)).type
          const find = await userFinder(trx, names)
          const ids = names.map((username) => find(username, null, type)?.id).filter(isText)
          if (ids.length > 0) {
            await trx.deleteFrom('teamUsers').where('teamId', '=', found.team.id).where('userId', 'in', ids).execute()
          }
          const users = names.map((username) => ({ username, type }))
          await recordChange(trx, c, found, { action: 'removeUsers', users })
          return { ok: true }
        })
      },
    },
  })
}

function ldapGroups(app: Hono<Env>, { db }: Services) {
  resource(app, '/api/v1/org/:orgName/team/:teamName/ldapGroups', {
    GET: operation({ summary: 'List the LDAP groups of a team' }, async (c) =>
      listTeamLdapGroups(db, (await readable(db, c)).team.id),
    ),
    PUT: {
      summary: 'Add LDAP groups to a team, or replace them',
      query: { replace: flagParameter },
      body: ldapGroupsRequest,
      consumes: 'application/json',
      handle: async (c) => {
        const groups = await readOptionalJson(c, ldapGroupsRequest)
        const replace = booleanQuery(c, 'replace')
        if (!groups?.length && !replace) throw validationError('Empty LDAP group list')
        return db.transaction().execute(async (trx) => {
          const { org, team } = await maintained(trx, c)
          if (!groups) throw nullPointer()
          if (replace) await trx.deleteFrom('teamLdapGroups').where('teamId', '=', team.id).execute()
          await putTeamLdapGroups(trx, team.id, new Map(groups.map(({ group, role }) => [group, role])))
          await requireSomeOwner(trx, org.id)
          await recordChange(trx, c, { org, team }, { action: 'addLdapGroups', groups, replace })
          return { ok: true }
        })
      },
    },
  })
}

/** The team of the path, for those who belong to its organization. */
async function readable(db: Reader, c: Call): Promise<Found> {
  const org = await requireMember(db, principalOf(c), param(c, 'orgName'))
  return { org, team: await requireTeam(db, org.id, param(c, 'teamName')) }
}

/** The team of the path, for those who may change who is in it. */
async function maintained(db: Reader, c: Call): Promise<Found> {
  const found = await readable(db, c)
  await requireTeamRole(db, principalOf(c), found.org, 'MAINTAINER', found.team.id)
  return found
}

const isText = (value: unknown): value is string => typeof value === 'string'

type FindUser = Awaited<ReturnType<typeof userFinder>>

function idOf(find: FindUser, c: Call, user: z.infer<typeof usersRequest>[number]): string {
  const { username, userDomain, userType: type } = user
  const found =
    typeof username === 'string' ? find(username, userDomain, type ?? userOf(principalOf(c)).type) : undefined
  if (!found) throw textError(500, `User not found: ${username ?? null}`)
  return found.id
}

async function create(trx: Trx, c: Call, org: OrgRow, name: string, description: string | null | undefined) {
  await requireTeamRole(trx, principalOf(c), org, 'OWNER')
  const team = { id: newId(), orgId: org.id, name, description: description ?? null }
  await trx.insertInto('teams').values(team).execute()
  await putTeamUsers(trx, team.id, new Map([[userOf(principalOf(c)).id, 'MAINTAINER']]))
  await recordAudit(trx, callerOf(c), {
    object: 'TEAM',
    action: 'CREATE',
    details: { orgId: org.id, teamId: team.id, name, changes: changesBetween(undefined, nonNull(team)) },
  })
  return { ok: true, result: 'CREATED', id: team.id }
}

/** By id, a team of any organization can be meant: its own organization's rules decide. */
async function update(trx: Trx, c: Call, teamId: string, name: string, description: string | null | undefined) {
  const before = await trx.selectFrom('teams').selectAll().where('id', '=', teamId).executeTakeFirst()
  if (!before) throw validationError(`Team not found: ${teamId}`)
  const org = await requireOrgById(trx, before.orgId)
  await requireTeamRole(trx, principalOf(c), org, 'MAINTAINER', teamId)
  const after = { ...before, name, description: description ?? before.description }
  await trx.updateTable('teams').set(after).where('id', '=', teamId).execute()
  const changes = changesBetween(teamEntry(before, org.name), teamEntry(after, org.name))
  await recordAudit(trx, callerOf(c), {
    object: 'TEAM',
    action: 'UPDATE',
    details: { orgId: org.id, teamId, name, changes },
  })
  return { ok: true, result: 'UPDATED', id: teamId }
}

async function recordChange(trx: Trx, c: Call, { org, team }: Found, details: Record<string, unknown>) {
  await recordAudit(trx, callerOf(c), {
    object: 'TEAM',
    action: 'UPDATE',
    details: { orgId: org.id, teamId: team.id, name: team.name, ...details },
  })
}
