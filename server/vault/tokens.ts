import { createHash, type KeyObject, randomBytes } from 'node:crypto'
import { decrypt, encrypt } from './aead.ts'
import { Base64Error, decodeBase64 } from './base64.ts'
import { deriveKey } from './masterKey.ts'

const API_KEY_BYTES = 16
const SESSION_ID_BYTES = 32
const TOKEN_VERSION = Buffer.of(1)

/** Generates an API key like Concord's: 16 random bytes in base64 without padding, 22 characters (concord-api §10). */
export function generateApiKey(): string {
  return unpadded(randomBytes(API_KEY_BYTES))
}

/**
 * Returns the stored hash of an API key: unpadded base64 of the SHA-256 of its decoded bytes, so that the padded and
 * the unpadded spelling are the same key (concord-api §2.2). Undefined if the text is empty or not base64.
 */
export function hashApiKey(key: string): string | undefined {
  try {
    const bytes = decodeBase64(key)
    return bytes.length > 0 ? unpadded(sha256(bytes)) : undefined
  } catch (error) {
    if (error instanceof Base64Error) return undefined
    throw error
  }
}

/** The minimum length of a key chosen by an admin. */
export const MIN_API_KEY_BYTES = 8

/** Whether a base64 key is too long to be found by brute force. */
export const isLongEnough = (key: string) => decodeBase64(key).length >= MIN_API_KEY_BYTES

/** Generates a value for the `JSESSIONID` cookie: 32 random bytes in base64url, 43 characters. */
export function newSessionId(): string {
  return randomBytes(SESSION_ID_BYTES).toString('base64url')
}

/**
 * Returns the stored hash of a session id (base64url of its SHA-256), so that a copy of the database opens no session.
 */
export function hashSessionId(id: string): string {
  return sha256(Buffer.from(id)).toString('base64url')
}

/**
 * Encrypts a payload for a client to store, for instance the `rememberMe` cookie. The text is base64url, safe in a
 * cookie. It does not expire by itself: put an expiry into the payload.
 */
export function sealToken(masterKey: KeyObject, payload: object, purpose: string): string {
  const box = encrypt(tokenKey(masterKey, purpose), Buffer.from(JSON.stringify(payload)), TOKEN_VERSION)
  return Buffer.concat([TOKEN_VERSION, box]).toString('base64url')
}

/** Returns the payload if it was sealed for the same purpose, or undefined: a client may send anything. */
export function openToken(masterKey: KeyObject, token: string, purpose: string): object | undefined {
  const bytes = Buffer.from(token, 'base64url')
  if (bytes[0] !== TOKEN_VERSION[0]) return undefined
  const payload = decrypt(tokenKey(masterKey, purpose), bytes.subarray(1), TOKEN_VERSION)
  return payload && JSON.parse(payload.toString())
}

function tokenKey(masterKey: KeyObject, purpose: string): KeyObject {
  return deriveKey(masterKey, `token/${purpose}`)
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
