// How a secret's value is stored: AES-256-GCM under its own random data key, which is wrapped by the master key or by a
// key derived from the store password. Concord uses AES/ECB without integrity (concord-api §9.10), where about 1 of 256
// wrong passwords yields garbage; here a wrong one is always detected.
//
// data        version (1 byte) · box
// wrapped key version (1) · protection (1) · for PASSWORD: log2N (1), r (1), p (1) · checksum (8) · box
// box         nonce (12) · tag (16) · cipher text
//
// Both are bound to the secret's id and its protection, so one row's parts do not open in another. The checksum needs
// no key: it distinguishes a damaged or swapped row from a wrong password.
import { createHash, type KeyObject, randomBytes } from 'node:crypto'
import type { Turn } from '../waiting/limit.ts'
import { decrypt, encrypt, OVERHEAD_BYTES } from './aead.ts'
import { deriveKey } from './masterKey.ts'
import { PASSWORD_COST } from './password.ts'
import { limited } from './passwordQueue.ts'
import { isAffordable, type ScryptCost, scryptKey } from './scrypt.ts'
import { DamagedValueError, WrongPasswordError } from './vaultErrors.ts'

const VERSION = 1
const KEY_BYTES = 32
const SALT_BYTES = 16
const CHECKSUM_BYTES = 8
const PROTECTION_BYTE = { SERVER_KEY: 1, PASSWORD: 2 }

/** How a value is protected, with the names of Concord's `encryptedBy`. */
export type Protection =
  | { kind: 'SERVER_KEY'; masterKey: KeyObject }
  /**
   * `cost` is for new values (tests use a cheap one); an existing value contains its own. `turn`: see waiting/limit.ts.
   */
  | { kind: 'PASSWORD'; password: string; cost?: ScryptCost; turn?: Turn }

/** The columns of a stored value. `salt` is null for SERVER_KEY. */
export interface SealedValue {
  wrappedKey: Buffer
  salt: Buffer | null
  data: Buffer
}

/** Encrypts a value for one secret. Every call uses a new data key and a new salt. */
export async function seal(input: { secretId: string; value: Buffer; protection: Protection }): Promise<SealedValue> {
  const { secretId, value, protection } = input
  const dataKey = randomBytes(KEY_BYTES)
  try {
    const box = encrypt(dataKey, value, context(secretId, protection.kind, 'data'))
    const data = Buffer.concat([Buffer.of(VERSION), box])
    return { ...(await wrap(secretId, dataKey, protection)), data }
  } finally {
    dataKey.fill(0)
  }
}

/**
 * Returns the clear value. @throws WrongPasswordError if the row is intact and the store password is wrong @throws
 * DamagedValueError if anything else does not match
 */
export async function open(input: { secretId: string; sealed: SealedValue; protection: Protection }): Promise<Buffer> {
  const { secretId, sealed, protection } = input
  const dataKey = await unwrap(secretId, sealed, protection)
  try {
    if (sealed.data[0] !== VERSION) throw new DamagedValueError('The value has an unknown format')
    const value = decrypt(dataKey, sealed.data.subarray(1), context(secretId, protection.kind, 'data'))
    if (!value) throw new DamagedValueError('The value does not match its key')
    return value
  } finally {
    dataKey.fill(0)
  }
}

/**
 * Changes the store password: a new salt and a newly wrapped key around the same data.
 * @throws WrongPasswordError, DamagedValueError as `open`
 */
export async function rewrap(input: {
  secretId: string
  sealed: SealedValue
  oldPassword: string
  newPassword: string
  cost?: ScryptCost
  turn?: Turn
}): Promise<SealedValue> {
  const { secretId, sealed, oldPassword, newPassword, ...more } = input
  const dataKey = await unwrap(secretId, sealed, { kind: 'PASSWORD', password: oldPassword, ...more })
  try {
    const wrapped = await wrap(secretId, dataKey, { kind: 'PASSWORD', password: newPassword, ...more })
    return { ...wrapped, data: sealed.data }
  } finally {
    dataKey.fill(0)
  }
}

/**
 * Changes the master key: the same data key, wrapped by another one.
 * @throws DamagedValueError as `open`
 */
export async function rewrapByServer(input: {
  secretId: string
  wrappedKey: Buffer
  from: KeyObject
  to: KeyObject
}): Promise<Buffer> {
  const { secretId, wrappedKey, from, to } = input
  const row = { wrappedKey, salt: null, data: Buffer.alloc(0) }
  const dataKey = await unwrap(secretId, row, { kind: 'SERVER_KEY', masterKey: from })
  try {
    return (await wrap(secretId, dataKey, { kind: 'SERVER_KEY', masterKey: to })).wrappedKey
  } finally {
    dataKey.fill(0)
  }
}

async function wrap(secretId: string, dataKey: Buffer, protection: Protection): Promise<Omit<SealedValue, 'data'>> {
  const { kind } = protection
  const place = context(secretId, kind, 'key')
  let header = Buffer.of(VERSION, PROTECTION_BYTE[kind])
  let salt: Buffer | null = null
  let wrappingKey: KeyObject | Buffer
  if (protection.kind === 'SERVER_KEY') {
    wrappingKey = serverKey(protection.masterKey)
  } else {
    // As for users' passwords; Concord's rules allow seven characters. Older rows have lower costs.
    const cost = protection.cost ?? PASSWORD_COST
    header = Buffer.concat([header, Buffer.of(cost.log2N, cost.r, cost.p)])
    salt = randomBytes(SALT_BYTES)
    wrappingKey = await passwordKey(protection, salt, cost)
  }
  const box = encrypt(wrappingKey, dataKey, Buffer.concat([place, header]))
  return { wrappedKey: Buffer.concat([header, checksum(place, header, salt, box), box]), salt }
}

async function unwrap(secretId: string, { wrappedKey, salt }: SealedValue, protection: Protection): Promise<Buffer> {
  const { kind } = protection
  const place = context(secretId, kind, 'key')
  const headerBytes = kind === 'PASSWORD' ? 5 : 2
  const header = wrappedKey.subarray(0, headerBytes)
  const sum = wrappedKey.subarray(headerBytes, headerBytes + CHECKSUM_BYTES)
  const box = wrappedKey.subarray(headerBytes + CHECKSUM_BYTES)

  if (header[0] !== VERSION) throw new DamagedValueError('The wrapped key has an unknown format')
  if (header[1] !== PROTECTION_BYTE[kind]) throw new DamagedValueError(`The wrapped key is not one of a ${kind} secret`)
  const whole = box.length === OVERHEAD_BYTES + KEY_BYTES && sum.equals(checksum(place, header, salt, box))
  if (!whole) throw new DamagedValueError('The wrapped key is damaged or belongs to another secret')

  if (protection.kind === 'SERVER_KEY') {
    const dataKey = decrypt(serverKey(protection.masterKey), box, Buffer.concat([place, header]))
    if (!dataKey) throw new DamagedValueError('The wrapped key does not match the master key')
    return dataKey
  }
  const cost = { log2N: header.readUInt8(2), r: header.readUInt8(3), p: header.readUInt8(4) }
  if (!salt || !isAffordable(cost)) throw new DamagedValueError('The wrapped key has no usable salt and cost')
  const dataKey = decrypt(await passwordKey(protection, salt, cost), box, Buffer.concat([place, header]))
  if (!dataKey) throw new WrongPasswordError()
  return dataKey
}

const passwordKey = ({ password, turn }: { password: string; turn?: Turn }, salt: Buffer, cost: ScryptCost) =>
  limited(turn, () => scryptKey(password, salt, cost))

function serverKey(masterKey: KeyObject): KeyObject {
  return deriveKey(masterKey, 'secret-key-wrap')
}

/** The context that a box is bound to. Ids contain no line breaks, so contexts are unique. */
function context(secretId: string, kind: Protection['kind'], part: 'data' | 'key'): Buffer {
  return Buffer.from(`concord-secrets-console\n${part}\n${kind}\n${secretId}`)
}

function checksum(place: Buffer, header: Buffer, salt: Buffer | null, box: Buffer): Buffer {
  const hash = createHash('sha256').update(place).update(header)
  if (salt) hash.update(salt)
  return hash.update(box).digest().subarray(0, CHECKSUM_BYTES)
}
