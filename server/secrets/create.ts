import { z } from 'zod'
import { policyGuard } from '../access/policies/check.ts'
import { assertMember } from '../access/rules.ts'
import type { Caller } from '../actor.ts'
import { turnOf } from '../actor.ts'
import { recordAudit } from '../audit/record.ts'
import type { SecretRow, SecretType, UserRow } from '../db/schema.ts'
import { textError, validationError } from '../errors.ts'
import type { Form } from '../http/multipart.ts'
import { flagParameter, textParameter } from '../http/parameters.ts'
import { newId } from '../ids.ts'
import { nonNull } from '../json/omit.ts'
import { requireMember, requireOrgById } from '../orgs/store.ts'
import { userOf } from '../principal.ts'
import type { Services } from '../services.ts'
import { encodeKeyPair } from '../vault/binary.ts'
import { generateKeyPair } from '../vault/keyPair.ts'
import { type Protection, seal } from '../vault/sealed.ts'
import { checkStorePassword, generateStorePassword } from '../vault/storePassword.ts'
import { NAME_PATTERN } from '../violations.ts'
import type { Turn } from '../waiting/limit.ts'
import { projectFields, projectIdsOf } from './projectLinks.ts'
import { alreadyExists, findSecret, insertSecret } from './store.ts'
import { type ClearValue, formValue, typeField, typeOf, valueFields, visibilityOf } from './value.ts'

const nameField = z.string().regex(NAME_PATTERN)

export const newSecretForm = {
  name: nameField,
  type: typeField,
  ...valueFields,
  ...projectFields,
  storeType: textParameter.optional(),
  storePassword: textParameter.optional(),
  generatePassword: flagParameter.optional(),
}

type NewSecretForm = Form<typeof newSecretForm>

/** Creates a secret of any type, with Concord's order of checks (concord-api §9.5). */
export async function createSecret(services: Services, caller: Caller, orgName: string, form: NewSecretForm) {
  const { db, masterKey, passwordCost: cost } = services
  const who = caller.who
  const org = await requireMember(db, who, orgName)
  const owner = userOf(caller.who)

  const type = typeOf(form)
  if (!type) throw validationError("'type' is required")
  const storeType = storeTypeOf(form)
  const name = nameOf(form)
  if (await findSecret(db, org.id, name)) throw alreadyExists(name)
  const storePassword = storePasswordOf(form, owner)
  const visibility = visibilityOf(form)
  const projectIds = await projectIdsOf(db, org, form)
  const turn = turnOf(caller)
  const { value, publicKey } = await newValue(form, type, turn)

  const encryptedBy = storePassword === undefined ? 'SERVER_KEY' : 'PASSWORD'
  const createdAt = new Date().toISOString()
  const row: SecretRow = {
    ...{ id: newId(), orgId: org.id, name, ownerId: owner.id, type, storeType, encryptedBy, visibility },
    ...{ createdAt, lastUpdatedAt: null },
  }
  const protection: Protection =
    storePassword === undefined
      ? { kind: 'SERVER_KEY', masterKey }
      : { kind: 'PASSWORD', password: storePassword, cost, turn }
  const sealed = await seal({ secretId: row.id, value: value.bytes, protection })

  await db.transaction().execute(async (trx) => {
    // Generating a key takes a second: in the meantime the organization or the membership may be gone, or the name
    // taken.
    await assertMember(trx, who, await requireOrgById(trx, org.id))
    if (await findSecret(trx, org.id, name)) throw alreadyExists(name)
    // Per project, so a secret without one is not checked, as in Concord (concord-api §14 Q10).
    const requireAllowed = await policyGuard(trx, who)
    const attributes = { name, orgId: org.id, type, visibility, storeType }
    for (const projectId of projectIds) {
      requireAllowed({ entity: 'secret', action: 'create', owner, attributes, orgId: org.id, projectId })
    }
    await insertSecret(trx, row, sealed, projectIds)
    await recordAudit(trx, caller, {
      object: 'SECRET',
      action: 'CREATE',
      details: { orgId: org.id, secretId: row.id, type, storeType, name },
    })
  })
  return nonNull({ ok: true, result: 'CREATED', id: row.id, password: storePassword, publicKey })
}

function storeTypeOf(form: NewSecretForm): string {
  const text = form.text('storeType') ?? STORE_TYPE
  if (text.toLowerCase() !== STORE_TYPE) throw validationError(`Secret store of type ${text} is not available!`)
  return STORE_TYPE
}

/** The only store. */
const STORE_TYPE = 'concord'

/** The response of `GET /api/v1/secret/store`. */
export const STORES = [{ storeType: STORE_TYPE, description: 'Concord' }]

function nameOf(form: NewSecretForm): string {
  const name = form.requiredText('name')
  if (nameField.safeParse(name).success) return name
  // ConcordKey#MESSAGE, which is wrong about the length and does not mention the tilde.
  throw validationError(
    `Invalid secret name: ${name}. Must contain only alphanumeric characters, digits, underscore, @, dot (.) or a ` +
      'minus (-). Must start with an alphanumeric character or a digit. Must be between 2 and 128 characters in length.',
  )
}

function storePasswordOf(form: NewSecretForm, owner: UserRow): string | undefined {
  const given = form.text('storePassword')
  if (given === undefined) return form.flag('generatePassword') ? generateStorePassword() : undefined
  const broken = checkStorePassword(given, owner.username)
  if (broken) throw textError(400, `Invalid password: ${broken}`)
  return given
}

/** The value to store. A key pair without a `public` part is generated, whether or not there is a `private` part. */
async function newValue(
  form: NewSecretForm,
  type: SecretType,
  turn: Turn,
): Promise<{ value: ClearValue; publicKey?: string }> {
  if (type !== 'KEY_PAIR') return { value: formValue(form, type) }
  const uploaded = form.bytes('public')
  if (uploaded) return { value: formValue(form, type), publicKey: uploaded.toString() }
  const { publicKey, privateKey } = await generateKeyPair(turn)
  const bytes = encodeKeyPair({ publicKey: Buffer.from(publicKey), privateKey: Buffer.from(privateKey) })
  return { value: { type, bytes }, publicKey }
}
