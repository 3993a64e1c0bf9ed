import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { compiled, keptRow } from '../db/compiled.ts'
import type { Reader } from '../db/open.ts'
import type { AccessLevel } from '../db/schema.ts'

/*
 * Who belongs to which team, directly or through an LDAP group, as conditions on one team or organization. They are the
 * view `userTeams` as lookups in its tables: SQLite would collect all teams of the user to look for one.
 */

/** The user belongs to the team. `teamId` is a column, `userId` a value. */
const inTeam = (teamId: string, userId: string) => sql<SqlBool>`(
  EXISTS (SELECT 1 FROM "teamUsers" m WHERE m."teamId" = ${sql.ref(teamId)} AND m."userId" = ${userId})
  OR EXISTS (SELECT 1 FROM "userLdapGroups" u JOIN "teamLdapGroups" g ON g."ldapGroup" = u."ldapGroup"
    WHERE u."userId" = ${userId} AND g."teamId" = ${sql.ref(teamId)}))`

/** The user belongs to a team of the organization: a column, or a value. */
export const inOrg = (orgId: RawBuilder<unknown> | string, userId: string) =>
  sql<SqlBool>`EXISTS (SELECT 1 FROM teams t WHERE t."orgId" = ${orgId} AND ${inTeam('t.id', userId)})`

export const isInOrg = async (db: Reader, orgId: string, userId: string) =>
  Boolean((await belongs(db, { orgId, userId }))?.member)

const belongs = keptRow<{ orgId: string; userId: string }>()(
  (_, arg) => sql<{ member: SqlBool }>`SELECT ${inOrg(arg('orgId'), arg('userId'))} AS member`,
)

/** What a user has to do with a secret or a project and its organization. */
interface Ties {
  id: string
  orgOwnerId: string | null
  orgMember: SqlBool
  /** The levels that were granted to their teams, as a JSON list of AccessLevel. */
  levels: string
}

/** By the name of the entity's table. `entities` is a JSON list of objects with `id` and `orgId`. */
export const tiesTo = {
  secrets: ties('secretTeamAccess', 'secretId'),
  projects: ties('projectTeamAccess', 'projectId'),
}

function ties(table: 'secretTeamAccess' | 'projectTeamAccess', column: string) {
  return compiled<{ entities: string; userId: string }>()(
    (_, arg) => sql<Ties>`
      SELECT e.value ->> 'id' AS id, orgs."ownerId" AS "orgOwnerId",
        ${inOrg(sql.ref('orgs.id'), arg('userId'))} AS "orgMember",
        (SELECT json_group_array(a.level) FROM ${sql.table(table)} a
          WHERE a.${sql.ref(column)} = e.value ->> 'id' AND ${inTeam('a.teamId', arg('userId'))}) AS levels
      FROM json_each(${arg('entities')}) e JOIN orgs ON orgs.id = e.value ->> 'orgId'`,
  )
}

export const levelsOf = ({ levels }: Ties) => JSON.parse(levels) as AccessLevel[]
