import { ed25519 } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { Damaged } from './Damaged.ts'
import { bytesOf, isSame } from './wire.ts'

/** By the names that SSH has for them, with the object identifiers of X.509. */
export const CURVES = {
  nistp256: { curve: p256, size: 'P-256', oid: '2a8648ce3d030107', bytes: 32 },
  nistp384: { curve: p384, size: 'P-384', oid: '2b81040022', bytes: 48 },
  nistp521: { curve: p521, size: 'P-521', oid: '2b81040023', bytes: 66 },
}
export type CurveName = keyof typeof CURVES

export const isCurve = (name: string): name is CurveName => Object.hasOwn(CURVES, name)

export const curveOfOid = (oid: string) => (Object.keys(CURVES) as CurveName[]).find((name) => CURVES[name].oid === oid)

/** Some programs write the numbers of a curve in place of its name. */
export const curveOfNumbers = (prime: bigint, base: Uint8Array, order: bigint) =>
  (Object.keys(CURVES) as CurveName[]).find((name) => {
    const { Point } = CURVES[name].curve
    return (
      Point.Fp.ORDER === prime &&
      Point.Fn.ORDER === order &&
      [true, false].some((isCompressed) => isSame(Point.BASE.toBytes(isCompressed), base))
    )
  })

/** Returns the uncompressed point; throws if it is not on the curve. */
export function pointOn(name: CurveName, point: Uint8Array): Uint8Array {
  try {
    const read = CURVES[name].curve.Point.fromBytes(point)
    read.assertValidity()
    return read.toBytes(false)
  } catch {
    throw new Damaged('Its point is not on the curve.')
  }
}

/** Returns the uncompressed public point of a private number. */
export function publicPoint(name: CurveName, secret: bigint): Uint8Array {
  const { curve, bytes } = CURVES[name]
  if (secret <= 0n || secret >= curve.Point.Fn.ORDER) throw new Damaged('Its private number is out of range.')
  return curve.getPublicKey(bytesOf(secret, bytes), false)
}

/** Returns the public half of an Ed25519 seed. */
export const publicOfSeed = (seed: Uint8Array): Uint8Array => ed25519.getPublicKey(seed)
