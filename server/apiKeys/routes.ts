import type { Hono } from 'hono'
import { z } from 'zod'
import {
  requireApiKeysOf,
  requireApiKeyWithoutUser,
  requireLastingLogin,
  requireOwnApiKeyValue,
} from '../access/rules.ts'
import type { Caller } from '../actor.ts'
import { recordEvent } from '../audit/events.ts'
import { recordAudit } from '../audit/record.ts'
import type { Trx } from '../db/open.ts'
import { javaError, validationError } from '../errors.ts'
import { callerOf, type Env, principalOf } from '../http/call.ts'
import { text, userType, uuid } from '../http/jackson.ts'
import { operation, resource } from '../http/operation.ts'
import { uuidParameter } from '../http/parameters.ts'
import { newId } from '../ids.ts'
import { nonNull } from '../json/omit.ts'
import { userOf } from '../principal.ts'
import type { Services } from '../services.ts'
import { endSessionsOfKey } from '../sessions/end.ts'
import { resolveOwner } from '../users/owner.ts'
import { generateApiKey, hashApiKey, isLongEnough, MIN_API_KEY_BYTES } from '../vault/tokens.ts'
import { checkNames, NAME_PATTERN } from '../violations.ts'
import { findKey } from './store.ts'

const keyRequest = z.object({
  name: text.nullish(),
  userId: uuid.nullish(),
  username: text.nullish(),
  userDomain: text.nullish(),
  userType: userType.nullish(),
  key: text.nullish(),
})

type KeyRequest = z.infer<typeof keyRequest>

/** API keys: concord-api §10. A value is shown only once, when it is created; only its hash is stored. */
export function apiKeyRoutes(app: Hono<Env>, { db, config }: Services) {
  const { apiKeyExpiry } = config
  resource(app, '/api/v1/apikey', {
    GET: operation(
      { summary: 'List the API keys of a user', query: { userId: uuidParameter } },
      async (c, { query }) => {
        const who = principalOf(c)
        const userId = query.userId ?? userOf(who).id
        requireApiKeysOf(who, userId)
        const rows = await db.selectFrom('apiKeys').selectAll().where('userId', '=', userId).orderBy('name').execute()
        return rows.map(({ id, name, expiredAt }) => nonNull({ id, userId, name, expiredAt }))
      },
    ),
    POST: operation({ summary: 'Create an API key', body: keyRequest }, (c, { body }) =>
      db.transaction().execute((trx) => create(trx, callerOf(c), body, expiryOf(apiKeyExpiry))),
    ),
  })

  resource(app, '/api/v2/apikey', {
    POST: operation({ summary: 'Create an API key, or give it a new value', body: keyRequest }, (c, { body }) =>
      db.transaction().execute((trx) => createOrOverwrite(trx, callerOf(c), body, expiryOf(apiKeyExpiry))),
    ),
  })

  resource(app, '/api/v1/apikey/:key', {
    /** A key for an agent, which belongs to no user. */
    POST: operation(
      { summary: 'Create an API key that belongs to no user', consumes: 'application/json' },
      (c, { path: { key: name } }) => {
        checkNames('ApiKeyResource.create', { arg0: name })
        const caller = callerOf(c)
        requireLastingLogin(caller.who)
        requireApiKeyWithoutUser(caller.who)
        return db.transaction().execute(async (trx) => {
          if (await findKey(trx, null, name)) throw duplicate(name)
          return insertKey(trx, caller, { userId: null, name, expiredAt: expiryOf(apiKeyExpiry) })
        })
      },
    ),
    DELETE: operation({ summary: 'Delete an API key', path: { key: uuidParameter } }, (c, { path: { key: id } }) => {
      const caller = callerOf(c)
      requireLastingLogin(caller.who)
      return db.transaction().execute(async (trx) => {
        const key = await trx.selectFrom('apiKeys').select('userId').where('id', '=', id).executeTakeFirst()
        if (!key?.userId) throw validationError(`API key not found: ${id}`)
        requireApiKeysOf(caller.who, key.userId)
        await endOpened(trx, caller, { apiKeyId: id, userId: key.userId })
        await trx.deleteFrom('apiKeys').where('id', '=', id).execute()
        await recordAudit(trx, caller, { object: 'API_KEY', action: 'DELETE', details: { id } })
        return { ok: true, result: 'DELETED' }
      })
    }),
  })
}

/** v1: the name must be new and match the pattern. */
async function create(trx: Trx, caller: Caller, request: KeyRequest, expiredAt: string | null) {
  const userId = await userOfKey(trx, caller, request)
  const name = request.name?.trim() || `key-${newId()}`
  if (!NAME_PATTERN.test(name)) throw validationError(`Invalid API key name. Must match ${NAME_PATTERN.source}`)
  if (await findKey(trx, userId, name)) throw nameTaken(name)
  return insertKey(trx, caller, { userId, name, expiredAt }, request.key)
}

/** v2: any name; an existing key with that name gets a new value. */
async function createOrOverwrite(trx: Trx, caller: Caller, request: KeyRequest, expiredAt: string | null) {
  const userId = await userOfKey(trx, caller, request)
  const name = request.name?.trim() || `key#${newId()}`
  if (name.length > 128) throw javaError('org.jooq.exception.DataException', 'value too long')
  const existing = await findKey(trx, userId, name)
  if (!existing) return insertKey(trx, caller, { userId, name, expiredAt }, request.key)
  const { id } = existing
  const key = request.key ?? generateApiKey()
  await trx
    .updateTable('apiKeys')
    .set({ hash: hashOf(key), expiredAt })
    .where('id', '=', id)
    .execute()
  await endOpened(trx, caller, { apiKeyId: id, userId })
  await recordAudit(trx, caller, {
    object: 'API_KEY',
    action: 'UPDATE',
    details: nonNull({ id, name, expiredAt, userId }),
  })
  return { ok: true, id, name, key, result: 'UPDATED' }
}

/**
 * Sessions end with the key that opened them, unlike in Concord (concord-api §14 Q25): otherwise deleting it would lock
 * nobody out.
 */
async function endOpened(trx: Trx, caller: Caller, { apiKeyId, userId }: { apiKeyId: string; userId: string }) {
  const ended = await endSessionsOfKey(trx, apiKeyId)
  if (ended > 0) await recordEvent(trx, caller, 'sessions-ended', { userId, apiKeyId, ended })
}

/**
 * Determines the key's user, in ApiKeyManager's order of checks: may the value be chosen, who is the user, is the
 * caller allowed.
 */
async function userOfKey(trx: Trx, caller: Caller, request: KeyRequest): Promise<string> {
  const { who } = caller
  requireLastingLogin(who)
  if (typeof request.key === 'string') await requireOwnApiKeyValue(trx, who)
  const { userId: id, username, userDomain } = request
  const type = request.userType ?? userOf(who).type
  const user = (await resolveOwner(trx, { id, username, userDomain, userType: type })) ?? userOf(who)
  requireApiKeysOf(who, user.id)
  return user.id
}

/** Keys expire after `API_KEY_EXPIRY`, unless that is off (Concord's `apiKey.expirationEnabled`). */
const expiryOf = (age: number | undefined) => (age === undefined ? null : new Date(Date.now() + age).toISOString())

interface NewKey {
  userId: string | null
  name: string
  expiredAt: string | null
}

async function insertKey(trx: Trx, caller: Caller, { userId, name, expiredAt }: NewKey, value?: string | null) {
  const key = value ?? generateApiKey()
  const hash = hashOf(key)
  // Concord mistakes an existing value for an existing name.
  if (await trx.selectFrom('apiKeys').select('id').where('hash', '=', hash).executeTakeFirst()) throw duplicate(name)
  const id = newId()
  await trx.insertInto('apiKeys').values({ id, userId, name, hash, expiredAt }).execute()
  await recordAudit(trx, caller, {
    object: 'API_KEY',
    action: 'CREATE',
    details: nonNull({ id, name, expiredAt, userId }),
  })
  return { ok: true, id, name, key, result: 'CREATED' }
}

/** Concord's message if its database has such a key: the same name without a user, or the same value. */
const duplicate = (name: string) => validationError(`Duplicate API key name: ${name}`)

const nameTaken = (name: string) => validationError(`API key with name '${name}' already exists`)

/** Returns the hash, or throws java.util.Base64's error for text that is not base64. */
function hashOf(key: string): string {
  const hash = hashApiKey(key)
  if (hash !== undefined) {
    // Our own limit: Concord accepts a single byte, which is easy to guess.
    if (isLongEnough(key)) return hash
    throw validationError(`The API key is too short: it must be base64 of at least ${MIN_API_KEY_BYTES} bytes`)
  }
  const stranger = /[^0-9A-Za-z+/=]/.exec(key)?.[0]
  throw javaError(
    'java.lang.IllegalArgumentException',
    stranger
      ? `Illegal base64 character ${stranger.charCodeAt(0).toString(16)}`
      : 'Input byte array has wrong 4-byte ending unit',
  )
}
