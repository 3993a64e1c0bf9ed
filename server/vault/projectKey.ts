// Each project has its own key for the encrypted strings in its files. It is stored wrapped by the master key. Concord
// uses AES/ECB without integrity (concord-api §6); here a string that was changed or comes from another project is
// always detected.
//
// wrapped key version (1 byte) · box string version (1) · box box nonce (12) · tag (16) · cipher text, bound to the
// project's id
import { type KeyObject, randomBytes } from 'node:crypto'
import { decrypt, encrypt, OVERHEAD_BYTES } from './aead.ts'
import { deriveKey } from './masterKey.ts'
import { DamagedValueError } from './vaultErrors.ts'

const VERSION = 1
const KEY_BYTES = 32

/** The stored key, and what unwraps it. */
export interface ProjectKey {
  masterKey: KeyObject
  projectId: string
  wrapped: Buffer
}

/** Generates a key and wraps it. */
export function newProjectKey(masterKey: KeyObject, projectId: string): Buffer {
  const key = randomBytes(KEY_BYTES)
  try {
    return versioned(encrypt(wrappingKey(masterKey), key, context('key', projectId)))
  } finally {
    key.fill(0)
  }
}

/** Wraps the same key with another master key. @throws DamagedValueError if the wrapped key is not this project's */
export function rewrapProjectKey(projectKey: ProjectKey, masterKey: KeyObject): Buffer {
  return withKey(projectKey, (key) =>
    versioned(encrypt(wrappingKey(masterKey), key, context('key', projectKey.projectId))),
  )
}

/** @throws DamagedValueError when the wrapped key is not this project's */
export function encryptString(projectKey: ProjectKey, clear: Buffer): Buffer {
  return withKey(projectKey, (key) => versioned(encrypt(key, clear, context('string', projectKey.projectId))))
}

/** Whether bytes have the format of `encryptString`. */
export const isEncryptedString = (bytes: Buffer) => bytes[0] === VERSION && bytes.length > OVERHEAD_BYTES

/**
 * Returns the clear text, or undefined if the bytes were changed or belong to another project.
 * @throws DamagedValueError when the wrapped key is not this project's
 */
export function decryptString(projectKey: ProjectKey, bytes: Buffer): Buffer | undefined {
  if (!isEncryptedString(bytes)) return undefined
  return withKey(projectKey, (key) => decrypt(key, bytes.subarray(1), context('string', projectKey.projectId)))
}

function withKey<T>({ masterKey, projectId, wrapped }: ProjectKey, use: (key: Buffer) => T): T {
  const key =
    wrapped[0] === VERSION ? decrypt(wrappingKey(masterKey), wrapped.subarray(1), context('key', projectId)) : undefined
  if (!key) throw new DamagedValueError("The project's key is damaged or belongs to another project")
  try {
    return use(key)
  } finally {
    key.fill(0)
  }
}

const wrappingKey = (masterKey: KeyObject) => deriveKey(masterKey, 'project-key-wrap')

const versioned = (box: Buffer) => Buffer.concat([Buffer.of(VERSION), box])

const context = (part: 'key' | 'string', projectId: string) =>
  Buffer.from(`concord-secrets-console\nproject-${part}\n${projectId}`)
