import { PatternError, translate } from '../access/policies/javaPattern.ts'
import { validationError } from '../errors.ts'
import { isNumber } from '../json/numbers.ts'

/** All patterns of a policy are compiled for the first request that it applies to: 150 ms for the maximum. */
const MAX_PATTERNS = 1_000
const MAX_SIZE = 10_000
/** The depth of nested conditions. */
const MAX_DEPTH = 100

/**
 * Rejects entity rules that could not be applied, before they are stored: patterns that RE2 does not support, or too
 * many of anything. Rules of a wrong shape are stored, as in Concord; they allow nothing.
 */
export function requireUsableRules(rules: Record<string, unknown>) {
  const found = new Patterns()
  for (const kind of ['allow', 'deny']) {
    const list = isObject(rules.entity) ? rules.entity[kind] : undefined
    if (!Array.isArray(list)) continue
    for (const [index, rule] of list.entries()) {
      if (!isObject(rule)) continue
      const path = `entity.${kind}[${index}]`
      for (const field of ['entity', 'action', 'conditions']) found.look(rule[field], `${path}.${field}`)
    }
  }
}

class Patterns {
  #count = 0
  #size = 0

  look(value: unknown, path: string, depth = 0) {
    if (depth > MAX_DEPTH) throw refused(path, `the conditions are nested deeper than ${MAX_DEPTH} levels`)
    if (typeof value === 'string') this.#pattern(value, path)
    else if (Array.isArray(value)) {
      for (const [index, each] of value.entries()) this.look(each, `${path}[${index}]`, depth + 1)
    } else if (isObject(value)) {
      for (const [name, each] of Object.entries(value)) this.look(each, `${path}.${name}`, depth + 1)
    }
  }

  #pattern(pattern: string, path: string) {
    try {
      this.#size += translate(pattern).size
    } catch (error) {
      if (!(error instanceof PatternError)) throw error
      throw refused(path, `the pattern ${error.message}`)
    }
    if (++this.#count > MAX_PATTERNS) throw refused(path, `there are more than ${MAX_PATTERNS} patterns`)
    if (this.#size > MAX_SIZE) throw refused(path, 'the patterns are too large together')
  }
}

const MAX_PATH = 200

const refused = (path: string, why: string) =>
  validationError(`Invalid rules: ${path.slice(0, MAX_PATH)}: ${why}. Change it and save the policy again.`)

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isNumber(value)
