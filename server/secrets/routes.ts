import type { Hono } from 'hono'
import { z } from 'zod'
import { requireSecret, seesEverything } from '../access/rules.ts'
import type { Caller } from '../actor.ts'
import { recordAudit } from '../audit/record.ts'
import type { Reader, Trx } from '../db/open.ts'
import { nullPointer, validationError } from '../errors.ts'
import { callerOf, type Env, principalOf } from '../http/call.ts'
import { pageOf } from '../http/input.ts'
import { operation, resource } from '../http/operation.ts'
import { flagParameter, type ListQuery, listQuery, textParameter, type Values } from '../http/parameters.ts'
import { requireMember, requireOrg } from '../orgs/store.ts'
import { type Principal, userOf } from '../principal.ts'
import type { Services } from '../services.ts'
import { accessEntries, accessEntry, entryViolations } from '../teams/accessEntry.ts'
import { checkNames, nameViolations, reject } from '../violations.ts'
import { createSecret, newSecretForm, STORES } from './create.ts'
import { readData, readPublicKey } from './read.ts'
import { readableSecret, type SecretPath } from './readable.ts'
import { countSecrets, FACETS, SORTS, searchSecrets } from './search.ts'
import { deleteSecretRow, listSecrets, listTeamAccess, requireSecretRow, secretEntries, secretEntry } from './store.ts'
import { replaceTeamAccess, setTeamAccess } from './teamAccess.ts'
import { updateSecret } from './update.ts'
import { changeOfForm, changeOfJson, updateForm, updateRequest } from './updateRequest.ts'

/** How many secrets one search returns, at most and by default. */
const MAX_FOUND = 100
const DEFAULT_FOUND = 50

const searchQuery = {
  ...listQuery,
  type: z.enum(FACETS.type),
  visibility: z.enum(FACETS.visibility),
  scope: z.enum(FACETS.scope),
  protection: z.enum(FACETS.protection),
  sort: z.enum(SORTS),
  /** Whether to count too; pages of the same search need it once. */
  counts: flagParameter,
}
type SearchQuery = Values<typeof searchQuery>

const UPDATED = { ok: true, result: 'UPDATED' }

/**
 * Secrets: Concord's SecretResource (v1) and SecretResourceV2 (concord-api §9). Not every operation checks names
 * (concord-api §9.2).
 */
export function secretRoutes(app: Hono<Env>, services: Services) {
  const { db } = services
  const lists = {
    summary: 'List the secrets of an organization that you can see',
    query: listQuery,
    compresses: true,
    isKept: true,
  } as const
  const gets = { summary: 'Get a secret without its value', isKept: true } as const

  resource(app, '/api/v1/org/:orgName/secret', {
    GET: operation(lists, (c, { path, query }) => list(db, principalOf(c), 'SecretResource', path, query)),
    POST: operation({ summary: 'Create a secret', form: newSecretForm }, (c, { path: { orgName }, form }) => {
      checkNames('SecretResource.create', { arg0: orgName })
      return createSecret(services, callerOf(c), orgName, form)
    }),
  })

  resource(app, '/api/v2/org/:orgName/secret', {
    GET: operation(lists, (c, { path, query }) => list(db, principalOf(c), 'SecretResourceV2', path, query)),
  })

  /** Ours: what our console shows of a list, with the filters and orders that Concord's do not have. */
  resource(app, '/api/x/v1/org/:orgName/secrets', {
    GET: operation(
      {
        summary: 'Search the secrets of an organization that you can see',
        query: searchQuery,
        compresses: true,
        isKept: true,
      },
      (c, { path, query }) => search(db, principalOf(c), path.orgName, query, () => c.req.raw.signal),
    ),
  })

  resource(app, '/api/v1/org/:orgName/secret/:secretName', {
    GET: operation(gets, (c, { path }) => get(db, principalOf(c), path)),
    POST: operation(
      { summary: 'Update, move or rename a secret (JSON)', body: updateRequest.optional() },
      async (c, { path, body }) => {
        reject([
          ...nameViolations('SecretResource.update', argumentsOf(path)),
          ...nameViolations('ImmutableSecretUpdateRequest.update', { 'arg2.name': body?.name }),
        ])
        const caller = callerOf(c)
        const org = await requireMember(db, caller.who, path.orgName)
        if (!body) throw nullPointer()
        await updateSecret(services, caller, org, path.secretName, await changeOfJson(db, body))
        return UPDATED
      },
    ),
    DELETE: operation({ summary: 'Delete a secret' }, async (c, { path }) => {
      checkNames('SecretResource.delete', argumentsOf(path))
      await db.transaction().execute((trx) => remove(trx, callerOf(c), path))
      return { ok: true, result: 'DELETED' }
    }),
  })

  resource(app, '/api/v2/org/:orgName/secret/:secretName', {
    GET: operation(gets, (c, { path }) => get(db, principalOf(c), path)),
    POST: operation(
      { summary: 'Update, move or rename a secret (form)', form: updateForm },
      async (c, { path, form }) => {
        checkNames('SecretResourceV2.update', argumentsOf(path))
        const caller = callerOf(c)
        const org = await requireMember(db, caller.who, path.orgName)
        await updateSecret(services, caller, org, path.secretName, await changeOfForm(db, org, form))
        return UPDATED
      },
    ),
  })

  resource(app, '/api/v1/org/:orgName/secret/:secretName/data', {
    POST: operation(
      { summary: 'Read the value of a secret', form: { storePassword: textParameter.optional() }, produces: BINARY },
      async (c, { path, form }) => {
        const storePassword = form.text('storePassword')
        const { secret, value } = await readData(services, callerOf(c), path.orgName, path.secretName, storePassword)
        return c.body(new Uint8Array(value), 200, { 'Content-Type': BINARY, 'X-Concord-SecretType': secret.type })
      },
    ),
  })

  resource(app, '/api/v1/org/:orgName/secret/:secretName/public', {
    GET: operation({ summary: 'Read the public key of a key pair' }, (c, { path }) => {
      checkNames('SecretResource.getPublicKey', argumentsOf(path))
      return readPublicKey(services, callerOf(c), path.orgName, path.secretName)
    }),
  })

  resource(app, '/api/v1/org/:orgName/secret/:secretName/access', {
    GET: operation({ summary: 'List the teams that have access to a secret' }, async (c, { path }) => {
      const { secret } = await readableSecret(db, principalOf(c), path)
      return listTeamAccess(db, secret.id)
    }),
    POST: operation(
      { summary: 'Give a team access to a secret', body: accessEntry.optional() },
      async (c, { path, body: entry }) => {
        reject([
          ...nameViolations('SecretResource.updateAccessLevel', argumentsOf(path)),
          ...entryViolations(entry, 'arg2'),
        ])
        await setTeamAccess(services, callerOf(c), path.orgName, path.secretName, entry)
        return UPDATED
      },
    ),
  })

  resource(app, '/api/v1/org/:orgName/secret/:secretName/access/bulk', {
    POST: operation(
      { summary: 'Replace all access of teams to a secret', body: accessEntries.optional() },
      async (c, { path, body: entries }) => {
        reject([
          ...nameViolations('SecretResource.updateAccessLevel', argumentsOf(path)),
          ...(entries ?? []).flatMap((entry, i) => entryViolations(entry, `arg2[${i}]`)),
        ])
        await replaceTeamAccess(services, callerOf(c), path.orgName, path.secretName, entries)
        return UPDATED
      },
    ),
  })

  resource(app, '/api/v1/secret/store', { GET: operation({ summary: 'List the secret stores' }, () => STORES) })
}

const BINARY = 'application/octet-stream'

/** The names in the path, by their ids in violations. */
const argumentsOf = ({ orgName, secretName }: SecretPath) => ({ arg0: orgName, arg1: secretName })

async function list(
  db: Reader,
  who: Principal,
  javaClass: string,
  { orgName }: { orgName: string },
  { filter, ...page }: ListQuery,
) {
  checkNames(`${javaClass}.list`, { arg0: orgName })
  const org = await listableOrg(db, who, orgName)
  return secretEntries(db, org, await listSecrets(db, who, org, { filter, ...pageOf(page) }))
}

async function listableOrg(db: Reader, who: Principal, orgName: string) {
  const org = await requireOrg(db, orgName)
  if (!seesEverything(who)) userOf(who)
  return org
}

async function search(
  db: Reader,
  who: Principal,
  orgName: string,
  { counts = false, sort = 'name', offset = 0, limit = DEFAULT_FOUND, ...asked }: SearchQuery,
  signalOf: () => AbortSignal,
) {
  if (offset < 0) throw validationError("'offset' must not be negative")
  if (limit < 0 || limit > MAX_FOUND) throw validationError(`'limit' must be between 0 and ${MAX_FOUND}`)
  const org = await listableOrg(db, who, orgName)
  const page = await searchSecrets(db, who, org, { ...asked, sort, offset, limit }, signalOf)
  return counts ? { ...page, counts: await countSecrets(db, who, org, asked, signalOf) } : page
}

async function get(db: Reader, who: Principal, path: SecretPath) {
  const { org, secret } = await readableSecret(db, who, path)
  return secretEntry(db, org, secret)
}

async function remove(trx: Trx, caller: Caller, { orgName, secretName }: SecretPath) {
  const org = await requireMember(trx, caller.who, orgName)
  const secret = await requireSecretRow(trx, org.id, secretName)
  await requireSecret(trx, caller.who, secret, 'OWNER', 'strict')
  await deleteSecretRow(trx, secret.id)
  await recordAudit(trx, caller, {
    object: 'SECRET',
    action: 'DELETE',
    details: { orgId: org.id, secretId: secret.id, name: secret.name },
  })
}
