import { javaError } from '../errors.ts'
import { isNumber, sameNumber } from '../json.ts'

/**
 * Whether data fits a rule's conditions, as Concord's Matcher compares them: a text is a regular expression for the whole
 * of the value, in any case; of an object each field has to fit; of a list of conditions each one, if the data is a list,
 * else any one. What is missing counts as an empty text.
 */
export function fits(data: unknown, condition: unknown): boolean {
  const value = data ?? (typeof condition === 'string' ? '' : null)
  if (condition === null || condition === undefined) return value === null
  if (typeof condition === 'string' && typeof value === 'string') return fitsPattern(value, condition)
  if (Array.isArray(condition)) {
    return Array.isArray(value) ? fitsAll(value, condition) : condition.some((each) => fits(value, each))
  }
  if (value === null) return false
  if (Array.isArray(value)) return value.some((each) => fits(each, condition))
  if (isNumber(condition) || isNumber(value)) {
    return isNumber(condition) && isNumber(value) && sameNumber(condition, value)
  }
  if (isObject(condition) && isObject(value)) {
    const fields = Object.entries(condition)
    if (fields.length === 0 && Object.keys(value).length > 0) return false
    return fields.every(([name, inner]) => fits(Object.hasOwn(value, name) ? value[name] : null, inner))
  }
  return value === condition
}

export function fitsPattern(value: string, pattern: string): boolean {
  let expression: RegExp
  try {
    expression = new RegExp(`^(?:${pattern})$`, 'i')
  } catch {
    // Nothing is allowed by a rule that cannot be read.
    throw javaError('java.util.regex.PatternSyntaxException', 'A policy has a pattern that is none')
  }
  return expression.test(value)
}

function fitsAll(values: unknown[], conditions: unknown[]) {
  if (conditions.length > values.length || (conditions.length === 0 && values.length > 0)) return false
  return conditions.every((condition) => values.some((value) => fits(value, condition)))
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
