import { fromExactBase64 } from './base64.ts'
import { isCurve } from './curves.ts'
import { Damaged } from './Damaged.ts'
import type { PrivateKey } from './PrivateKey.ts'
import { dsa, ecdsa, ed25519, rsa } from './PublicKey.ts'
import { fitsCurve, fitsDsa, fitsRsa, fitsSeed } from './privateNumbers.ts'
import { publicPart, readPublicBlob } from './publicBlob.ts'
import { isSame, numberOf, WireReader } from './wire.ts'

export const OPENSSH_BEGIN = '-----BEGIN OPENSSH PRIVATE KEY-----\n'
const END = '\n-----END OPENSSH PRIVATE KEY-----\n'
const MAGIC = 'openssh-key-v1\0'

/** Bytes that the encrypted part is a multiple of. */
const BLOCKS: Record<string, number> = { none: 8, '3des-cbc': 8, 'chacha20-poly1305@openssh.com': 8 }
/** Bytes of a tag after the encrypted part. */
const TAGS: Record<string, number> = {
  'aes128-gcm@openssh.com': 16,
  'aes256-gcm@openssh.com': 16,
  'chacha20-poly1305@openssh.com': 16,
}

/**
 * Reads OpenSSH's own format (PROTOCOL.key) as strictly as OpenSSH: the first line must be the first, and its lines
 * and the last one must end with a line feed.
 */
export function readOpenSsh(text: string): PrivateKey {
  const end = text.indexOf(END)
  if (!text.startsWith(OPENSSH_BEGIN) || end < 0) throw new Damaged('Its BEGIN or END line is damaged.')
  const bytes = fromExactBase64(text.slice(OPENSSH_BEGIN.length, end + 1))
  if (!bytes) throw new Damaged('Its base64 is damaged.')
  return readContainer(bytes)
}

function readContainer(bytes: Uint8Array): PrivateKey {
  const reader = new WireReader(bytes)
  if (!isSame(reader.take(MAGIC.length), new TextEncoder().encode(MAGIC))) throw new Damaged('Its content is damaged.')
  const cipher = reader.text()
  reader.string() // how the passphrase becomes a key
  reader.string() // the options of that
  if (reader.uint32() !== 1) throw new Damaged('It does not hold exactly one key.')
  const { key } = readPublicBlob(reader.string())
  const secret = reader.string()
  reader.take(TAGS[cipher] ?? 0)
  reader.end()
  if (secret.length === 0 || secret.length % (BLOCKS[cipher] ?? 16) !== 0) throw new Damaged('It is cut off.')
  if (cipher !== 'none') return { key, comment: undefined, hasPassphrase: true, fits: undefined }
  const inner = readSecret(secret)
  if (!isSame(inner.key.blob, key.blob)) throw new Damaged('Its two halves do not match.')
  return { ...inner, hasPassphrase: false }
}

function readSecret(bytes: Uint8Array) {
  const reader = new WireReader(bytes)
  const [check, again] = [reader.uint32(), reader.uint32()]
  if (check !== again) throw new Damaged('Its content is damaged.')
  const type = reader.text()
  const { key, fits } = secretPart(reader, type)
  const comment = reader.text()
  // It is filled up with 1, 2, 3 …
  if (!reader.rest().every((byte, index) => byte === ((index + 1) & 0xff))) throw new Damaged('Its end is damaged.')
  return { key, fits, comment: comment || undefined }
}

function secretPart(reader: WireReader, type: string) {
  switch (type) {
    case 'ssh-rsa': {
      const [n, e, d] = [reader.mpint(), reader.mpint(), reader.mpint()]
      const [inverse, p, q] = [reader.mpint(), reader.mpint(), reader.mpint()]
      return { key: rsa(n, e), fits: fitsRsa({ n, e, d, p, q, inverse }) }
    }
    case 'ssh-dss': {
      const [p, q, g, y, x] = [reader.mpint(), reader.mpint(), reader.mpint(), reader.mpint(), reader.mpint()]
      return { key: dsa(p, q, g, y), fits: fitsDsa(p, g, y, x) }
    }
    case 'ssh-ed25519': {
      const half = reader.string()
      const both = reader.string()
      if (both.length !== 64) throw new Damaged('An Ed25519 key has 64 bytes; this one has not.')
      const fits = fitsSeed(both.subarray(0, 32), half) && isSame(both.subarray(32), half)
      return { key: ed25519(half), fits }
    }
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521': {
      const curve = reader.text()
      const point = reader.string()
      const secret = numberOf(reader.string())
      if (!isCurve(curve) || !type.endsWith(curve)) throw new Damaged('Its curve is not that of its type.')
      return { key: ecdsa(curve, point), fits: fitsCurve(curve, secret, point) }
    }
    default: {
      // A security key: the file has only the handle of the private half.
      const key = publicPart(reader, type)
      reader.take(1)
      reader.string()
      reader.string()
      return { key, fits: undefined }
    }
  }
}
