import type { Hono } from 'hono'
import { z } from 'zod'
import { linkedPolicy, listPolicies, type Target } from '../access/policies/links.ts'
import { requireAdmin } from '../access/rules.ts'
import { recordAudit } from '../audit/record.ts'
import type { Reader, Trx } from '../db/open.ts'
import { textError } from '../errors.ts'
import type { Call, Env } from '../http/call.ts'
import { callerOf, principalOf } from '../http/call.ts'
import { map, text, userType, uuid } from '../http/jackson.ts'
import { operation, param, queryAs, readJson, resource, textQuery } from '../http/operation.ts'
import { textParameter } from '../http/parameters.ts'
import { newId } from '../ids.ts'
import { nonNull } from '../json/omit.ts'
import { jsonText } from '../json/write.ts'
import { requireOrg } from '../orgs/store.ts'
import { userOf } from '../principal.ts'
import { findProjectByName } from '../projects/store.ts'
import type { Services } from '../services.ts'
import { findUser } from '../users/owner.ts'
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
      async (c) => {
        requireAdmin(principalOf(c))
        const request = linkQuery(c)
        const { orgName, projectName, userName } = request
        if (orgName === undefined && projectName === undefined && userName === undefined) {
          return (await listPolicies(db)).map(policyEntry)
        }
        const policy = await linkedPolicy(db, await targetOf(db, c, request, 400))
        return policy ? [policyEntry(policy)] : []
      },
    ),
    POST: {
      summary: 'Create or update a policy',
      body: policyRequest,
      consumes: 'application/json',
      handle: async (c) => {
        const request = await readJson(c, policyRequest)
        reject(nameViolations('ImmutablePolicyEntry.createOrUpdate', { 'arg0.name': request.name }))
        requireAdmin(principalOf(c))
        requireUsableRules(request.rules ?? {})
        return db.transaction().execute((trx) => createOrUpdate(trx, c, request))
      },
    },
  })

  resource(app, '/api/v2/policy/:policyName', {
    GET: operation({ summary: 'Read a policy' }, async (c) => {
      requireAdmin(principalOf(c))
      return policyEntry(await requirePolicy(db, param(c, 'policyName')))
    }),
    DELETE: operation({ summary: 'Delete a policy with its links' }, (c) => {
      requireAdmin(principalOf(c))
      return db.transaction().execute(async (trx) => {
        const { id, name } = await requirePolicy(trx, param(c, 'policyName'))
        await trx.deleteFrom('policies').where('id', '=', id).execute()
        await recordAudit(trx, callerOf(c), { object: 'POLICY', action: 'DELETE', details: { policyId: id, name } })
        return { ok: true, result: 'DELETED' }
      })
    }),
  })

  resource(app, '/api/v2/policy/:policyName/link', {
    PUT: {
      summary: 'Link a policy to an organization, a project, a user, or everything',
      body: linkRequest,
      consumes: 'application/json',
      handle: async (c) => {
        const request = await readJson(c, linkRequest)
        checkNames('PolicyResource.link', { arg0: param(c, 'policyName') })
        requireAdmin(principalOf(c))
        return db.transaction().execute((trx) => link(trx, c, request))
      },
    },
    DELETE: operation({ summary: 'Unlink a policy', query: LINK_QUERY }, (c) => {
      requireAdmin(principalOf(c))
      return db.transaction().execute((trx) => unlink(trx, c, linkQuery(c)))
    }),
  })
}

async function createOrUpdate(trx: Trx, c: Call, request: z.infer<typeof policyRequest>) {
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
  await recordAudit(trx, callerOf(c), {
    object: 'POLICY',
    action: policyId ? 'UPDATE' : 'CREATE',
    details: nonNull({ policyId: id, parentId, name }),
  })
  // Without `ok`, unlike nearly all other responses.
  return { id, result: policyId ? 'UPDATED' : 'CREATED' }
}

async function link(trx: Trx, c: Call, request: LinkRequest) {
  const { id: policyId, name } = await requirePolicy(trx, param(c, 'policyName'))
  const { orgId = null, projectId = null, userId = null } = await targetOf(trx, c, request, 500)
  await trx
    .insertInto('policyLinks')
    // The project determines its organization.
    .values({ policyId, projectId, userId, orgId: projectId ? null : orgId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await recordLink(trx, c, 'link', { policyId, name }, { orgId, projectId, userId })
  return { ok: true, result: 'UPDATED' }
}

/** Without a target, all links of the policy are removed, as in PolicyDao#unlink. */
async function unlink(trx: Trx, c: Call, request: LinkRequest) {
  const { id: policyId, name } = await requirePolicy(trx, param(c, 'policyName'))
  const { orgId, projectId, userId } = await targetOf(trx, c, request, 500)
  await trx
    .deleteFrom('policyLinks')
    .where('policyId', '=', policyId)
    .$if(Boolean(projectId), (query) => query.where('projectId', '=', projectId ?? ''))
    .$if(Boolean(orgId && !projectId), (query) => query.where('orgId', '=', orgId ?? ''))
    .$if(Boolean(userId), (query) => query.where('userId', '=', userId ?? ''))
    .execute()
  await recordLink(trx, c, 'unlink', { policyId, name }, { orgId, projectId, userId })
  return { ok: true, result: 'DELETED' }
}

function recordLink(trx: Trx, c: Call, action: string, policy: object, { orgId, projectId, userId }: Target) {
  const target = nonNull({ orgId: projectId ? null : orgId, projectId, userId })
  return recordAudit(trx, callerOf(c), {
    object: 'POLICY',
    action: 'UPDATE',
    details: { ...policy, link: target, action },
  })
}

/** Resolves the names. A missing project is a 400 in lists and a 500 in links. */
async function targetOf(db: Reader, c: Call, request: LinkRequest, missingProject: 400 | 500): Promise<Target> {
  const { orgName, projectName, userName, userDomain } = request
  const orgId = typeof orgName === 'string' ? (await requireOrg(db, orgName)).id : undefined
  let projectId: string | undefined
  if (typeof projectName === 'string') {
    if (!orgId) throw textError(400, 'Organization name is required')
    projectId = (await findProjectByName(db, orgId, projectName))?.id
    if (!projectId) throw textError(missingProject, `Project not found: ${projectName}`)
  }
  const type = request.userType ?? userOf(principalOf(c)).type
  const user = typeof userName === 'string' ? await findUser(db, userName, userDomain, type) : undefined
  if (typeof userName === 'string' && !user) {
    throw textError(400, `User '${userName}' with domain '${userDomain ?? null}' (${type}) not found`)
  }
  return { orgId, projectId, userId: user?.id }
}

const linkQuery = (c: Call): LinkRequest => ({
  orgName: textQuery(c, 'orgName'),
  projectName: textQuery(c, 'projectName'),
  userName: textQuery(c, 'userName'),
  userDomain: textQuery(c, 'userDomain'),
  userType: queryAs(c, 'userType', userType),
})
