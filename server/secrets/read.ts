import { requireProjectScope, requireSecret } from '../access/rules.ts'
import type { Caller } from '../actor.ts'
import { turnOf } from '../actor.ts'
import { recordAccess } from '../audit/record.ts'
import type { SecretRow } from '../db/schema.ts'
import { requireOrg } from '../orgs/store.ts'
import type { Services } from '../services.ts'
import { decodeKeyPair, MAX_KEY_BYTES } from '../vault/binary.ts'
import { open } from '../vault/sealed.ts'
import { WrongPasswordError } from '../vault/vaultErrors.ts'
import { slowGuesses } from './guessing.ts'
import { linkedProjectIds, readValue, requireSecretRow } from './store.ts'
import { damaged, secretError, WRONG_PASSWORD } from './valueErrors.ts'

const BINARY = 'application/octet-stream'

/** `POST …/data`: the stored value and its type. */
export function readData(
  services: Services,
  caller: Caller,
  orgName: string,
  secretName: string,
  storePassword?: string,
) {
  return openSecret(services, caller, { orgName, secretName, storePassword, scope: 'apiAccess', errorType: BINARY })
}

/**
 * `GET …/public`: the public key of a pair without a store password. Concord opens the value before it checks the type,
 * so the attempt is in the audit log for any type.
 */
export async function readPublicKey(services: Services, caller: Caller, orgName: string, secretName: string) {
  const errorType = 'application/json'
  const refuse = (message: string) => secretError(errorType, secretName, message)
  const { secret, value } = await openSecret(services, caller, { orgName, secretName, scope: 'internal', errorType })
  if (secret.type !== 'KEY_PAIR') {
    throw refuse(`Invalid secret type: ${secretName}, expected KEY_PAIR, got: ${secret.type}`)
  }
  const { publicKey, privateKey } = decodeKeyPair(value)
  for (const { length } of [publicKey, privateKey]) {
    if (length > MAX_KEY_BYTES) throw refuse(`Invalid key length: ${length}`)
  }
  return { ok: true, id: secret.id, publicKey: publicKey.toString() }
}

interface Opening {
  orgName: string
  secretName: string
  storePassword?: string | undefined
  /** Whether a client gets the value, or only the server uses it. */
  scope: 'apiAccess' | 'internal'
  /** The content type of a SecretException here. */
  errorType: string
}

/** SecretManager#getRaw: rights, then projects, then the store password. */
async function openSecret(
  services: Services,
  caller: Caller,
  opening: Opening,
): Promise<{ secret: SecretRow; value: Buffer }> {
  const { orgName, secretName, storePassword, scope, errorType } = opening
  const { db, masterKey } = services
  const who = caller.who
  // One transaction, so that value and type always belong together.
  const { secret, sealed, projectIds } = await db.transaction().execute(async (trx) => {
    const org = await requireOrg(trx, orgName)
    const secret = await requireSecretRow(trx, org.id, secretName)
    await requireSecret(trx, who, secret, 'READER', 'open')
    return { secret, sealed: await readValue(trx, secret.id), projectIds: await linkedProjectIds(trx, secret.id) }
  })
  if (scope === 'apiAccess') requireProjectScope(who, secret, projectIds)
  const refuse = (message: string) => secretError(errorType, secretName, message)
  if (secret.encryptedBy === 'PASSWORD' && storePassword === undefined) {
    throw refuse(`The secret '${secretName}' requires a password to decrypt`)
  }
  if (secret.encryptedBy === 'SERVER_KEY' && storePassword !== undefined) {
    throw refuse(`Not a password-protected secret '${secretName}'`)
  }
  const protection =
    storePassword === undefined
      ? ({ kind: 'SERVER_KEY', masterKey } as const)
      : ({ kind: 'PASSWORD', password: storePassword, turn: turnOf(caller) } as const)
  let value: Buffer
  try {
    const opening = () => open({ secretId: secret.id, sealed, protection })
    value = await (storePassword === undefined ? opening() : slowGuesses(services, caller, secret, opening))
  } catch (error) {
    throw error instanceof WrongPasswordError ? refuse(WRONG_PASSWORD) : damaged(error, secret, services)
  }
  const inProject = scope === 'apiAccess' && who.process
  await recordAccess(db, caller, {
    object: 'SECRET',
    details: {
      ...{ orgId: secret.orgId, secretId: secret.id, name: secret.name, type: secret.type },
      scope: inProject ? { name: 'projectAccess', projectId: inProject.projectId } : { name: scope },
    },
  })
  if (scope === 'apiAccess') services.alerts.valueRead(turnOf(caller).who, secret.id)
  return { secret, value }
}
