import { isNumber, sameNumber } from '../../json/numbers.ts'
import { fitsPattern, type Work } from './patterns.ts'

/**
 * Whether data matches a rule's conditions, as in Concord's Matcher: a string is a regular expression for the whole
 * value, ignoring case; every field of an object must match; of a list of conditions all must match if the data is a
 * list, otherwise any one. A missing value counts as an empty string.
 */
export function fits(data: unknown, condition: unknown, work: Work): boolean {
  work.spend()
  const value = data ?? (typeof condition === 'string' ? '' : null)
  if (condition === null || condition === undefined) return value === null
  if (typeof condition === 'string' && typeof value === 'string') return fitsPattern(value, condition, work)
  if (Array.isArray(condition)) {
    return Array.isArray(value) ? fitsAll(value, condition, work) : condition.some((each) => fits(value, each, work))
  }
  if (value === null) return false
  if (Array.isArray(value)) return value.some((each) => fits(each, condition, work))
  if (isNumber(condition) || isNumber(value)) {
    return isNumber(condition) && isNumber(value) && sameNumber(condition, value)
  }
  if (isObject(condition) && isObject(value)) {
    const fields = Object.entries(condition)
    if (fields.length === 0 && Object.keys(value).length > 0) return false
    return fields.every(([name, inner]) => fits(Object.hasOwn(value, name) ? value[name] : null, inner, work))
  }
  return value === condition
}

function fitsAll(values: unknown[], conditions: unknown[], work: Work) {
  if (conditions.length > values.length || (conditions.length === 0 && values.length > 0)) return false
  return conditions.every((condition) => values.some((value) => fits(value, condition, work)))
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
