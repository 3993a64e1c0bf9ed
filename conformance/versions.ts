import { server } from './lib/server.ts'

/*
 * Every rule that depends on Concord's version, and nothing else: tests import its name from here. Recorded on 2.11.1,
 * the newest published server, and on 2.44.0; the first version with a rule is exact only where noted.
 */

/** Whether the server has the given version or a newer one. */
export function since(version: string): boolean {
  const [is, wanted] = [numbersOf(server.version), numbersOf(version)]
  const different = wanted.findIndex((number, i) => number !== (is[i] ?? 0))
  return different === -1 || (is[different] ?? 0) > (wanted[different] ?? 0)
}

const numbersOf = (version: string) => version.replace(/-.*/, '').split('.').map(Number)

/** The entry with the highest version that the server has reached. */
export function byVersion<T>(values: Record<string, T>): T {
  const reached = Object.entries(values).filter(([version]) => since(version))
  const best = reached.at(-1) ?? Object.entries(values)[0]
  if (!best) throw new Error('byVersion() needs at least one version')
  return best[1]
}

/** Names: 2.11.1 allows 129 characters, but its database only 128. */
export const namePattern = byVersion({
  '2.11': '^[0-9a-zA-Z][0-9a-zA-Z_@.\\-~]{2,128}$',
  '2.44': '^[0-9a-zA-Z][0-9a-zA-Z_@.\\-~]{2,127}$',
})
export const nameViolation = `must match "${namePattern}"`
export const tooLongNamesAreRefused = since('2.44')

/** An empty 401 has `Content-Type: application/json`. */
export const unauthorizedSaysJson = since('2.44')
export const sessionCookieAttributes = byVersion({
  '2.11': 'Path=/; HttpOnly',
  '2.44': 'Path=/; HttpOnly; SameSite=Lax',
})
export const deletedCookieAttributes = byVersion({ '2.11': 'SameSite=lax', '2.44': 'Secure; SameSite=lax' })
/** 2.11 to 2.22 set no remember-me cookie for a login without any cookie, 2.11.1 none at all for API keys. */
export const rememberMeForApiKeys = since('2.44')
/** 2.11 to 2.22 set no remember-me cookie for a Basic login without any cookie either; exact. */
export const rememberMeNeedsACookie = !since('2.23')
/**
 * Handlers in the order Basic, API key, session token; before, a session token header took precedence over
 * `Authorization`.
 */
export const apiKeyWinsOverSessionToken = since('2.44')
/** Before, Basic credentials without a colon are malformed (a 401 with a JSON body). */
export const basicWithoutColonIsNoToken = since('2.44')
/** Jetty trims whitespace around header values; so does any proxy, including our gateway. */
export const headerValuesAreTrimmed = since('2.44') || process.env.CONCORD_GATEWAY === 'true'
/** `whoami` on a valid session reports a disabled user. */
export const whoamiTellsDisabledUsers = since('2.44')

/** OIDC reports that it is off; before, its `auth` tried to reach the identity provider anyway, and failed. */
export const disabledOidcSaysSo = since('2.44')

/** TRACE is rejected before anything else, and without `Allow`; before, it was treated like any unsupported method. */
export const traceHasNoAllow = since('2.44')

/** `GET /api/service/console/userInfo`; exact. */
export const hasUserInfo = since('2.17')
/** `GET /api/service/console/cfg`, without a login. */
export const hasCfg = since('2.44')
/** The published 2.11.1 has no console in it, so paths outside of /api are the console's only behind our gateway. */
export const servesTheConsole = since('2.44') || process.env.CONCORD_GATEWAY === 'true'
/** Ids of new rows are UUIDs of version 7; before, of version 1. */
export const idsAreUuid7 = since('2.44')
/** 2.9 to 2.11 fail with 500 if the user search has results. */
export const userSearchWorks = since('2.12')
/** Before, anybody could read any user's entry. */
export const userEntriesArePrivate = since('2.44')

/** A repository's branch and commit id have a pattern; newer than 2.44.0, and ours has it. */
export const revisionsHaveAPattern = since('2.44.1') || server.kind === 'ours'
/** Entries of projects: `processExecMode`; before, `acceptsRawPayload`. */
export const projectsHaveExecMode = since('2.44')
/** A project update without `rawPayloadMode` sets ORG_MEMBERS; before, it kept the value. */
export const projectUpdateOpensRawPayload = since('2.44')
/** Before, entries of secrets also have `projectId` and `projectName` of one of the linked projects. */
export const secretsNameOneProject = !since('2.44')
/** The project that an entry of a secret lists; the modes are not the project's own. */
export const linkedProjectModes = projectsHaveExecMode
  ? { rawPayloadMode: 'DISABLED', outVariablesMode: 'DISABLED', processExecMode: 'READERS' }
  : { rawPayloadMode: 'DISABLED', outVariablesMode: 'DISABLED', acceptsRawPayload: false }

/**
 * API keys: name and result in the response, chosen values, v2, keys without a user; names are trimmed before the
 * check.
 */
export const hasNewApiKeys = since('2.44')
