import { type CurveName, publicOfSeed, publicPoint } from './curves.ts'
import { isSame } from './wire.ts'

/* Whether private numbers fit the public ones. OpenSSH checks little of it when it reads a key: it fails later. */

export type RsaNumbers = { n: bigint; e: bigint; d: bigint; p: bigint; q: bigint; inverse: bigint }

export function fitsRsa({ n, e, d, p, q, inverse }: RsaNumbers): boolean {
  if (p < 2n || q < 2n || p * q !== n) return false
  return (e * d) % (p - 1n) === 1n && (e * d) % (q - 1n) === 1n && (inverse * q) % p === 1n
}

export const fitsDsa = (p: bigint, g: bigint, y: bigint, x: bigint) => p > 2n && power(g, x, p) === y

export const fitsCurve = (curve: CurveName, secret: bigint, point: Uint8Array) =>
  isSame(publicPoint(curve, secret), point)

export const fitsSeed = (seed: Uint8Array, half: Uint8Array) => isSame(publicOfSeed(seed), half)

/** base^exponent mod modulus. */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (let square = base % modulus, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % modulus)
    if (rest & 1n) result = (result * square) % modulus
  return result
}
