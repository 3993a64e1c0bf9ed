// Concord's serialised secret values, big-endian (concord-api §9.9); `…/data` sends this form, and it is what we seal.
import { DamagedValueError } from './vaultErrors.ts'

/** `…/public` rejects a longer public or private key with `Invalid key length: <n>`; `…/data` still sends it. */
export const MAX_KEY_BYTES = 8192

/** int32 length, public key, int32 length, private key: com.walmartlabs.concord.common.secret.KeyPair. */
export interface KeyPairBytes {
  publicKey: Buffer
  privateKey: Buffer
}

export function encodeKeyPair({ publicKey, privateKey }: KeyPairBytes): Buffer {
  return Buffer.concat([int32(publicKey.length), publicKey, int32(privateKey.length), privateKey])
}

/** @throws DamagedValueError */
export function decodeKeyPair(bytes: Buffer): KeyPairBytes {
  const publicKey = readBlock(bytes, 0)
  const privateKey = readBlock(bytes, 4 + publicKey.length)
  return { publicKey, privateKey }
}

/** uint16 length, user name in modified UTF-8, int32 length, password in UTF-8: …common.secret.UsernamePassword. */
export interface UsernamePassword {
  username: string
  password: string
}

/** @throws RangeError if the user name takes more than 65535 bytes, like DataOutput.writeUTF */
export function encodeUsernamePassword({ username, password }: UsernamePassword): Buffer {
  const name = encodeModifiedUtf8(username)
  if (name.length > 0xffff) throw new RangeError(`encoded string too long: ${name.length} bytes`)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(name.length)
  const secret = Buffer.from(password)
  return Buffer.concat([length, name, int32(secret.length), secret])
}

/** @throws DamagedValueError */
export function decodeUsernamePassword(bytes: Buffer): UsernamePassword {
  if (bytes.length < 2) throw new DamagedValueError('The value ends too early')
  const end = 2 + bytes.readUInt16BE(0)
  const username = decodeModifiedUtf8(bytes.subarray(2, end))
  return { username, password: readBlock(bytes, end).toString() }
}

function int32(n: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(n)
  return bytes
}

function readBlock(bytes: Buffer, at: number): Buffer {
  if (bytes.length < at + 4) throw new DamagedValueError('The value ends too early')
  const length = bytes.readInt32BE(at)
  if (length < 0 || bytes.length < at + 4 + length) throw new DamagedValueError('The value ends too early')
  return bytes.subarray(at + 4, at + 4 + length)
}

/** java.io.DataOutput.writeUTF: each UTF-16 unit on its own (surrogates take three bytes each), and NUL as C0 80. */
function encodeModifiedUtf8(text: string): Buffer {
  const bytes: number[] = []
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 0 && unit < 0x80) bytes.push(unit)
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f))
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f))
  }
  return Buffer.from(bytes)
}

/** java.io.DataInput.readUTF. */
function decodeModifiedUtf8(bytes: Buffer): string {
  const units: string[] = []
  let at = 0
  const next = () => {
    const byte = bytes[at++]
    if (byte === undefined || (byte & 0xc0) !== 0x80) throw new DamagedValueError('The username is malformed')
    return byte & 0x3f
  }
  while (at < bytes.length) {
    const first = bytes.readUInt8(at++)
    if (first < 0x80) units.push(String.fromCharCode(first))
    else if ((first & 0xe0) === 0xc0) units.push(String.fromCharCode(((first & 0x1f) << 6) | next()))
    else if ((first & 0xf0) === 0xe0) units.push(String.fromCharCode(((first & 0x0f) << 12) | (next() << 6) | next()))
    else throw new DamagedValueError('The username is malformed')
  }
  return units.join('')
}
