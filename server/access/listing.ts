import { type Expression, expressionBuilder, type SqlBool } from 'kysely'
import type { Database, OrgRow } from '../db/schema.ts'
import type { Principal } from '../principal.ts'
import { inOrg } from './membership.ts'
import { seesEverything } from './rules.ts'

/*
 * Who sees what in lists, as query conditions. No other file decides. Lists show more than rules.ts allows to open: a
 * member of an organization sees the names of all its secrets and projects (concord-api §9.4; §14, Q5).
 */

/**
 * The secrets or projects of an organization that a user can see: PUBLIC ones, their own, and all of them for its owner
 * and members of any of its teams.
 */
export function listedIn(org: OrgRow, who: Principal): Expression<SqlBool> {
  const userId = who.user?.id ?? ''
  const { or, eb, lit } = expressionBuilder<Database, 'secrets' | 'projects'>()
  if (seesEverything(who) || org.ownerId === userId) return lit(true)
  return or([eb('visibility', '=', 'PUBLIC'), eb('ownerId', '=', userId), inOrg(org.id, userId)])
}

/**
 * The organizations that a user can see: those that they own or belong to and, unless `onlyCurrent`, the PUBLIC ones
 * (concord-api §5).
 */
export function listedOrgs(who: Principal, onlyCurrent: boolean): Expression<SqlBool> {
  const userId = who.user?.id ?? ''
  const { or, eb, lit } = expressionBuilder<Database, 'orgs'>()
  if (seesEverything(who)) return lit(true)
  return or([
    eb('orgs.ownerId', '=', userId),
    memberOfOrg(who),
    ...(onlyCurrent ? [] : [eb('orgs.visibility', '=', 'PUBLIC')]),
  ])
}

/**
 * The projects that a user can read: the rule for READER, `open`, of rules.ts, for queries that join their
 * organizations. It also holds for their repositories.
 */
export function readableProject(who: Principal): Expression<SqlBool> {
  const userId = who.user?.id ?? ''
  const { or, eb, lit, selectFrom } = expressionBuilder<Database, 'projects' | 'orgs'>()
  if (seesEverything(who)) return lit(true)
  return or([
    eb('projects.visibility', '=', 'PUBLIC'),
    eb('projects.ownerId', '=', userId),
    eb('orgs.ownerId', '=', userId),
    // Not `exists`, which would collect the user's teams for each row.
    eb(
      'projects.id',
      'in',
      selectFrom('userTeams')
        .innerJoin('projectTeamAccess as access', 'access.teamId', 'userTeams.teamId')
        .select('access.projectId')
        .where('userTeams.userId', '=', userId),
    ),
  ])
}

/** The organizations in which a user belongs to a team: its lists show all names to them. */
export function memberOfOrg(who: Principal): Expression<SqlBool> {
  const { eb, selectFrom } = expressionBuilder<Database, 'orgs'>()
  const userId = who.user?.id ?? ''
  return eb('orgs.id', 'in', selectFrom('userTeams').select('userTeams.orgId').where('userId', '=', userId))
}
