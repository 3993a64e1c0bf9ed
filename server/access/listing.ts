import { type Expression, expressionBuilder, type SqlBool } from 'kysely'
import type { Database, OrgRow } from '../db/schema.ts'
import type { Principal } from '../principal.ts'
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
  const { or, eb, exists, lit, selectFrom } = expressionBuilder<Database, 'secrets' | 'projects'>()
  if (seesEverything(who) || org.ownerId === userId) return lit(true)
  return or([
    eb('visibility', '=', 'PUBLIC'),
    eb('ownerId', '=', userId),
    exists(selectFrom('userTeams').select('teamId').where('userId', '=', userId).where('userTeams.orgId', '=', org.id)),
  ])
}

/**
 * The organizations that a user can see: those that they own or belong to and, unless `onlyCurrent`, the PUBLIC ones
 * (concord-api §5).
 */
export function listedOrgs(who: Principal, onlyCurrent: boolean): Expression<SqlBool> {
  const userId = who.user?.id ?? ''
  const { or, eb, exists, lit, selectFrom } = expressionBuilder<Database, 'orgs'>()
  if (seesEverything(who)) return lit(true)
  return or([
    eb('orgs.ownerId', '=', userId),
    exists(
      selectFrom('userTeams').select('teamId').whereRef('userTeams.orgId', '=', 'orgs.id').where('userId', '=', userId),
    ),
    ...(onlyCurrent ? [] : [eb('visibility', '=', 'PUBLIC')]),
  ])
}
