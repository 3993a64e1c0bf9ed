import type { Hono } from 'hono'
import { z } from 'zod'
import { isAllowed, requireAllowed } from '../access/policies/check.ts'
import { requireOrgCreation, requireOrgDeletion, requireOrgUpdate } from '../access/rules.ts'
import type { Caller } from '../actor.ts'
import { changesBetween } from '../audit/changes.ts'
import { recordAudit } from '../audit/record.ts'
import { writeJsonColumn } from '../db/json.ts'
import type { Reader, Trx } from '../db/open.ts'
import type { OrgRow } from '../db/schema.ts'
import { javaError, textError, validationError } from '../errors.ts'
import { callerOf, type Env, principalOf } from '../http/call.ts'
import { pageOf } from '../http/input.ts'
import { map, text, uuid, visibility } from '../http/jackson.ts'
import { requireSmall } from '../http/listLimits.ts'
import { operation, resource } from '../http/operation.ts'
import { flagParameter, listQuery, textParameter } from '../http/parameters.ts'
import { nonNull } from '../json/omit.ts'
import { type Principal, userOf } from '../principal.ts'
import type { Services } from '../services.ts'
import { type OwnerRequest, ownerRequest, resolveOwner } from '../users/owner.ts'
import { checkNames } from '../violations.ts'
import {
  countSecretsOfOrgs,
  findOrg,
  insertOrg,
  listOrgs,
  orgEntry,
  requireMember,
  requireOrg,
  requireOrgById,
} from './store.ts'

const orgRequest = z.object({
  id: uuid.nullish(),
  name: text.nullish(),
  owner: ownerRequest.nullish(),
  visibility: visibility.nullish(),
  meta: map.nullish(),
  cfg: map.nullish(),
})

type OrgRequest = z.infer<typeof orgRequest>

/** Entity types whose creation policies can forbid (Concord's EntityType). */
const entityType = z.enum([
  'ORGANIZATION',
  'PROJECT',
  'SECRET',
  'REPOSITORY',
  'JSON_STORE',
  'JSON_STORE_QUERY',
  'JSON_STORE_ITEM',
  'STORAGE',
  'STORAGE_ITEM',
  'TRIGGER',
])

/** Organizations and policies: concord-api §5, §12. */
export function orgRoutes(app: Hono<Env>, { db }: Services) {
  resource(app, '/api/v1/org', {
    GET: operation(
      {
        summary: 'List organizations',
        query: { ...listQuery, onlyCurrent: flagParameter },
        // A configuration can contain anything, such as a token of a partner.
        compresses: (orgs) =>
          Array.isArray(orgs) && orgs.every((org) => org.cfg === undefined && org.meta === undefined),
      },
      (c, { query: { filter, onlyCurrent = false, ...page } }) => {
        userOf(principalOf(c))
        return listOrgs(db, principalOf(c), { ...pageOf(page), onlyCurrent, filter })
      },
    ),
    POST: operation({ summary: 'Create or update an organization', body: orgRequest }, (c, { body }) => {
      checkNames('OrganizationEntry.createOrUpdate', { 'arg0.name': body.name })
      return db.transaction().execute((trx) => createOrUpdate(trx, callerOf(c), body))
    }),
  })

  /** Ours: what our console shows beside a list of organizations. */
  resource(app, '/api/x/v1/org', {
    GET: operation(
      {
        summary: 'Count the secrets of the organizations that you belong to',
        query: { ...listQuery, onlyCurrent: flagParameter },
        compresses: true,
      },
      (c, { query: { filter, onlyCurrent = false, ...page } }) => {
        userOf(principalOf(c))
        return countSecretsOfOrgs(db, principalOf(c), { ...pageOf(page), onlyCurrent, filter })
      },
    ),
  })

  resource(app, '/api/v1/org/:orgName', {
    // Concord checks nothing here: everybody can read even PRIVATE ones (concord-api §14 Q20).
    GET: operation({ summary: 'Get an organization', statuses: [200, 204] }, async (_, { path }) => {
      const org = await findOrg(db, path.orgName)
      return org && orgEntry(db, org)
    }),
    DELETE: operation(
      { summary: 'Delete an organization and everything in it', query: { confirmation: textParameter } },
      (c, { path, query }) => {
        if (query.confirmation?.toLowerCase() !== 'yes') throw textError(400, 'Operation must be confirmed')
        const caller = callerOf(c)
        requireOrgDeletion(caller.who)
        return db.transaction().execute(async (trx) => {
          const { id, name } = await requireOrg(trx, path.orgName)
          await trx.deleteFrom('orgs').where('id', '=', id).execute()
          await recordAudit(trx, caller, { object: 'ORGANIZATION', action: 'DELETE', details: { orgId: id, name } })
          return { ok: true, result: 'DELETED' }
        })
      },
    ),
  })

  resource(app, '/api/v1/:entity{[A-Z_]+}/canCreate', {
    GET: operation(
      {
        summary: 'Check whether you may create something',
        path: { entity: entityType },
        query: { orgName: textParameter },
      },
      async (c, { path, query: { orgName } }) => {
        if (orgName === undefined) throw validationError('Organization ID or name is required')
        const who = principalOf(c)
        return canCreate(db, who, await requireMember(db, who, orgName), path.entity)
      },
    ),
  })
}

/** Like PolicyCheckResource, which checks only projects and secrets that are not known yet. */
async function canCreate(
  db: Reader,
  who: Principal,
  { id: orgId, name: orgName }: OrgRow,
  type: string,
): Promise<boolean> {
  const act = { action: 'create', owner: userOf(who), orgId } as const
  if (type === 'PROJECT') {
    const attributes = { id: null, name: type, orgId, orgName }
    return isAllowed(db, who, { ...act, entity: 'project', attributes })
  }
  if (type === 'SECRET') {
    return isAllowed(db, who, { ...act, entity: 'secret', attributes: { name: null, orgId } })
  }
  return true
}

async function createOrUpdate(trx: Trx, caller: Caller, request: OrgRequest) {
  if (request.id) return update(trx, caller, request.id, request)
  const taken = typeof request.name === 'string' ? await findOrg(trx, request.name) : undefined
  return taken ? update(trx, caller, taken.id, request) : create(trx, caller, request)
}

async function create(trx: Trx, caller: Caller, request: OrgRequest) {
  const { who } = caller
  await requireOrgCreation(trx, who)
  const owner = (await resolveOwner(trx, withCallersType(who, request.owner))) ?? userOf(who)
  if (typeof request.name !== 'string') {
    // Only Concord's database requires the name.
    throw javaError(
      'org.jooq.exception.IntegrityConstraintViolationException',
      'null value in column "org_name" violates not-null constraint',
    )
  }
  const { name, meta, cfg } = request
  const attributes = { id: null, name, meta, cfg }
  await requireAllowed(trx, who, { entity: 'org', action: 'create', owner, attributes })
  const id = await insertOrg(trx, { name, owner, visibility: request.visibility ?? 'PUBLIC', meta, cfg })
  await recordAudit(trx, caller, {
    object: 'ORGANIZATION',
    action: 'CREATE',
    details: { orgId: id, name, changes: changesBetween(undefined, nonNull(request)) },
  })
  return { ok: true, id, result: 'CREATED' }
}

/** Only the sent fields change; `meta` and `cfg` are replaced as a whole. */
async function update(trx: Trx, caller: Caller, orgId: string, request: OrgRequest) {
  const org = await requireOrgById(trx, orgId)
  await requireOrgUpdate(trx, caller.who, org)
  const owner = await resolveOwner(trx, withCallersType(caller.who, request.owner))
  const attributes = { id: orgId, name: request.name, meta: request.meta, cfg: request.cfg }
  await requireAllowed(trx, caller.who, { entity: 'org', action: 'update', owner, attributes, orgId })
  const changed = {
    ...org,
    name: request.name ?? org.name,
    ownerId: owner?.id ?? org.ownerId,
    visibility: request.visibility ?? org.visibility,
    meta: requireSmall(writeJsonColumn(request.meta), 'meta') ?? org.meta,
    cfg: requireSmall(writeJsonColumn(request.cfg), 'cfg') ?? org.cfg,
  }
  await trx.updateTable('orgs').set(changed).where('id', '=', orgId).execute()
  await recordAudit(trx, caller, {
    object: 'ORGANIZATION',
    action: 'UPDATE',
    // Concord's comparison finds nothing in an OrganizationEntry.
    details: { orgId, name: org.name, changes: {} },
  })
  return { ok: true, id: orgId, result: 'UPDATED' }
}

/** By default, OrganizationManager looks up an owner's name among users of the caller's type. */
function withCallersType(who: Principal, owner: OwnerRequest | null | undefined) {
  return owner && { ...owner, userType: owner.userType ?? userOf(who).type }
}
