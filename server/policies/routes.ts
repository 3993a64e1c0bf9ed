import type { Hono } from 'hono'
import { z } from 'zod'
import type { Target } from '../access/policies/links.ts'
import { linkedPolicy, listPolicies } from '../access/policies/links.ts'
import { requireAdmin } from '../access/rules.ts'
import type { Caller } from '../actor.ts'
import { recordAudit } from '../audit/record.ts'
import type { Reader, Trx } from '../db/open.ts'
import { textError } from '../errors.ts'
import { callerOf, type Env, principalOf } from '../http/call.ts'
import { map, text, userType, uuid } from '../http/jackson.ts'
import { operation, resource } from '../http/operation.ts'
import { textParameter } from '../http/parameters.ts'
import { newId } from '../ids.ts'
import { nonNull } from '../json/omit.ts'
import { jsonText } from '../json/write.ts'
import { requireOrg } from '../orgs/store.ts'
import { type Principal, userOf } from '../principal.ts'
import { findProjectByName } from '../projects/store.ts'
import type { Services } from '../services.ts'
import { findUser } from '../users/store.ts'
import { checkNames, nameViolations, reject } from '../violations.ts'
import { findPolicy, policyEntry, requirePolicy } from './store.ts'
import { requireUsableRules } from './validate.ts'

const policyRequest = z.object({
  id: uuid.nullish(),
  parentId: uuid.nullish(),
  name: text,
  rules: map.nullish(),
})

const linkRequest = z.object({
  orgName: text.nullish(),
  projectName: text.nullish(),
  userName: text.nullish(),
  userDomain: text.nullish(),
})

const LINK_QUERY = {
  orgName: textParameter,
  projectName: textParameter,
  userName: textParameter,
  userDomain: textParameter,
  userType,
}

type LinkRequest = z.infer<typeof linkRequest> & { userType?: z.infer<typeof userType> | undefined }

/** Policies: concord-api §12, for admins. Only the entity rules are applied here; others are stored unchanged. */
export function policyRoutes(app: Hono<Env>, { db }: Services) {
  resource(app, '/api/v2/policy', {
    GET: operation(
      { summary: 'List policies, or get the one that applies to something', query: LINK_QUERY },
      async (c, { query }) => {
        requireAdmin(principalOf(c))
        const { orgName, projectName, userName } = query
        if (orgName === undefined && projectName === undefined && userName === undefined) {
          return (await listPolicies(db)).map(policyEntry)
        }
        const policy = await linkedPolicy(db, await targetOf(db, principalOf(c), query, 400))
        return policy ? [policyEntry(policy)] : []
      },
    ),
    POST: operation({ summary: 'Create or update a policy', body: policyRequest }, (c, { body }) => {
      reject(nameViolations('ImmutablePolicyEntry.createOrUpdate', { 'arg0.name': body.name }))
      requireAdmin(principalOf(c))
      requireUsableRules(body.rules ?? {})
      return db.transaction().execute((trx) => createOrUpdate(trx, callerOf(c), body))
    }),
  })

  resource(app, '/api/v2/policy/:policyName', {
    GET: operation({ summary: 'Read a policy' }, async (c, { path }) => {
      requireAdmin(principalOf(c))
      return policyEntry(await requirePolicy(db, path.policyName))
    }),
    DELETE: operation({ summary: 'Delete a policy with its links' }, (c, { path }) => {
      requireAdmin(principalOf(c))
      return db.transaction().execute(async (trx) => {
        const { id, name } = await requirePolicy(trx, path.policyName)
        await trx.deleteFrom('policies').where('id', '=', id).execute()
        await recordAudit(trx, callerOf(c), { object: 'POLICY', action: 'DELETE', details: { policyId: id, name } })
        return { ok: true, result: 'DELETED' }
      })
    }),
  })

  resource(app, '/api/v2/policy/:policyName/link', {
    PUT: operation(
      { summary: 'Link a policy to an organization, a project, a user, or everything', body: linkRequest },
      (c, { path: { policyName }, body }) => {
        checkNames('PolicyResource.link', { arg0: policyName })
        requireAdmin(principalOf(c))
        return db.transaction().execute((trx) => link(trx, callerOf(c), policyName, body))
      },
    ),
    DELETE: operation({ summary: 'Unlink a policy', query: LINK_QUERY }, (c, { path, query }) => {
      requireAdmin(principalOf(c))
      return db.transaction().execute((trx) => unlink(trx, callerOf(c), path.policyName, query))
    }),
  })
}

async function createOrUpdate(trx: Trx, caller: Caller, request: z.infer<typeof policyRequest>) {
  const { name, parentId = null } = request
  const policyId = request.id ?? (await findPolicy(trx, name))?.id
  const fields = { name, parentId, rules: jsonText(request.rules ?? {}) }
  const id = policyId ?? newId()
  if (policyId) await trx.updateTable('policies').set(fields).where('id', '=', id).execute()
  else
    await trx
      .insertInto('policies')
      .values({ id, ...fields })
      .execute()
  await recordAudit(trx, caller, {
    object: 'POLICY',
    action: policyId ? 'UPDATE' : 'CREATE',
    details: nonNull({ policyId: id, parentId, name }),
  })
  // Without `ok`, unlike nearly all other responses.
  return { id, result: policyId ? 'UPDATED' : 'CREATED' }
}

async function link(trx: Trx, caller: Caller, policyName: string, request: LinkRequest) {
  const { id: policyId, name } = await requirePolicy(trx, policyName)
  const { orgId = null, projectId = null, userId = null } = await targetOf(trx, caller.who, request, 500)
  await trx
    .insertInto('policyLinks')
    // The project determines its organization.
    .values({ policyId, projectId, userId, orgId: projectId ? null : orgId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await recordLink(trx, caller, 'link', { policyId, name }, { orgId, projectId, userId })
  return { ok: true, result: 'UPDATED' }
}

/** Without a target, all links of the policy are removed, as in PolicyDao#unlink. */
async function unlink(trx: Trx, caller: Caller, policyName: string, request: LinkRequest) {
  const { id: policyId, name } = await requirePolicy(trx, policyName)
  const { orgId, projectId, userId } = await targetOf(trx, caller.who, request, 500)
  await trx
    .deleteFrom('policyLinks')
    .where('policyId', '=', policyId)
    .$if(Boolean(projectId), (query) => query.where('projectId', '=', projectId ?? ''))
    .$if(Boolean(orgId && !projectId), (query) => query.where('orgId', '=', orgId ?? ''))
    .$if(Boolean(userId), (query) => query.where('userId', '=', userId ?? ''))
    .execute()
  await recordLink(trx, caller, 'unlink', { policyId, name }, { orgId, projectId, userId })
  return { ok: true, result: 'DELETED' }
}

function recordLink(trx: Trx, caller: Caller, action: string, policy: object, { orgId, projectId, userId }: Target) {
  const target = nonNull({ orgId: projectId ? null : orgId, projectId, userId })
  return recordAudit(trx, caller, {
    object: 'POLICY',
    action: 'UPDATE',
    details: { ...policy, link: target, action },
  })
}

/** Resolves the names. A missing project is a 400 in lists and a 500 in links. */
async function targetOf(db: Reader, who: Principal, request: LinkRequest, missingProject: 400 | 500): Promise<Target> {
  const { orgName, projectName, userName, userDomain } = request
  const orgId = typeof orgName === 'string' ? (await requireOrg(db, orgName)).id : undefined
  let projectId: string | undefined
  if (typeof projectName === 'string') {
    if (!orgId) throw textError(400, 'Organization name is required')
    projectId = (await findProjectByName(db, orgId, projectName))?.id
    if (!projectId) throw textError(missingProject, `Project not found: ${projectName}`)
  }
  const type = request.userType ?? userOf(who).type
  const user = typeof userName === 'string' ? await findUser(db, userName, userDomain, type) : undefined
  if (typeof userName === 'string' && !user) {
    throw textError(400, `User '${userName}' with domain '${userDomain ?? null}' (${type}) not found`)
  }
  return { orgId, projectId, userId: user?.id }
}
