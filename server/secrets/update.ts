import { createHash } from 'node:crypto'
import { policyGuard } from '../access/policies/check.ts'
import { assertMember, projectGuard, requireSecret } from '../access/rules.ts'
import type { Caller } from '../actor.ts'
import { turnOf } from '../actor.ts'
import { changesBetween } from '../audit/changes.ts'
import { recordAudit } from '../audit/record.ts'
import type { Reader, Trx } from '../db/open.ts'
import type { OrgRow, SecretRow } from '../db/schema.ts'
import { javaError, textError, validationError } from '../errors.ts'
import { requireMember, requireOrgById } from '../orgs/store.ts'
import type { Principal } from '../principal.ts'
import type { Services } from '../services.ts'
import { findUserById } from '../users/store.ts'
import { open, rewrap, type SealedValue, seal } from '../vault/sealed.ts'
import { WrongPasswordError } from '../vault/vaultErrors.ts'
import type { Turn } from '../waiting/limit.ts'
import { slowGuesses } from './guessing.ts'
import {
  alreadyExists,
  clearRepositories,
  findProjects,
  findSecret,
  linkedProjectIds,
  linkProjects,
  readValue,
  requireSecretRow,
  type SecretEntry,
  secretEntry,
  updateSecretRow,
  writeValue,
} from './store.ts'
import type { SecretChange } from './updateRequest.ts'
import { damaged, WRONG_PASSWORD } from './valueErrors.ts'

/**
 * Updates a secret with any combination of changes: SecretManager#update, the same for both versions (concord-api
 * §9.6). Encryption is slow and stays outside the transaction. So a write of a value is based on the value that was
 * read, and starts again if the row has changed in the meantime: two changes of a value can't mix.
 */
export async function updateSecret(
  services: Services,
  caller: Caller,
  org: OrgRow,
  secretName: string,
  change: SecretChange,
) {
  const { db } = services
  const newValue = change.value !== undefined || change.newStorePassword !== undefined
  // Every further round means that another request was faster.
  for (;;) {
    const prepared = newValue ? await prepareValue(services, caller, org, secretName, change) : undefined
    const done = await db.transaction().execute(async (trx) => {
      const checked = await check(trx, caller.who, org, secretName, change)
      if (prepared && !(await isCurrent(trx, checked.secret, prepared))) return false
      await write(trx, caller, org, change, checked, prepared)
      return true
    })
    if (done) return
  }
}

interface Checked {
  secret: SecretRow
  /** The organization to move to; undefined if it stays. */
  target: OrgRow | undefined
  projectIds: string[]
  ownerId: string | undefined
}

/** All checks before those of the value, in Concord's order. */
async function check(
  db: Reader,
  who: Principal,
  org: OrgRow,
  secretName: string,
  change: SecretChange,
): Promise<Checked> {
  const secret = await requireSecretRow(db, org.id, secretName)
  await requireSecret(db, who, secret, 'WRITER', 'open')
  const target = await targetOf(db, who, org, change)
  const projectIds = await projectsAfter(db, who, org, secret, target, change)
  const ownerId = await newOwnerOf(db, who, secret, change)
  checkPasswords(secret, change)
  return { secret, target, projectIds, ownerId }
}

async function targetOf(db: Reader, who: Principal, org: OrgRow, { orgId, orgName }: SecretChange) {
  let target: OrgRow | undefined
  if (orgId !== undefined) {
    target = await requireOrgById(db, orgId)
    await assertMember(db, who, target)
  } else if (orgName !== undefined) {
    target = await requireMember(db, who, orgName)
  }
  return target?.id === org.id ? undefined : target
}

/** A moved secret loses its projects, whatever projects were sent. */
async function projectsAfter(
  db: Reader,
  who: Principal,
  org: OrgRow,
  secret: SecretRow,
  target: OrgRow | undefined,
  { projectIds, removeProjectLink }: SecretChange,
): Promise<string[]> {
  if (target || removeProjectLink) return []
  if (projectIds.length === 0) return linkedProjectIds(db, secret.id)
  const projects = await findProjects(db, projectIds)
  const requireReader = await projectGuard(db, who, projects, 'READER', 'strict')
  const found = new Map(projects.map((project) => [project.id, project]))
  for (const id of projectIds) {
    const project = found.get(id)
    if (!project) throw validationError(`Project not found: ${id}`)
    requireReader(project)
    if (project.orgId !== org.id) {
      throw validationError(`Project '${project.name}' does not belong to organization '${org.name}'`)
    }
  }
  return projectIds
}

async function newOwnerOf(db: Reader, who: Principal, secret: SecretRow, { ownerId }: SecretChange) {
  if (ownerId === undefined || ownerId === secret.ownerId) return undefined
  if (!(await findUserById(db, ownerId))) throw validationError(`User not found: ${ownerId}`)
  await requireSecret(db, who, secret, 'OWNER', 'strict')
  return ownerId
}

function checkPasswords({ encryptedBy }: SecretRow, { value, storePassword, newStorePassword }: SecretChange) {
  if (encryptedBy === 'SERVER_KEY' && (storePassword !== undefined || newStorePassword !== undefined)) {
    throw textError(400, "The secret is encrypted with the server's key, the 'storePassword' cannot be changed")
  }
  if (encryptedBy === 'PASSWORD' && value !== undefined && storePassword === undefined) {
    throw textError(400, "Updating the secret's data requires the original 'storePassword'")
  }
}

interface PreparedValue {
  /** The value in the row that is replaced. */
  from: SealedValue
  sealed: SealedValue
}

/** Encrypts the new value, or re-wraps the old one's key with the new store password. */
async function prepareValue(services: Services, caller: Caller, org: OrgRow, secretName: string, change: SecretChange) {
  const { secret, from } = await services.db.transaction().execute(async (trx) => {
    const checked = await check(trx, caller.who, org, secretName, change)
    return { secret: checked.secret, from: await readValue(trx, checked.secret.id) }
  })
  try {
    const sealing = () => sealChange(services, turnOf(caller), secret, from, change)
    const guesses = change.storePassword !== undefined
    return { from, sealed: await (guesses ? slowGuesses(services, caller, secret, sealing) : sealing()) }
  } catch (error) {
    if (error instanceof WrongPasswordError) throw javaError('java.lang.SecurityException', WRONG_PASSWORD)
    throw damaged(error, secret, services)
  }
}

async function sealChange(
  { masterKey, passwordCost: cost }: Services,
  turn: Turn,
  secret: SecretRow,
  from: SealedValue,
  change: SecretChange,
) {
  const { value, storePassword, newStorePassword } = change
  const secretId = secret.id
  if (value && secret.encryptedBy === 'SERVER_KEY') {
    return seal({ secretId, value: value.bytes, protection: { kind: 'SERVER_KEY', masterKey } })
  }
  // Concord tries its own key, and fails as with any wrong password.
  if (storePassword === undefined) throw new WrongPasswordError()
  const newPassword = newStorePassword ?? storePassword
  if (!value) return rewrap({ secretId, sealed: from, oldPassword: storePassword, newPassword, cost, turn })
  await open({ secretId, sealed: from, protection: { kind: 'PASSWORD', password: storePassword, turn } })
  return seal({ secretId, value: value.bytes, protection: { kind: 'PASSWORD', password: newPassword, cost, turn } })
}

/** Each sealing uses a random nonce, so equal bytes mean that nobody has written in between. */
async function isCurrent(trx: Trx, secret: SecretRow, { from }: PreparedValue) {
  return (await readValue(trx, secret.id)).wrappedKey.equals(from.wrappedKey)
}

async function write(
  trx: Trx,
  caller: Caller,
  org: OrgRow,
  change: SecretChange,
  { secret, target, projectIds, ownerId }: Checked,
  prepared: PreparedValue | undefined,
) {
  await checkPolicy(trx, caller.who, secret, projectIds, ownerId)
  await checkName(trx, secret, target ?? org, change)
  const before = await secretEntry(trx, org, secret)
  const after: SecretRow = {
    ...secret,
    orgId: target?.id ?? secret.orgId,
    name: change.name ?? secret.name,
    visibility: change.visibility ?? secret.visibility,
    ownerId: ownerId ?? secret.ownerId,
    type: change.value?.type ?? secret.type,
    lastUpdatedAt: prepared ? new Date().toISOString() : secret.lastUpdatedAt,
  }
  if (target) await clearRepositories(trx, secret.id)
  await updateSecretRow(trx, after)
  await linkProjects(trx, secret.id, projectIds)
  if (prepared) await writeValue(trx, secret.id, prepared.sealed)
  await recordAudit(trx, caller, {
    object: 'SECRET',
    action: 'UPDATE',
    details: {
      orgId: secret.orgId,
      secretId: secret.id,
      name: secret.name,
      changes: {
        ...changesBetween(audited(before), audited(await secretEntry(trx, target ?? org, after))),
        updated: updatedParts(change),
      },
    },
  })
}

/** Checked for the secret in its current state, once for each of its new projects, or once if there are none. */
async function checkPolicy(
  trx: Trx,
  who: Principal,
  { orgId, name, type, visibility, storeType }: SecretRow,
  projectIds: string[],
  ownerId: string | undefined,
) {
  const owner = ownerId === undefined ? undefined : await findUserById(trx, ownerId)
  const attributes = { name, orgId, type, visibility, storeType }
  const requireAllowed = await policyGuard(trx, who)
  for (const projectId of projectIds.length > 0 ? projectIds : [undefined]) {
    requireAllowed({ entity: 'secret', action: 'update', owner, attributes, orgId, projectId })
  }
}

/** A name is checked if it is sent, even if it is the secret's own, and if the secret moves. */
async function checkName(trx: Trx, secret: SecretRow, org: OrgRow, { name }: SecretChange) {
  if (name === undefined && org.id === secret.orgId) return
  if (await findSecret(trx, org.id, name ?? secret.name)) throw alreadyExists(secret.name)
  // The form's name is not checked against the pattern (concord-api §14, Q11), but Concord's column has a maximum
  // length.
  if (name !== undefined && ([...name].length > 128 || name.includes('\0'))) {
    throw javaError('org.jooq.exception.DataException', 'value too long for type character varying(128)')
  }
}

/** An entry for comparison in the audit log. */
function audited(entry: SecretEntry) {
  return {
    ...entry,
    // DiffUtils compares lists as sets, keyed by the MD5 of each element's JSON.
    projects: Object.fromEntries(entry.projects.map((project) => [md5(JSON.stringify(project)), project])),
    // Its JSON mapper has no date format: it writes microseconds, whereas the API writes milliseconds.
    lastUpdatedAt: entry.lastUpdatedAt?.replace(/Z$/, '000Z'),
  }
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

function updatedParts({ value, storePassword, newStorePassword }: SecretChange) {
  return {
    ...(value ? { data: true } : {}),
    ...(newStorePassword !== undefined && newStorePassword !== storePassword ? { password: true } : {}),
  }
}
