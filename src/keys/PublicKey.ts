import { CURVES, type CurveName, pointOn } from './curves.ts'
import { Damaged, Unsupported } from './Damaged.ts'
import { bitsOf, wire } from './wire.ts'

/** The public half of a key, wherever it was read from. */
export type PublicKey = {
  algorithm: 'RSA' | 'DSA' | 'ECDSA' | 'Ed25519'
  /** `3072 bits`, `P-256`; an Ed25519 key has only one size. */
  size: string | undefined
  /** SSH's name for it, such as `ssh-rsa`. */
  type: string
  /** As it is in a public line, before base64: what fingerprints are made of. */
  blob: Uint8Array
  /** Its private half is in a device that has to be touched. */
  isSecurityKey: boolean
}

/** OpenSSH reads no smaller one, and no larger one. */
const RSA_BITS = { least: 1024, most: 16_384 }

export function rsa(modulus: bigint, exponent: bigint): PublicKey {
  const bits = bitsOf(modulus)
  if (bits < RSA_BITS.least) throw new Unsupported(`RSA with ${bits} bits: OpenSSH wants 1024 or more.`)
  if (bits > RSA_BITS.most) throw new Damaged(`RSA with ${bits} bits: OpenSSH reads at most 16384.`)
  return plain('RSA', `${bits} bits`, 'ssh-rsa', [exponent, modulus])
}

export function dsa(p: bigint, q: bigint, g: bigint, y: bigint): PublicKey {
  return plain('DSA', `${bitsOf(p)} bits`, 'ssh-dss', [p, q, g, y])
}

export function ecdsa(curve: CurveName, point: Uint8Array): PublicKey {
  return plain('ECDSA', CURVES[curve].size, `ecdsa-sha2-${curve}`, [curve, pointOn(curve, point)])
}

export function ed25519(half: Uint8Array): PublicKey {
  if (half.length !== 32) throw new Damaged('An Ed25519 key has 32 bytes; this one has not.')
  return plain('Ed25519', undefined, 'ssh-ed25519', [half])
}

function plain(
  algorithm: PublicKey['algorithm'],
  size: string | undefined,
  type: string,
  parts: (string | Uint8Array | bigint)[],
): PublicKey {
  return { algorithm, size, type, blob: wire(type, ...parts), isSecurityKey: false }
}
