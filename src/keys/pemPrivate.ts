import { curveIn } from './curveParameters.ts'
import { pointOn, publicOfSeed, publicPoint } from './curves.ts'
import { Damaged, Unsupported } from './Damaged.ts'
import { DerReader, numbered, OIDS, TAG } from './der.ts'
import type { PrivateKey } from './PrivateKey.ts'
import { dsa, ecdsa, ed25519, rsa } from './PublicKey.ts'
import { readPem } from './pem.ts'
import { fitsCurve, fitsDsa, fitsRsa, power } from './privateNumbers.ts'
import { numberOf } from './wire.ts'

const LABELS = /^(RSA |EC |DSA |ENCRYPTED |)PRIVATE KEY$/
const UNSUPPORTED = 'OpenSSH does not support this type of key.'

/** Reads what OpenSSL writes: PKCS#1 (RSA), SEC 1 (EC), its own format for DSA, and PKCS#8. */
export function readPemPrivate(text: string): PrivateKey {
  const { label, hasPassphrase, bytes } = readPem(text, LABELS)
  const hidden = { key: undefined, comment: undefined, hasPassphrase: true, fits: undefined }
  if (hasPassphrase) return hidden
  const whole = new DerReader(bytes)
  const reader = whole.sequence()
  if (label === 'ENCRYPTED PRIVATE KEY') {
    reader.sequence()
    reader.octets()
    return hidden
  }
  const numbers = readNumbers(label, reader)
  // OpenSSL ignores bytes after the key, but a key that has them is not whole.
  return { ...numbers, comment: undefined, hasPassphrase: false, hasMore: !whole.isAtEnd }
}

type Numbers = Pick<PrivateKey, 'key' | 'fits' | 'since'>

function readNumbers(label: string, reader: DerReader): Numbers {
  if (label !== 'PRIVATE KEY' && isPkcs8(reader.copy())) return { ...readPkcs8(reader), fits: undefined }
  if (label === 'RSA PRIVATE KEY') return readRsa(reader)
  if (label === 'DSA PRIVATE KEY') return readDsa(reader)
  if (label === 'EC PRIVATE KEY') return readCurve(reader)
  return readPkcs8(reader)
}

/** OpenSSL reads some keys in PKCS#8 under the label of another format. */
const isPkcs8 = (version: DerReader) => version.integer() === 0n && version.isNext(TAG.sequence)

/** RFC 5208 §5. */
function readPkcs8(reader: DerReader): Numbers {
  reader.integer()
  const algorithm = reader.sequence()
  const oid = algorithm.oid()
  const inner = new DerReader(reader.octets())
  if (oid === OIDS.rsa) return readRsa(inner.sequence())
  if (oid === OIDS.ec) return readCurve(inner.sequence(), algorithm)
  if (oid === OIDS.dsa) {
    const numbers = algorithm.sequence()
    const [p, q, g] = [numbers.integer(), numbers.integer(), numbers.integer()]
    const x = inner.integer()
    return { key: dsa(p, q, g, power(g, x, p)), fits: true }
  }
  if (oid !== OIDS.ed25519) throw new Unsupported(UNSUPPORTED)
  const seed = inner.octets()
  if (seed.length !== 32) throw new Damaged('An Ed25519 key has 32 bytes; this one has not.')
  return { key: ed25519(publicOfSeed(seed)), fits: true, since: '9.6' }
}

/** RFC 8017 §A.1.2. */
function readRsa(reader: DerReader): Numbers {
  const version = reader.integer()
  const [n, e, d] = [reader.integer(), reader.integer(), reader.integer()]
  const [p, q] = [reader.integer(), reader.integer()]
  reader.integer()
  reader.integer()
  const inverse = reader.integer()
  // Version 1 has more than two primes, which is rare enough to believe.
  return { key: rsa(n, e), fits: version === 0n ? fitsRsa({ n, e, d, p, q, inverse }) : undefined }
}

function readDsa(reader: DerReader): Numbers {
  reader.integer()
  const [p, q, g, y, x] = [reader.integer(), reader.integer(), reader.integer(), reader.integer(), reader.integer()]
  return { key: dsa(p, q, g, y), fits: fitsDsa(p, g, y, x) }
}

/** RFC 5915 §3. PKCS#8 names the curve outside of it, and the public half may be missing. */
function readCurve(reader: DerReader, outside?: DerReader): Numbers {
  reader.integer()
  const secret = numberOf(reader.octets())
  const inside = reader.isNext(numbered(0)) ? reader.within(numbered(0)) : undefined
  const parameters = outside ?? inside
  if (!parameters) throw new Damaged('Its curve is missing.')
  const curve = curveIn(parameters)
  const written = reader.isNext(numbered(1)) ? reader.within(numbered(1)).bits() : undefined
  const point = written ? pointOn(curve, written) : publicPoint(curve, secret)
  return { key: ecdsa(curve, point), fits: fitsCurve(curve, secret, point) }
}
