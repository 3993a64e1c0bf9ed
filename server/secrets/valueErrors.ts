import type { SecretRow } from '../db/schema.ts'
import { HttpError, javaError } from '../errors.ts'
import type { Services } from '../services.ts'
import { DamagedValueError } from '../vault/vaultErrors.ts'

/** Concord's message with that of Java's cipher for a wrong key. */
export const WRONG_PASSWORD =
  'Error decrypting a secret: Given final block not properly padded. Such issues can arise if a bad key is used during ' +
  'decryption.. Invalid input data and/or a password.'

/**
 * Concord's SecretException. Its text has the content type of the endpoint, binary for `…/data` and JSON for `…/public`
 * (SecretExceptionMapper; concord-api §14, Q14).
 */
export function secretError(type: string, secretName: string, message: string) {
  return new HttpError(400, { type, text: `Error while fetching a secret '${secretName}': ${message}` })
}

/** Maps and logs the error for a value that does not open with the right key; returns other errors unchanged. */
export function damaged(error: unknown, secret: SecretRow, { log }: Services): unknown {
  if (!(error instanceof DamagedValueError)) return error
  log.error('a secret’s value is damaged', { secretId: secret.id, reason: error.message })
  return javaError('java.lang.IllegalStateException', `The stored value of the secret is damaged: ${secret.name}`)
}
