import { z } from 'zod'
import type { SecretType, Visibility } from '../db/schema.ts'
import { javaError, textError, validationError } from '../errors.ts'
import { type Form, fileField } from '../http/multipart.ts'
import { parameter, textParameter } from '../http/parameters.ts'
import { decodeBase64 } from '../vault/base64.ts'
import { encodeKeyPair, encodeUsernamePassword } from '../vault/binary.ts'

/** Concord's default of `secretStore.maxSecretDataSize`. */
export const MAX_DATA_BYTES = 1024 * 1024

/** A clear value, as `…/data` sends it (concord-api §9.9). */
export interface ClearValue {
  type: SecretType
  bytes: Buffer
}

const TYPES: readonly SecretType[] = ['KEY_PAIR', 'USERNAME_PASSWORD', 'DATA']

/** A secret's type, ignoring case. */
export const typeField = parameter((text) => TYPES.find((type) => type === text.toUpperCase()), {
  type: 'string',
  enum: TYPES,
})

const visibilityField = z.enum(['PUBLIC', 'PRIVATE'])

/** The fields shared by creation and update of a secret. */
export const valueFields = {
  visibility: visibilityField.optional(),
  data: fileField.optional(),
  public: fileField.optional(),
  private: fileField.optional(),
  username: textParameter.optional(),
  password: textParameter.optional(),
}

export function typeOf(form: Form<{ type: z.ZodType }>): SecretType | undefined {
  const text = form.text('type')
  if (text === undefined) return undefined
  const type = typeField.safeParse(text)
  if (!type.success) throw validationError(`Unsupported secret type: ${text}`)
  return type.data
}

/** The `visibility` field, case-sensitive. If absent it is PUBLIC, in updates too (concord-api §14, Q1). */
export function visibilityOf(form: Form<typeof valueFields>): Visibility {
  const text = form.text('visibility') ?? 'PUBLIC'
  const visibility = visibilityField.safeParse(text)
  if (!visibility.success) throw textError(400, `Invalid visibility value: ${text}`)
  return visibility.data
}

/** Reads the value from a form. A key pair needs both files here; only creation can generate one. */
export function formValue(form: Form<typeof valueFields>, type: SecretType): ClearValue {
  if (type === 'KEY_PAIR') {
    const publicKey = form.requiredBytes('public')
    return { type, bytes: encodeKeyPair({ publicKey, privateKey: form.requiredBytes('private') }) }
  }
  if (type === 'USERNAME_PASSWORD') {
    const username = form.requiredText('username')
    return loginValue(username, form.requiredText('password'))
  }
  return dataValue(form.requiredBytes('data'))
}

function loginValue(username: string, password: string): ClearValue {
  try {
    return { type: 'USERNAME_PASSWORD', bytes: encodeUsernamePassword({ username, password }) }
  } catch {
    // The only possible error: DataOutput#writeUTF has two bytes for the length.
    throw javaError('java.lang.RuntimeException', 'java.io.UTFDataFormatException: encoded string too long')
  }
}

export function dataValue(bytes: Buffer): ClearValue {
  if (bytes.length > MAX_DATA_BYTES) {
    throw javaError('java.lang.IllegalArgumentException', `File size exceeds limit of ${MAX_DATA_BYTES} bytes`)
  }
  return { type: 'DATA', bytes }
}

/** The `data` of a JSON update: base64, in which Jackson allows whitespace. */
export function base64Value(text: string): ClearValue {
  let bytes: Buffer
  try {
    bytes = decodeBase64(text.replace(/\s+/g, ''))
  } catch {
    // Without the decoder's message, which quotes a character of the value.
    throw javaError('com.fasterxml.jackson.databind.exc.InvalidFormatException', 'Failed to decode data as base64')
  }
  return dataValue(bytes)
}
