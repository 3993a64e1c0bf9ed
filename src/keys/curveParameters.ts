import { type CurveName, curveOfNumbers, curveOfOid } from './curves.ts'
import { Unsupported } from './Damaged.ts'
import { type DerReader, TAG } from './der.ts'

/** The curve by its name, or by all its numbers (RFC 3279 §2.3.5). */
export function curveIn(parameters: DerReader): CurveName {
  const curve = parameters.isNext(TAG.oid) ? curveOfOid(parameters.oid()) : curveFrom(parameters.sequence())
  if (!curve) throw new Unsupported('OpenSSH does not support its curve.')
  return curve
}

function curveFrom(numbers: DerReader): CurveName | undefined {
  numbers.integer()
  const field = numbers.sequence()
  field.oid()
  numbers.sequence() // a and b
  return curveOfNumbers(field.integer(), numbers.octets(), numbers.integer())
}
