import type { Hono } from 'hono'
import { z } from 'zod'
import { requireAdmin, requireUserRead } from '../access/rules.ts'
import { type Caller, turnOf } from '../actor.ts'
import { changesBetween } from '../audit/changes.ts'
import { recordEvent } from '../audit/events.ts'
import { recordAudit } from '../audit/record.ts'
import type { Trx } from '../db/open.ts'
import type { UserRow } from '../db/schema.ts'
import { type DirectoryEntry, findEntry } from '../directory/ldap.ts'
import { nullPointer, textError, validationError } from '../errors.ts'
import { callerOf, type Env, principalOf } from '../http/call.ts'
import { flag, text, userType } from '../http/jackson.ts'
import { listOf } from '../http/listLimits.ts'
import { operation, resource } from '../http/operation.ts'
import { flagParameter, listQuery, uuidParameter } from '../http/parameters.ts'
import { newId } from '../ids.ts'
import { userOf } from '../principal.ts'
import type { Services } from '../services.ts'
import { missing, reject, tooLong } from '../violations.ts'
import { insertUser, lockOut } from './builtIn.ts'
import { groupSyncRoutes } from './groupSyncRoutes.ts'
import { keepAnAdmin } from './lastAdmin.ts'
import { createDirectoryUser, userOfEntry } from './ldapUser.ts'
import { roleRoutes } from './roleRoutes.ts'
import { briefUserEntry, findUser, findUserById, replaceRoles, searchUsers, userEntry } from './store.ts'

const MAX_USERNAME = 128

const userRequest = z.object({
  username: text.nullish(),
  userDomain: text.nullish(),
  displayName: text.nullish(),
  email: text.nullish(),
  userType: userType.nullish(),
  // An alias of `userType` (concord-api §8).
  type: userType.nullish(),
  disabled: flag.nullish(),
  roles: listOf(text).nullish(),
})

type UserRequest = z.infer<typeof userRequest>

const rolesRequest = z.object({ roles: listOf(text).nullish() })

/** Users and roles: concord-api §8. The API does not handle passwords (users/builtIn.ts). */
export function userRoutes(app: Hono<Env>, services: Services) {
  const { db } = services
  resource(app, '/api/v2/user', {
    GET: operation(
      { summary: 'Find users', query: listQuery, compresses: true },
      (_, { query: { filter, offset = 0, limit = 10 } }) => {
        if (offset < 0) throw validationError("'offset' must be a positive number or zero")
        if (limit < 1) throw validationError("'limit' must be a positive number")
        return filter === undefined ? [] : searchUsers(db, { filter, offset, limit })
      },
    ),
  })
  resource(app, '/api/v2/user/:id', {
    GET: operation(
      { summary: 'Get a user by id', path: { id: uuidParameter }, statuses: [200, 204] },
      async (c, { path: { id } }) => {
        requireUserRead(principalOf(c), id)
        const user = await findUserById(db, id)
        return user && userEntry(db, user)
      },
    ),
  })
  administration(app, services)
  roleRoutes(app, services)
  groupSyncRoutes(app, services)
}

function administration(app: Hono<Env>, services: Services) {
  const { db } = services
  resource(app, '/api/v1/user', {
    POST: operation({ summary: 'Create or update a user', body: userRequest }, async (c, { body }) => {
      const field = 'CreateUserRequest.createOrUpdate.arg0'
      reject([
        ...missing(`${field}.username`, body.username),
        ...tooLong(`${field}.username`, body.username, MAX_USERNAME),
        ...tooLong(`${field}.userDomain`, body.userDomain, 512),
        ...tooLong(`${field}.displayName`, body.displayName, 1024),
        ...tooLong(`${field}.email`, body.email, 512),
      ])
      const caller = callerOf(c)
      requireAdmin(caller.who)
      const entry = await entryOf(services, caller, body)
      return db.transaction().execute((trx) => createOrUpdate(trx, caller, body, entry))
    }),
  })

  resource(app, '/api/v1/user/:user', {
    GET: operation({ summary: 'Get a user by name' }, async (c, { path: { user: username } }) => {
      reject(tooLong('UserResource.findByUsername.arg0', username, MAX_USERNAME))
      requireAdmin(principalOf(c))
      const user = await findUser(db, username)
      if (!user) throw textError(404, `User not found: ${username}`)
      return userEntry(db, user)
    }),
    DELETE: operation({ summary: 'Delete a user', path: { user: uuidParameter } }, (c, { path: { user: id } }) => {
      requireAdmin(principalOf(c))
      return db.transaction().execute(async (trx) => {
        const user = await findUserById(trx, id)
        if (!user) throw validationError(`User not found: ${id}`)
        await keepAnAdmin(trx, () => trx.deleteFrom('users').where('id', '=', id).execute())
        await recordAudit(trx, callerOf(c), {
          object: 'USER',
          action: 'DELETE',
          details: { userId: id, name: user.username },
        })
        return { ok: true }
      })
    }),
  })

  resource(app, '/api/v1/user/:id/disable', {
    PUT: operation(
      { summary: 'Disable a user', path: { id: uuidParameter }, query: { permanent: flagParameter } },
      (c, { path: { id }, query: { permanent = false } }) => {
        requireAdmin(principalOf(c))
        return db.transaction().execute(async (trx) => {
          const user = await findUserById(trx, id)
          if (!user) throw textError(404, `User not found: ${id}`)
          return userEntry(trx, await disable(trx, callerOf(c), user, permanent))
        })
      },
    ),
  })

  resource(app, '/api/v1/user/:username/roles', {
    POST: operation(
      { summary: 'Replace the roles of a user', body: rolesRequest },
      (c, { path: { username }, body }) => {
        reject(tooLong('UserResource.updateUserRoles.arg0', username, MAX_USERNAME))
        const caller = callerOf(c)
        requireAdmin(caller.who)
        return db.transaction().execute(async (trx) => {
          const user = await findUser(trx, username, null, userOf(caller.who).type)
          if (!user) throw textError(404, `User not found: ${username}`)
          const { roles } = body
          if (!roles) throw nullPointer()
          await keepAnAdmin(trx, () => replaceRoles(trx, user.id, roles))
          // Concord does not log this, although it matters most.
          await recordAudit(trx, caller, {
            object: 'USER',
            action: 'UPDATE',
            details: { userId: user.id, username: user.username, roles },
          })
          return { ok: true, result: 'UPDATED' }
        })
      },
    ),
  })
}

async function createOrUpdate(trx: Trx, caller: Caller, request: UserRequest, entry: DirectoryEntry | undefined) {
  const type = request.userType ?? request.type
  if (type === 'SSO') throw textError(400, 'User of type SSO cannot be created')
  const username = request.username ?? ''
  const user = entry
    ? await userOfEntry(trx, entry)
    : await findUser(trx, username, request.userDomain, type ?? userOf(caller.who).type)
  if (user) return update(trx, caller, user, request)
  if (entry) {
    const { id, username } = await createDirectoryUser(trx, caller, entry)
    if (request.roles) {
      await replaceRoles(trx, id, request.roles)
      const details = { userId: id, username, roles: request.roles }
      await recordAudit(trx, caller, { object: 'USER', action: 'UPDATE', details })
    }
    return { ok: true, id, username, result: 'CREATED' }
  }
  // Concord's error if it has no LDAP, or LDAP does not have the user.
  if ((type ?? userOf(caller.who).type) !== 'LOCAL') throw unknownToLdap(username)
  const id = newId()
  const { displayName = null, email = null } = request
  await insertUser(trx, { id, username: username.toLowerCase(), displayName, email, passwordHash: null })
  if (request.userDomain) {
    await trx.updateTable('users').set({ domain: request.userDomain.toLowerCase() }).where('id', '=', id).execute()
  }
  if (request.roles) await replaceRoles(trx, id, request.roles)
  const created = await findUserById(trx, id)
  await recordAudit(trx, caller, {
    object: 'USER',
    action: 'CREATE',
    details: {
      userId: id,
      username: username.toLowerCase(),
      changes: changesBetween(undefined, created && (await userEntry(trx, created))),
    },
  })
  return { ok: true, id, username: username.toLowerCase(), result: 'CREATED' }
}

/** The directory's entry for a new LDAP user; undefined if none is needed. */
async function entryOf({ config: { ldap } }: Services, caller: Caller, request: UserRequest) {
  const { username, userDomain } = request
  const type = request.userType ?? request.type ?? userOf(caller.who).type
  if (!ldap || type !== 'LDAP' || !username) return undefined
  return findEntry(ldap, userDomain ? `${username}@${userDomain}` : username, turnOf(caller)).catch(() => {
    throw unknownToLdap(username)
  })
}

const unknownToLdap = (username: string) => textError(500, `Error while retrieving LDAP information for ${username}`)

/** Unlike Concord's other updates, this one sets `disabled` even if it is not sent, which enables the user. */
async function update(trx: Trx, caller: Caller, user: UserRow, request: UserRequest) {
  if (user.permanentlyDisabled) throw textError(500, 'User is permanently disabled')
  const changed: UserRow = {
    ...user,
    displayName: request.displayName ?? user.displayName,
    email: request.email ?? user.email,
    disabled: request.disabled ? 1 : 0,
    disabledDate: request.disabled ? new Date().toISOString() : null,
  }
  if (request.disabled) await recordEnd(trx, caller, user, await lockOut(trx, user))
  await trx.updateTable('users').set(changed).where('id', '=', user.id).execute()
  const { roles } = request
  if (roles) await keepAnAdmin(trx, () => replaceRoles(trx, user.id, roles))
  const changes = changesBetween(briefUserEntry(user), briefUserEntry(changed))
  if (Object.keys(changes).length > 0 || request.roles) {
    await recordAudit(trx, caller, {
      object: 'USER',
      action: 'UPDATE',
      details: {
        userId: user.id,
        username: user.username,
        changes,
        ...(request.roles ? { roles: request.roles } : {}),
      },
    })
  }
  return { ok: true, id: user.id, username: user.username, result: 'UPDATED' }
}

/** Also ends the user's sessions; in Concord they continue (concord-api §2.3). */
async function disable(trx: Trx, caller: Caller, user: UserRow, permanent: boolean): Promise<UserRow> {
  if (user.disabled && user.disabledDate !== null && (user.permanentlyDisabled || !permanent)) return user
  const changed: UserRow = {
    ...user,
    disabled: 1,
    permanentlyDisabled: permanent ? 1 : 0,
    disabledDate: new Date().toISOString(),
  }
  const ended = await lockOut(trx, user)
  await trx.updateTable('users').set(changed).where('id', '=', user.id).execute()
  await recordEnd(trx, caller, user, ended)
  await recordAudit(trx, caller, {
    object: 'USER',
    action: 'UPDATE',
    details: { userId: user.id, changes: changesBetween(statusOf(user), statusOf(changed)) },
  })
  return changed
}

/** In addition to Concord's event, which does not cover sessions. */
async function recordEnd(trx: Trx, caller: Caller, { id }: UserRow, ended: number) {
  if (ended > 0) await recordEvent(trx, caller, 'sessions-ended', { userId: id, ended })
}

const statusOf = ({ disabled, permanentlyDisabled }: UserRow) => ({
  disabled: disabled === 1,
  permanentlyDisabled: permanentlyDisabled === 1,
})
