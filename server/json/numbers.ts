/*
 * Numbers that keep their spelling. `JSON.parse` turns every number into a double: `123.0` becomes `123`, and
 * `9007199254740993` loses its last digit. Both matter in `meta`, `cfg` and the rules of policies, which clients get
 * back unchanged.
 */

export const INTEGER = /^-?\d+$/

/** A number that a double, or its shortest spelling, cannot represent exactly; it keeps its spelling. */
export class ExactNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString() {
    return this.text
  }

  /** For code that does not use `writeJson` or `jsonText`. */
  toJSON() {
    return Number(this.text)
  }
}

export const isNumber = (value: unknown): value is number | ExactNumber =>
  typeof value === 'number' || value instanceof ExactNumber

/** Whether two numbers have the same value, regardless of spelling. */
export const sameNumber = (a: number | ExactNumber, b: number | ExactNumber) => numericValue(a) === numericValue(b)

function numericValue(number: number | ExactNumber): bigint | number {
  const text = String(number)
  if (INTEGER.test(text)) return BigInt(text)
  const value = Number(text)
  return Number.isInteger(value) ? BigInt(value) : value
}
