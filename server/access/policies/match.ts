import { isNumber, sameNumber } from '../../json/numbers.ts'
import { fitsPattern, type Work } from './patterns.ts'

/**
 * Whether data fits a rule's conditions, as Concord's Matcher compares them: a text is a regular expression for the whole
 * of the value, in any case; of an object each field has to fit; of a list of conditions each one, if the data is a list,
 * else any one. What is missing counts as an empty text.
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
