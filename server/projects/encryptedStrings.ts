import type { Reader } from '../db/open.ts'
import { textError } from '../errors.ts'
import type { Services } from '../services.ts'
import { decryptString, encryptString, isEncryptedString, newProjectKey } from '../vault/projectKey.ts'

/** Concord's default of `secretStore.maxEncryptedStringLength`, in bytes; applies to decryption only. */
export const MAX_ENCRYPTED_BYTES = 102_400

/** EncryptedProjectValueManager#encrypt. Concord's flows take the result as `crypto.decryptString`. */
export async function encryptForProject({ db, masterKey }: Services, projectId: string, clear: Buffer) {
  const wrapped = await db.transaction().execute(async (trx) => {
    const existing = await wrappedKeyOf(trx, projectId)
    if (existing) return existing
    const wrappedKey = newProjectKey(masterKey, projectId)
    await trx.insertInto('projectKeys').values({ projectId, wrappedKey }).execute()
    return wrappedKey
  })
  return encryptString({ masterKey, projectId, wrapped }, clear)
}

/** EncryptedProjectValueManager#decrypt, with its two errors for text that is not a string of this project. */
export async function decryptForProject({ db, masterKey }: Services, projectId: string, bytes: Buffer) {
  if (bytes.length > MAX_ENCRYPTED_BYTES) throw textError(400, `Value too big, limit: ${MAX_ENCRYPTED_BYTES}`)
  if (!isEncryptedString(bytes)) {
    throw refusal('Invalid encrypted value, please verify that the value is a correct encrypted string')
  }
  const wrapped = await wrappedKeyOf(db, projectId)
  const clear = wrapped && decryptString({ masterKey, projectId, wrapped }, bytes)
  if (!clear) throw refusal('Please verify that the value is correct and is encrypted using the correct project')
  return clear
}

const refusal = (message: string) => textError(400, `Decrypt error: ${message}`)

async function wrappedKeyOf(db: Reader, projectId: string): Promise<Buffer | undefined> {
  const row = await db
    .selectFrom('projectKeys')
    .select('wrappedKey')
    .where('projectId', '=', projectId)
    .executeTakeFirst()
  return row && Buffer.from(row.wrappedKey)
}
