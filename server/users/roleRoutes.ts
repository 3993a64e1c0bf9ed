import type { Hono } from 'hono'
import { z } from 'zod'
import { requireAdmin } from '../access/rules.ts'
import type { Caller } from '../actor.ts'
import { recordAudit } from '../audit/record.ts'
import type { Reader, Trx } from '../db/open.ts'
import { javaError, nullPointer, textError, validationError } from '../errors.ts'
import { callerOf, type Env, principalOf } from '../http/call.ts'
import { text, uuid } from '../http/jackson.ts'
import { listOf } from '../http/listLimits.ts'
import { operation, resource } from '../http/operation.ts'
import { flagParameter } from '../http/parameters.ts'
import { newId } from '../ids.ts'
import type { Services } from '../services.ts'
import { checkNames } from '../violations.ts'
import { keepAnAdmin } from './lastAdmin.ts'
import { roleEntry } from './store.ts'

/** All permissions of roles; unknown ones are ignored, as Concord ignores those not in its table. */
const PERMISSIONS = ['createOrg', 'updateOrg', 'getProcessQueueAllOrgs', 'apiKeySpecifyValue']

const roleRequest = z.object({
  id: uuid.nullish(),
  name: text.nullish(),
  permissions: listOf(text).nullish(),
})

const groupsRequest = listOf(text)

/** Roles, for admins: concord-api §8. They are read on each request (access/roles.ts). */
export function roleRoutes(app: Hono<Env>, { db }: Services) {
  resource(app, '/api/v1/role', {
    GET: operation({ summary: 'List roles' }, async (c) => {
      requireAdmin(principalOf(c))
      const rows = await db.selectFrom('roles').selectAll().orderBy('name').execute()
      return rows.map(roleEntry)
    }),
    POST: operation({ summary: 'Create or update a role', body: roleRequest }, (c, { body }) => {
      requireAdmin(principalOf(c))
      // A new name would remove the role from its users.
      return db.transaction().execute((trx) => keepAnAdmin(trx, () => createOrUpdate(trx, callerOf(c), body)))
    }),
  })

  resource(app, '/api/v1/role/:roleName', {
    GET: operation({ summary: 'Get a role' }, async (c, { path }) => {
      requireAdmin(principalOf(c))
      return roleEntry(await requireRole(db, path.roleName))
    }),
    DELETE: operation({ summary: 'Delete a role' }, (c, { path }) => {
      requireAdmin(principalOf(c))
      return db.transaction().execute(async (trx) => {
        const { id, name } = await requireRole(trx, path.roleName)
        await keepAnAdmin(trx, () => trx.deleteFrom('roles').where('id', '=', id).execute())
        await recordAudit(trx, callerOf(c), { object: 'ROLE', action: 'DELETE', details: { roleId: id, name } })
        return { ok: true, result: 'DELETED' }
      })
    }),
  })

  resource(app, '/api/v1/role/:roleName/ldapGroups', {
    GET: operation({ summary: 'List the LDAP groups that have a role' }, async (c, { path }) => {
      requireAdmin(principalOf(c))
      const { id } = await requireRole(db, path.roleName)
      const rows = await db.selectFrom('roleLdapGroups').select('ldapGroup').where('roleId', '=', id).execute()
      return rows.map(({ ldapGroup }) => ldapGroup).sort()
    }),
    PUT: operation(
      { summary: 'Give a role to LDAP groups', query: { replace: flagParameter }, body: groupsRequest.optional() },
      (c, { path: { roleName }, query: { replace = false }, body: groups }) => {
        checkNames('RoleResource.addLdapGroups', { arg0: roleName })
        requireAdmin(principalOf(c))
        if (!groups?.length && !replace) throw validationError('Empty LDAP group list')
        return db
          .transaction()
          .execute((trx) => keepAnAdmin(trx, () => addGroups(trx, callerOf(c), roleName, groups, replace)))
      },
    ),
  })
}

async function createOrUpdate(trx: Trx, caller: Caller, request: z.infer<typeof roleRequest>) {
  const { name } = request
  const existing = request.id ?? (typeof name === 'string' ? (await findRole(trx, name))?.id : undefined)
  if (typeof name !== 'string') {
    // Only Concord's database requires the name.
    throw javaError(
      'org.jooq.exception.IntegrityConstraintViolationException',
      'null value in column "role_name" violates not-null constraint',
    )
  }
  const permissions = PERMISSIONS.filter((permission) => request.permissions?.includes(permission))
  const id = existing ?? newId()
  const fields = { name, permissions: JSON.stringify(permissions) }
  if (existing) await trx.updateTable('roles').set(fields).where('id', '=', id).execute()
  else
    await trx
      .insertInto('roles')
      .values({ id, ...fields })
      .execute()
  const action = existing ? 'UPDATE' : 'CREATE'
  await recordAudit(trx, caller, { object: 'ROLE', action, details: { roleId: id, name, permissions } })
  return { id, result: existing ? 'UPDATED' : 'CREATED' }
}

async function addGroups(trx: Trx, caller: Caller, roleName: string, groups: string[] | undefined, replace: boolean) {
  const { id: roleId, name } = await requireRole(trx, roleName)
  if (!groups) throw nullPointer()
  if (replace) await trx.deleteFrom('roleLdapGroups').where('roleId', '=', roleId).execute()
  if (groups.length > 0) {
    await trx
      .insertInto('roleLdapGroups')
      .values([...new Set(groups)].map((ldapGroup) => ({ roleId, ldapGroup })))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  const details = { roleId, name, action: 'addLdapGroups', groups, replace }
  await recordAudit(trx, caller, { object: 'ROLE', action: 'UPDATE', details })
  return { ok: true, result: 'UPDATED' }
}

const findRole = (db: Reader, name: string) =>
  db.selectFrom('roles').selectAll().where('name', '=', name).executeTakeFirst()

async function requireRole(db: Reader, name: string) {
  const role = await findRole(db, name)
  if (!role) throw textError(404, `Role not found: ${name}`)
  return role
}
