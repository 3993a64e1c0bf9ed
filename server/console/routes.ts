import type { Hono } from 'hono'
import { belongsTo } from '../access/rules.ts'
import { findKey } from '../apiKeys/store.ts'
import { recordEvent } from '../audit/events.ts'
import { cookieOf, forgetRememberMe, REMEMBER_ME_COOKIE, SESSION_COOKIE, sendSessionCookie } from '../auth/cookies.ts'
import { SESSION } from '../auth/filter.ts'
import type { Reader } from '../db/open.ts'
import type { OrgRow, UserRow } from '../db/schema.ts'
import { textError, violations } from '../errors.ts'
import { type Call, type Env, principalOf, senderOf } from '../http/call.ts'
import { plainText } from '../http/input.ts'
import { operation, resource } from '../http/operation.ts'
import { textParameter } from '../http/parameters.ts'
import { nonEmpty } from '../json/omit.ts'
import { RawJson } from '../json/write.ts'
import { requireMember, requireOrg } from '../orgs/store.ts'
import { type Principal, userOf } from '../principal.ts'
import { findProjectByName, findRepository } from '../projects/store.ts'
import { findSecret } from '../secrets/store.ts'
import type { Services } from '../services.ts'
import { endSession } from '../sessions/end.ts'
import { endRememberMe } from '../sessions/rememberMe.ts'
import { findTeam } from '../teams/store.ts'
import { orgsJsonOf } from '../users/store.ts'
import { checkStorePassword } from '../vault/storePassword.ts'
import { newSessionId } from '../vault/tokens.ts'

const CONSOLE = '/api/service/console'

/** Concord's service for its console: concord-api §4 and §2.6. */
export function consoleRoutes(app: Hono<Env>, services: Services) {
  const { db } = services

  resource(app, `${CONSOLE}/whoami`, {
    GET: operation({ summary: 'Get the current user', compresses: true, isKept: true }, (c) => whoami(c, db)),
  })

  resource(app, SESSION, {
    // A 401 would be an error in the browser's console on each first visit.
    GET: operation({ summary: 'Get the current user, if there is one', compresses: true, isKept: true }, (c) =>
      c.get('principal') ? whoami(c, db) : {},
    ),
  })

  resource(app, `${CONSOLE}/userInfo`, {
    GET: operation({ summary: 'Get your teams, roles and groups', compresses: true }, async (c) => {
      const { id, username, displayName } = currentUser(c)
      const { realm, roles } = principalOf(c)
      return nonEmpty({
        id,
        displayName: displayName ?? username,
        teams: await directTeamsOf(db, id),
        roles: [...roles],
        // They come from Concord's LdapPrincipal: users who signed in otherwise are in the same groups, but do not see
        // them.
        ldapGroups: realm === 'ldap' ? await ldapGroupsOf(db, id) : [],
      })
    }),
  })

  resource(app, `${CONSOLE}/logout`, {
    POST: operation({ summary: 'Sign out', statuses: [204] }, (c) => logout(c, services)),
  })

  resource(app, `${CONSOLE}/cfg`, {
    // Concord's is absolute, built from a Host that anybody can forge, and a cache would store it for others.
    GET: operation({ summary: 'Get the settings of the console', statuses: [303], produces: 'text/plain' }, (c) =>
      c.body(null, 303, { Location: '/cfg.js', 'Content-Length': '0' }),
    ),
  })

  resource(app, `${CONSOLE}/validate-password`, {
    POST: operation(
      { summary: 'Check whether a text is acceptable as a store password', body: plainText },
      (c, { body }) => checkStorePassword(body, userOf(principalOf(c)).username) === undefined,
    ),
  })

  resource(app, `${CONSOLE}/search/ldapGroups`, {
    GET: operation({ summary: 'Find LDAP groups', query: { filter: textParameter } }, (_, { query }) =>
      searchLdapGroups(db, query.filter),
    ),
  })

  existsChecks(app, services)
}

async function whoami(c: Call, db: Reader) {
  // Every way to sign in has just read the user, and refused one who is disabled.
  const { id, username, domain, displayName } = currentUser(c)
  const orgs = await orgsJsonOf(db, id)
  return nonEmpty({
    realm: principalOf(c).realm,
    username,
    userDomain: domain,
    displayName: displayName ?? username,
    orgs: orgs === '[]' ? undefined : new RawJson(orgs),
  })
}

/** Ends the session and the remember-me cookie, in the browser and here; works without credentials. */
async function logout(c: Call, { db, config, masterKey }: Services) {
  const sessionId = cookieOf(c, SESSION_COOKIE)
  const remembered = cookieOf(c, REMEMBER_ME_COOKIE)
  await db.transaction().execute(async (trx) => {
    const left = sessionId && (await endSession(trx, sessionId))
    const forgotten = remembered && (await endRememberMe(trx, masterKey, remembered))
    const userId = left || forgotten
    if (userId) await recordEvent(trx, senderOf(c), 'sign-out', {}, userId)
  })
  if (remembered === undefined) return
  // Shiro stores the message "forget" in a session, and creates one for it: an id that gives no access.
  if (!sessionId) sendSessionCookie(c, config, newSessionId())
  forgetRememberMe(c)
}

/** The names of groups seen in past logins; `%` and `_` in the filter are wildcards here. */
async function searchLdapGroups(db: Reader, filter: string | undefined) {
  if (filter === undefined) return []
  if (filter.length < 5 || filter.length > 256) {
    throw violations([{ id: 'ConsoleService.searchLdapGroups.arg0', message: 'size must be between 5 and 256' }])
  }
  if (filter.trim().startsWith('*')) return []
  const rows = await db
    .selectFrom('userLdapGroups')
    .select('ldapGroup')
    .distinct()
    .where('ldapGroup', 'like', `%${filter.trim()}%`)
    .orderBy('ldapGroup')
    .limit(10)
    .execute()
  return rows.map(({ ldapGroup }) => ({ groupName: ldapGroup, displayName: ldapGroup }))
}

/** Bare `true` or `false`; names are not checked, and things that the caller cannot open exist too. */
function existsChecks(app: Hono<Env>, { db }: Services) {
  resource(app, `${CONSOLE}/org/:orgName/secret/:name/exists`, {
    GET: operation({ summary: 'Check whether a secret exists' }, (c, { path: { orgName, name } }) =>
      forMembers(db, principalOf(c), orgName, async (org) => (await findSecret(db, org.id, name)) !== undefined),
    ),
  })
  resource(app, `${CONSOLE}/org/:orgName/team/:name/exists`, {
    GET: operation({ summary: 'Check whether a team exists' }, (c, { path: { orgName, name } }) =>
      forMembers(db, principalOf(c), orgName, async (org) => (await findTeam(db, org.id, name)) !== undefined),
    ),
  })
  resource(app, `${CONSOLE}/org/:orgName/project/:project/repo/:name/exists`, {
    GET: operation({ summary: 'Check whether a repository exists' }, (c, { path }) =>
      forMembers(db, principalOf(c), path.orgName, async (org) => {
        const project = await findProjectByName(db, org.id, path.project)
        if (!project) throw textError(400, `Project not found: ${path.project}`)
        return (await findRepository(db, project.id, path.name)) !== undefined
      }),
    ),
  })
  resource(app, `${CONSOLE}/org/:orgName/project/:name/exists`, {
    // The only check that returns the 403 (concord-api §14 Q32).
    GET: operation({ summary: 'Check whether a project exists' }, async (c, { path }) => {
      const org = await requireMember(db, principalOf(c), path.orgName)
      return (await findProjectByName(db, org.id, path.name)) !== undefined
    }),
  })
  resource(app, `${CONSOLE}/apikey/:name/exists`, {
    GET: operation({ summary: 'Check whether you have an API key with that name' }, async (c, { path }) => {
      const { user } = principalOf(c)
      return user !== undefined && (await findKey(db, user.id, path.name)) !== undefined
    }),
  })
}

/** ConsoleService turns a 403 into `false`. */
async function forMembers(db: Reader, who: Principal, orgName: string, check: (org: OrgRow) => Promise<boolean>) {
  const org = await requireOrg(db, orgName)
  return (await belongsTo(db, who, org)) && check(org)
}

function currentUser(c: Call): UserRow {
  const { user } = principalOf(c)
  if (!user) throw textError(500, "Can't determine current user: principal not found")
  return user
}

async function ldapGroupsOf(db: Reader, userId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('userLdapGroups')
    .select('ldapGroup')
    .where('userId', '=', userId)
    .orderBy('ldapGroup')
    .execute()
  return rows.map(({ ldapGroup }) => ldapGroup)
}

const directTeamsOf = (db: Reader, userId: string) =>
  db
    .selectFrom('teamUsers')
    .innerJoin('teams', 'teams.id', 'teamUsers.teamId')
    .innerJoin('orgs', 'orgs.id', 'teams.orgId')
    .select(['orgs.name as orgName', 'teams.name as teamName', 'teamUsers.role'])
    .where('userId', '=', userId)
    .orderBy('orgs.name')
    .orderBy('teams.name')
    .execute()
