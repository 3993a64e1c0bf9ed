import { RE2JS } from 're2js'
import { validationError } from '../../errors.ts'
import { translate } from './javaPattern.ts'

/**
 * The maximum cost of one policy check: characters times the size of the pattern that they are compared with. This
 * takes 150 ms with the slowest patterns that we know, and usually a hundredth of that.
 */
const MAX_STEPS = 1_000_000
/** The minimum cost of a value. */
const STEPS_PER_LOOK = 10

/** Counts the cost of a check: the data can be as large as a request, with very many values. */
export class Work {
  #left = MAX_STEPS

  spend(steps = STEPS_PER_LOOK) {
    this.#left -= steps
    if (this.#left < 0) {
      throw validationError(
        'What was sent is too large to be checked against the policy that applies. Send less at once.',
      )
    }
  }
}

interface Compiled {
  expression: RE2JS
  size: number
}

/** The most recently used patterns. Compiling takes much longer than matching a name. */
const compiled = new Map<string, Compiled>()
const MAX_COMPILED = 1_000

/** Whether a Java pattern matches a whole text, ignoring case. Throws a PatternError. */
export function fitsPattern(text: string, pattern: string, work: Work): boolean {
  const { expression, size } = compile(pattern)
  work.spend(STEPS_PER_LOOK + text.length * size)
  return expression.matches(text)
}

function compile(pattern: string): Compiled {
  const known = compiled.get(pattern)
  // Move it to the end, so that the first is the least recently used.
  compiled.delete(pattern)
  const entry = known ?? compileNow(pattern)
  compiled.set(pattern, entry)
  const [oldest] = compiled.size > MAX_COMPILED ? compiled.keys() : []
  if (oldest !== undefined) compiled.delete(oldest)
  return entry
}

function compileNow(pattern: string): Compiled {
  const { text, size } = translate(pattern)
  return { expression: RE2JS.compile(text), size }
}
