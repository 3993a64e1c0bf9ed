import { fromBase64 } from './base64.ts'
import { curveIn } from './curveParameters.ts'
import { pointOn } from './curves.ts'
import { Damaged, Unsupported } from './Damaged.ts'
import { DerReader, OIDS } from './der.ts'
import { ecdsa, ed25519, type PublicKey, rsa } from './PublicKey.ts'
import { readPem } from './pem.ts'
import { readPublicBlob } from './publicBlob.ts'

/* Public keys that are no line of OpenSSH. */

/** RFC 4716: the same bytes as in a line, with headers before them. */
export function readSsh2(text: string): { key: PublicKey; comment: string | undefined } {
  const [, content] = /^---- BEGIN SSH2 PUBLIC KEY ----\n([\s\S]*)\n---- END SSH2 PUBLIC KEY ----$/m.exec(text) ?? []
  if (content === undefined) throw new Damaged('Its BEGIN or END line is missing.')
  // A header goes on after a line that ends with a backslash.
  const [, headers = '', base64 = ''] = /^((?:[^\n:]+:(?:[^\n]*\\\n)*[^\n]*\n)*)([\s\S]*)$/.exec(content) ?? []
  const blob = fromBase64(base64)
  if (!blob) throw new Damaged('Its base64 is damaged.')
  const comment = /^comment: *"?(.*?)"?$/im.exec(headers.replaceAll('\\\n', ''))?.[1]
  return { key: readPublicBlob(blob).key, comment: comment || undefined }
}

/** PKCS#1 for RSA, and X.509 for the rest. */
export function readPemPublic(text: string): PublicKey {
  const { label, bytes } = readPem(text, /^(?:RSA )?PUBLIC KEY$/)
  const reader = new DerReader(bytes).sequence()
  if (label === 'RSA PUBLIC KEY') return rsa(reader.integer(), reader.integer())
  const algorithm = reader.sequence()
  const oid = algorithm.oid()
  const key = reader.bits()
  if (oid === OIDS.ed25519) return ed25519(key)
  if (oid === OIDS.ec) {
    const curve = curveIn(algorithm)
    return ecdsa(curve, pointOn(curve, key))
  }
  if (oid !== OIDS.rsa) throw new Unsupported('OpenSSH does not support this type of key.')
  const numbers = new DerReader(key).sequence()
  return rsa(numbers.integer(), numbers.integer())
}
