import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto'

const CIPHER = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** The number of bytes that `encrypt` adds to a clear text. */
export const OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES

/**
 * AES-256-GCM under a 32-byte key: random nonce (12 bytes), tag (16 bytes), then the cipher text. `context` is not
 * stored; decryption needs the same one, which binds the text to its place.
 */
export function encrypt(key: KeyObject | Buffer, clear: Buffer, context: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(context)
  const text = Buffer.concat([cipher.update(clear), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), text])
}

/** Returns the clear text, or undefined if the key, the context or any byte has changed. */
export function decrypt(key: KeyObject | Buffer, box: Buffer, context: Buffer): Buffer | undefined {
  if (box.length < OVERHEAD_BYTES) return undefined
  const nonce = box.subarray(0, NONCE_BYTES)
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(context)
    .setAuthTag(box.subarray(NONCE_BYTES, OVERHEAD_BYTES))
  const clear = decipher.update(box.subarray(OVERHEAD_BYTES))
  try {
    return Buffer.concat([clear, decipher.final()])
  } catch {
    // The only failure of final() in this mode: the tag does not fit.
    return undefined
  }
}
