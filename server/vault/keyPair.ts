import { generateKeyPair as generate, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { createLimiter, placesPerKind, type Turn } from '../waiting/limit.ts'

/** Concord's default of `secretStore.keySize`. */
const DEFAULT_BITS = 4096

const limited = createLimiter({ atOnce: placesPerKind() })
const generateAsync = promisify(generate)

/** `publicKey`: one OpenSSH line with its line break. `privateKey`: PEM (PKCS#1), 64 characters a line. */
export interface GeneratedKeyPair {
  publicKey: string
  privateKey: string
}

/**
 * Generates an RSA pair in Concord's two formats (KeyPairUtils, through JSch). Takes about a second in the thread pool;
 * only a few run at once, the others wait.
 */
export function generateKeyPair(turn?: Turn, bits = DEFAULT_BITS): Promise<GeneratedKeyPair> {
  return limited(turn, async () => {
    const { publicKey, privateKey } = await generateAsync('rsa', { modulusLength: bits })
    return {
      publicKey: openSshLine(publicKey, 'concord-server'),
      privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    }
  })
}

/** RFC 4253 §6.6: the blob is three length-prefixed fields: the algorithm, the exponent, the modulus. */
function openSshLine(publicKey: KeyObject, comment: string): string {
  const { e = '', n = '' } = publicKey.export({ format: 'jwk' })
  const blob = Buffer.concat([field(Buffer.from('ssh-rsa')), field(mpint(e)), field(mpint(n))])
  return `ssh-rsa ${blob.toString('base64')} ${comment}\n`
}

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** RFC 4251 §5: integers are signed, so a leading one bit of a positive number needs a zero byte before it. */
function mpint(base64url: string): Buffer {
  const bytes = Buffer.from(base64url, 'base64url')
  return (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes
}
