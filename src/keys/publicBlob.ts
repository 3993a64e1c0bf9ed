import { isCurve } from './curves.ts'
import { Damaged, Unsupported } from './Damaged.ts'
import { dsa, ecdsa, ed25519, type PublicKey, rsa } from './PublicKey.ts'
import { WireReader, wire } from './wire.ts'

const CERTIFICATE = /-cert-v01@openssh\.com$/

/** Where a certificate was read, the key that it certifies. */
export type ReadBlob = { key: PublicKey; certificate?: { expires: Date | undefined; isOfHost: boolean } }

/** Reads what a public line has in base64. Throws if anything is missing, left over, or impossible. */
export function readPublicBlob(blob: Uint8Array): ReadBlob {
  const reader = new WireReader(blob)
  const type = reader.text()
  const isCertificate = CERTIFICATE.test(type)
  if (isCertificate) reader.string() // a random number
  const key = publicPart(reader, type.replace(CERTIFICATE, isSecurityKey(type) ? '@openssh.com' : ''))
  const certificate = isCertificate ? certificateOf(reader) : undefined
  reader.end()
  return certificate ? { key, certificate } : { key }
}

const isSecurityKey = (type: string) => type.startsWith('sk-')

/** Reads the fields after the type, which public lines, certificates and OpenSSH's private keys share. */
export function publicPart(reader: WireReader, type: string): PublicKey {
  switch (type) {
    case 'ssh-rsa': {
      const exponent = reader.mpint()
      return rsa(reader.mpint(), exponent)
    }
    case 'ssh-dss':
      return dsa(reader.mpint(), reader.mpint(), reader.mpint(), reader.mpint())
    case 'ssh-ed25519':
      return ed25519(reader.string())
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521':
      return curvePart(reader, type.slice('ecdsa-sha2-'.length))
    case 'sk-ssh-ed25519@openssh.com':
      return ofDevice(type, ed25519(reader.string()), reader)
    case 'sk-ecdsa-sha2-nistp256@openssh.com':
      return ofDevice(type, curvePart(reader, 'nistp256'), reader)
    default:
      throw new Unsupported('OpenSSH does not support this type of key.')
  }
}

function curvePart(reader: WireReader, curve: string): PublicKey {
  const named = reader.text()
  const point = reader.string()
  if (named !== curve || !isCurve(named) || point[0] !== 4) throw new Damaged('Its point is not on its curve.')
  return ecdsa(named, point)
}

/** The key of a security key also names what it is for, usually `ssh:`. */
function ofDevice(type: string, key: PublicKey, reader: WireReader): PublicKey {
  const parts = new WireReader(key.blob)
  parts.string()
  const application = reader.string()
  const fields: Uint8Array[] = []
  while (!parts.isAtEnd) fields.push(parts.string())
  return { ...key, type, blob: wire(type, ...fields, application), isSecurityKey: true }
}

/** Its end (PROTOCOL.certkeys of OpenSSH). The signature is not verified: that needs the authority's key. */
function certificateOf(reader: WireReader) {
  reader.uint64() // its number
  const isOfHost = reader.uint32() === 2
  reader.string() // its name
  reader.string() // for whom
  reader.uint64() // from when on
  const until = reader.uint64()
  for (const _ of ['critical options', 'extensions', 'reserved', 'the authority', 'the signature']) reader.string()
  // The largest number stands for "always"; dates end earlier.
  const expires = until < 8_640_000_000_000n ? new Date(Number(until) * 1000) : undefined
  return { expires, isOfHost }
}
