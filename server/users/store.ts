import { sql } from 'kysely'
import { compiledRow } from '../db/compiled.ts'
import { contains } from '../db/filter.ts'
import { readListColumn } from '../db/json.ts'
import type { Reader, Trx } from '../db/open.ts'
import type { UserRow, UserType } from '../db/schema.ts'
import { javaError } from '../errors.ts'
import { nonNull } from '../json/omit.ts'

export const findUserById = (db: Reader, id: string) =>
  db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()

/**
 * Finds a user by name, ignoring case. Without a domain or a type, any matches; a name of several users throws the
 * error of Concord's UserDao#getId.
 */
export async function findUser(
  db: Reader,
  username: string,
  domain?: string | null,
  type?: UserType | null,
): Promise<UserRow | undefined> {
  const find = await userFinder(db, [username])
  return find(username, domain, type)
}

/** `findUser` for several names, with one query. */
export async function userFinder(db: Reader, usernames: readonly string[]) {
  const wanted = [...new Set(usernames.map((username) => username.toLowerCase()))]
  const rows = await db.selectFrom('users').selectAll().where('username', 'in', wanted).execute()
  const named = new Map<string, UserRow[]>()
  for (const row of rows) {
    const same = named.get(row.username)
    if (same) same.push(row)
    else named.set(row.username, [row])
  }
  return (username: string, domain?: string | null, type?: UserType | null): UserRow | undefined => {
    const [user, another] = (named.get(username.toLowerCase()) ?? []).filter(
      (row) => (typeof domain !== 'string' || row.domain === domain.toLowerCase()) && (!type || row.type === type),
    )
    if (!another) return user
    const asked = `'${username}', domain: '${domain ?? null}', type: ${type ?? null}`
    throw javaError(
      'java.lang.IllegalArgumentException',
      `Non unique results found for username: ${asked}. Note that user and domain names are case-insensitive.`,
    )
  }
}

/** UserEntry with organizations and roles. */
export async function userEntry(db: Reader, user: UserRow) {
  const { disabled, permanentlyDisabled, ...entry } = briefUserEntry(user)
  return {
    ...entry,
    orgs: await orgsOf(db, user.id),
    roles: await roleEntriesOf(db, user.id),
    disabled,
    permanentlyDisabled,
  }
}

/** UserEntry in search results. */
export function briefUserEntry(user: UserRow) {
  return nonNull({
    id: user.id,
    name: user.username,
    domain: user.domain,
    displayName: user.displayName,
    type: user.type,
    email: user.email,
    disabled: user.disabled === 1,
    permanentlyDisabled: user.permanentlyDisabled === 1,
    disabledDate: user.disabledDate,
  })
}

/**
 * The organizations in which a user belongs to a team, directly or through an LDAP group; not those that they only own.
 * As JSON, because whoami is asked with every page, and some users belong to hundreds.
 */
export async function orgsJsonOf(db: Reader, userId: string): Promise<string> {
  const found = await orgsOfUser(db, { userId })
  return found?.orgs ?? '[]'
}

export const orgsOf = async (db: Reader, userId: string): Promise<{ id: string; name: string }[]> =>
  JSON.parse(await orgsJsonOf(db, userId))

const orgsOfUser = compiledRow<{ userId: string }>()(
  (_, arg) => sql<{ orgs: string }>`
    SELECT json_group_array(json_object('id', id, 'name', name) ORDER BY name) AS orgs FROM orgs WHERE id IN (
      SELECT t."orgId" FROM "teamUsers" m JOIN teams t ON t.id = m."teamId" WHERE m."userId" = ${arg('userId')}
      UNION ALL
      SELECT t."orgId" FROM "userLdapGroups" u JOIN "teamLdapGroups" g ON g."ldapGroup" = u."ldapGroup"
        JOIN teams t ON t.id = g."teamId" WHERE u."userId" = ${arg('userId')})`,
)

async function roleEntriesOf(db: Reader, userId: string) {
  const rows = await db
    .selectFrom('allUserRoles')
    .innerJoin('roles', 'roles.id', 'allUserRoles.roleId')
    .selectAll('roles')
    .where('userId', '=', userId)
    .orderBy('roles.name')
    .execute()
  return rows.map(roleEntry)
}

export const roleEntry = ({ id, name, permissions }: { id: string; name: string; permissions: string }) => ({
  id,
  name,
  permissions: readListColumn(permissions),
})

/** Replaces a user's roles; unknown role names are ignored, as in UserDao#updateRoles. */
export async function replaceRoles(trx: Trx, userId: string, names: string[]) {
  await trx.deleteFrom('userRoles').where('userId', '=', userId).execute()
  if (names.length === 0) return
  const roles = await trx.selectFrom('roles').select('id').where('name', 'in', names).execute()
  if (roles.length === 0) return
  await trx
    .insertInto('userRoles')
    .values(roles.map((role) => ({ userId, roleId: role.id })))
    .execute()
}

interface SearchQuery {
  filter: string
  offset: number
  limit: number
}

/** The user picker: users whose name, display name or e-mail contains the text, without disabled ones. */
export async function searchUsers(db: Reader, { filter, offset, limit }: SearchQuery) {
  const rows = await db
    .selectFrom('users')
    .selectAll()
    .where('disabled', '=', 0)
    .where(({ or }) => or([contains('username', filter), contains('displayName', filter), contains('email', filter)]))
    // PostgreSQL sorts users without a display name last, SQLite would sort them first.
    .orderBy('displayName', (order) => order.asc().nullsLast())
    .orderBy('username')
    .limit(limit)
    .offset(offset)
    .execute()
  return rows.map(briefUserEntry)
}
