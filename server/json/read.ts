import { javaError, validationError } from '../errors.ts'
import { decodeJson } from './encoding.ts'
import { ExactNumber } from './numbers.ts'

/*
 * Reads JSON like Jackson, with its limits and errors; numbers keep their spelling.
 */

/** Jackson's StreamReadConstraints. */
export const MAX_LEVELS = 1000
const MAX_DIGITS = 1000

const constraint = (message: string) => javaError('com.fasterxml.jackson.core.exc.StreamConstraintsException', message)

export const tooDeep = () =>
  constraint(`Document nesting depth (${MAX_LEVELS + 1}) exceeds the maximum allowed (${MAX_LEVELS})`)

const invalid = (message: string) => javaError('com.fasterxml.jackson.core.JsonParseException', message)

/**
 * Parses the JSON of a request body, detecting the encoding by its first bytes. Returns undefined for an empty body.
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  const text = decodeJson(bytes)
  if (/^[ \t\r\n]*$/.test(text)) return undefined
  refuseTooMany(text)
  try {
    return parseJson(text)
  } catch (error) {
    // The parser's own message quotes the body.
    throw error instanceof SyntaxError ? invalid('The request body is not valid JSON') : error
  }
}

/** Parses text as JSON, with an ExactNumber for each number that is not a short integer. Throws a SyntaxError. */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  if (UNUSUAL.test(text)) return new ExactReader(text).read(1)
  checkDepth(text)
  return value
}

/** A number with a fraction or an exponent, a long one, or minus zero; sometimes also a string that contains one. */
const UNUSUAL = /(?:^|[[:,])\s*(?:-?\d+[.eE]|-?\d{16}|-0)/
const MAX_SHORT = 15

/** Parses text that is valid JSON, no deeper than Jackson allows, which the stack can handle. */
class ExactReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  read(level: number): unknown {
    const first = this.#next()
    if (first === '"') return this.#string()
    if (first === '[' || first === '{') {
      if (level > MAX_LEVELS) throw tooDeep()
      this.#at++
      return first === '[' ? this.#list(level) : this.#object(level)
    }
    return first === '-' || isDigit(first) ? this.#number() : this.#word()
  }

  /** The next character after whitespace. */
  #next(): string {
    while (this.#text.charCodeAt(this.#at) <= 0x20) this.#at++
    return this.#text[this.#at] ?? ''
  }

  #list(level: number): unknown[] {
    const items: unknown[] = []
    while (this.#next() !== ']') {
      if (this.#text[this.#at] === ',') this.#at++
      items.push(this.read(level + 1))
    }
    this.#at++
    return items
  }

  #object(level: number): Record<string, unknown> {
    const fields: Record<string, unknown> = {}
    while (this.#next() !== '}') {
      if (this.#text[this.#at] === ',') this.#at++
      this.#next()
      const name = this.#string()
      this.#next()
      this.#at++
      const value = this.read(level + 1)
      // An assignment to `__proto__` would change the prototype.
      if (name === '__proto__') Object.defineProperty(fields, name, { value, ...PLAIN })
      else fields[name] = value
    }
    this.#at++
    return fields
  }

  #string(): string {
    const start = this.#at
    const end = endOfString(this.#text, start)
    this.#at = end + 1
    const inner = this.#text.slice(start + 1, end)
    return inner.includes('\\') ? (JSON.parse(`"${inner}"`) as string) : inner
  }

  #number(): number | ExactNumber {
    const start = this.#at
    let plain = true
    for (; ; this.#at++) {
      const code = this.#text.charCodeAt(this.#at)
      if (code >= 0x30 && code <= 0x39) continue
      if (code === MINUS && this.#at === start) continue
      if (!NUMERIC.has(code)) break
      plain = false
    }
    const text = this.#text.slice(start, this.#at)
    if (plain && text.length <= MAX_SHORT && text !== '-0') return Number(text)
    if (text.length > MAX_DIGITS) checkLength(text)
    return new ExactNumber(text)
  }

  #word(): true | false | null {
    const first = this.#text[this.#at]
    this.#at += first === 'f' ? 5 : 4
    return first === 't' ? true : first === 'f' ? false : null
  }
}

/** The reader's checks, for text that it need not read. */
function checkDepth(text: string) {
  if (text.length <= MAX_LEVELS) return
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > MAX_LEVELS) throw tooDeep()
    } else if (code === 0x5d || code === 0x7d) depth--
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Our own limit: 2 MiB have room for a million lists, each of which costs more than a long string. */
const MAX_LISTS_AND_OBJECTS = 100_000

/** Call this before the text is parsed, so it may not be JSON. */
function refuseTooMany(text: string) {
  if (text.length <= MAX_LISTS_AND_OBJECTS) return
  let found = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (quoted && code === BACKSLASH) at++
    else if (code === QUOTE) quoted = !quoted
    else if (!quoted && (code === 0x5b || code === 0x7b) && ++found > MAX_LISTS_AND_OBJECTS) {
      throw validationError(`The body has too many lists and objects: at most ${MAX_LISTS_AND_OBJECTS} are allowed.`)
    }
  }
}

/** The index of the string's closing quote. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end
}

const PLAIN = { enumerable: true, configurable: true, writable: true }

const MINUS = 0x2d
/** The characters of a number other than digits. */
const NUMERIC = new Set(Array.from('-+.eE', (each) => each.charCodeAt(0)))
const isDigit = (text: string) => text >= '0' && text <= '9'

function isEscaped(text: string, at: number): boolean {
  let first = at
  while (text[first - 1] === '\\') first--
  return (at - first) % 2 === 1
}

function checkLength(number: string) {
  const digits = number.replace(/[eE].*/, '').replace(/\D/g, '').length
  if (digits > MAX_DIGITS) {
    throw constraint(`Number value length (${digits}) exceeds the maximum allowed (${MAX_DIGITS})`)
  }
}
