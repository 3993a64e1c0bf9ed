import type { Hono } from 'hono'
import { requireMember, requireOrg, requireSecret, requireSecretRow, seesEverything } from '../access/rules.ts'
import { recordAudit } from '../audit/record.ts'
import { nullPointer } from '../errors.ts'
import type { Call, Env } from '../http/call.ts'
import { callerOf, principalOf } from '../http/call.ts'
import { readForm } from '../http/multipart.ts'
import {
  checkNames,
  nameViolations,
  operation,
  paging,
  param,
  readOptionalJson,
  reject,
  resource,
  textQuery,
} from '../http/operation.ts'
import { listQuery, textParameter } from '../http/parameters.ts'
import { userOf } from '../principal.ts'
import type { Services } from '../services.ts'
import { accessEntries, accessEntry, entryViolations } from '../teams/accessEntry.ts'
import { createSecret, newSecretForm, STORES } from './create.ts'
import { readData, readPublicKey } from './read.ts'
import { deleteSecretRow, listSecrets, listTeamAccess, secretEntries, secretEntry } from './store.ts'
import { replaceTeamAccess, setTeamAccess } from './teamAccess.ts'
import { updateSecret } from './update.ts'
import { changeOfForm, changeOfJson, updateForm, updateRequest } from './updateRequest.ts'

const JSON_BODY = 'application/json'
const MULTIPART = 'multipart/form-data'
const UPDATED = { ok: true, result: 'UPDATED' }

/**
 * Secrets: Concord's SecretResource (v1) and SecretResourceV2 (concord-api §9). Bodies are read before names are checked,
 * as in JAX-RS; not every operation checks names (concord-api §9.2).
 */
export function secretRoutes(app: Hono<Env>, services: Services) {
  const lists = { summary: 'List the secrets of an organization that you may see', query: listQuery }
  const gets = { summary: 'Get a secret without its value' }
  resource(app, '/api/v1/org/:orgName/secret', {
    GET: operation(lists, (c) => list(services, c, 'SecretResource')),
    POST: operation({ summary: 'Create a secret', consumes: MULTIPART, form: newSecretForm }, (c) =>
      create(services, c),
    ),
  })
  resource(app, '/api/v2/org/:orgName/secret', {
    GET: operation(lists, (c) => list(services, c, 'SecretResourceV2')),
  })
  resource(app, '/api/v1/org/:orgName/secret/:secretName', {
    GET: operation(gets, (c) => get(services, c)),
    POST: {
      summary: 'Update, move or rename a secret (JSON)',
      consumes: JSON_BODY,
      body: updateRequest,
      handle: (c) => updateByJson(services, c),
    },
    DELETE: operation({ summary: 'Delete a secret' }, (c) => remove(services, c)),
  })
  resource(app, '/api/v2/org/:orgName/secret/:secretName', {
    GET: operation(gets, (c) => get(services, c)),
    POST: {
      summary: 'Update, move or rename a secret (form)',
      consumes: MULTIPART,
      form: updateForm,
      handle: (c) => updateByForm(services, c),
    },
  })
  resource(app, '/api/v1/org/:orgName/secret/:secretName/data', {
    POST: {
      summary: 'Read the value of a secret',
      consumes: MULTIPART,
      form: { storePassword: textParameter.optional() },
      produces: 'application/octet-stream',
      handle: (c) => data(services, c),
    },
  })
  resource(app, '/api/v1/org/:orgName/secret/:secretName/public', {
    GET: operation({ summary: 'Read the public key of a key pair' }, (c) => publicKey(services, c)),
  })
  resource(app, '/api/v1/org/:orgName/secret/:secretName/access', {
    GET: operation({ summary: 'List the teams that have access to a secret' }, (c) => teamAccess(services, c)),
    POST: {
      summary: 'Give a team access to a secret',
      consumes: JSON_BODY,
      body: accessEntry,
      handle: (c) => grantOne(services, c),
    },
  })
  resource(app, '/api/v1/org/:orgName/secret/:secretName/access/bulk', {
    POST: {
      summary: 'Replace all access of teams to a secret',
      consumes: JSON_BODY,
      body: accessEntries,
      handle: (c) => grantAll(services, c),
    },
  })
  resource(app, '/api/v1/secret/store', { GET: operation({ summary: 'List the secret stores' }, () => STORES) })
}

async function list({ db }: Services, c: Call, javaClass: string) {
  const orgName = param(c, 'orgName')
  const page = paging(c)
  checkNames(`${javaClass}.list`, { arg0: orgName })
  const org = await requireOrg(db, orgName)
  const who = principalOf(c)
  const userId = seesEverything(who) ? undefined : userOf(principalOf(c)).id
  return secretEntries(db, org, await listSecrets(db, org, { userId, filter: textQuery(c, 'filter'), ...page }))
}

async function get({ db }: Services, c: Call) {
  const org = await requireOrg(db, param(c, 'orgName'))
  const secret = await requireSecretRow(db, org.id, param(c, 'secretName'))
  await requireSecret(db, principalOf(c), secret, 'READER', 'open')
  return secretEntry(db, org, secret)
}

async function create(services: Services, c: Call) {
  const form = await readForm(c)
  const orgName = param(c, 'orgName')
  checkNames('SecretResource.create', { arg0: orgName })
  return createSecret(services, callerOf(c), orgName, form)
}

async function updateByJson(services: Services, c: Call) {
  const request = await readOptionalJson(c, updateRequest)
  const { orgName, secretName, ...names } = namesOf(c)
  reject([
    ...nameViolations('SecretResource.update', names),
    ...nameViolations('ImmutableSecretUpdateRequest.update', { 'arg2.name': request?.name }),
  ])
  const org = await requireMember(services.db, principalOf(c), orgName)
  if (!request) throw nullPointer()
  await updateSecret(services, callerOf(c), org, secretName, await changeOfJson(services.db, request))
  return UPDATED
}

async function updateByForm(services: Services, c: Call) {
  const form = await readForm(c)
  const { orgName, secretName, ...names } = namesOf(c)
  checkNames('SecretResourceV2.update', names)
  const org = await requireMember(services.db, principalOf(c), orgName)
  await updateSecret(services, callerOf(c), org, secretName, await changeOfForm(services.db, org, form))
  return UPDATED
}

async function remove({ db }: Services, c: Call) {
  const { orgName, secretName, ...names } = namesOf(c)
  checkNames('SecretResource.delete', names)
  await db.transaction().execute(async (trx) => {
    const org = await requireMember(trx, principalOf(c), orgName)
    const secret = await requireSecretRow(trx, org.id, secretName)
    await requireSecret(trx, principalOf(c), secret, 'OWNER', 'strict')
    await deleteSecretRow(trx, secret.id)
    await recordAudit(trx, callerOf(c), {
      object: 'SECRET',
      action: 'DELETE',
      details: { orgId: org.id, secretId: secret.id, name: secret.name },
    })
  })
  return { ok: true, result: 'DELETED' }
}

async function data(services: Services, c: Call) {
  const storePassword = (await readForm(c)).text('storePassword')
  const { orgName, secretName } = namesOf(c)
  const { secret, value } = await readData(services, callerOf(c), orgName, secretName, storePassword)
  return c.body(new Uint8Array(value), 200, {
    'Content-Type': 'application/octet-stream',
    'X-Concord-SecretType': secret.type,
  })
}

async function publicKey(services: Services, c: Call) {
  const { orgName, secretName, ...names } = namesOf(c)
  checkNames('SecretResource.getPublicKey', names)
  return readPublicKey(services, callerOf(c), orgName, secretName)
}

async function teamAccess({ db }: Services, c: Call) {
  const { orgName, secretName } = namesOf(c)
  const org = await requireOrg(db, orgName)
  const secret = await requireSecretRow(db, org.id, secretName)
  await requireSecret(db, principalOf(c), secret, 'READER', 'open')
  return listTeamAccess(db, secret.id)
}

async function grantOne(services: Services, c: Call) {
  const entry = await readOptionalJson(c, accessEntry)
  const { orgName, secretName, ...names } = namesOf(c)
  reject([...nameViolations('SecretResource.updateAccessLevel', names), ...entryViolations(entry, 'arg2')])
  await setTeamAccess(services, callerOf(c), orgName, secretName, entry)
  return UPDATED
}

async function grantAll(services: Services, c: Call) {
  const entries = await readOptionalJson(c, accessEntries)
  const { orgName, secretName, ...names } = namesOf(c)
  reject([
    ...nameViolations('SecretResource.updateAccessLevel', names),
    ...(entries ?? []).flatMap((entry, i) => entryViolations(entry, `arg2[${i}]`)),
  ])
  await replaceTeamAccess(services, callerOf(c), orgName, secretName, entries)
  return UPDATED
}

/** The names of the path, also under the ids that violations give them. */
function namesOf(c: Call) {
  const orgName = param(c, 'orgName')
  const secretName = param(c, 'secretName')
  return { orgName, secretName, arg0: orgName, arg1: secretName }
}
