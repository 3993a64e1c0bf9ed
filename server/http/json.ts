import { randomUUID } from 'node:crypto'
import { javaError, validationError } from '../errors.ts'

/*
 * JSON as Jackson reads it and as Concord's database gives it back. JavaScript's own reader makes doubles of all numbers:
 * `123.0` becomes `123`, and `9007199254740993` loses its last digit. Both matter in `meta`, `cfg` and the rules of
 * policies, which clients get back as they sent them.
 */

/** A number that a double, or its shortest spelling, does not tell from others: kept as it was sent. */
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

/** Whether two numbers have the same value, however they are written. */
export const sameNumber = (a: number | ExactNumber, b: number | ExactNumber) => numericValue(a) === numericValue(b)

function numericValue(number: number | ExactNumber): bigint | number {
  const text = String(number)
  if (INTEGER.test(text)) return BigInt(text)
  const value = Number(text)
  return Number.isInteger(value) ? BigInt(value) : value
}

/** Jackson's StreamReadConstraints. */
const MOST_LEVELS = 1000
const MOST_DIGITS = 1000

const constraint = (message: string) => javaError('com.fasterxml.jackson.core.exc.StreamConstraintsException', message)

const tooDeep = () =>
  constraint(`Document nesting depth (${MOST_LEVELS + 1}) exceeds the maximum allowed (${MOST_LEVELS})`)

const invalid = (message: string) => javaError('com.fasterxml.jackson.core.JsonParseException', message)

/** The JSON of a request's body, in the encoding that its first bytes show; undefined when there is none. */
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

/** Text as JSON, with an ExactNumber for each number that is no short integer. Throws a SyntaxError. */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  if (UNUSUAL.test(text)) return new ExactReader(text).read(1)
  checkDepth(text)
  return value
}

/** A number with a fraction or an exponent, a long one, or minus zero; now and then a text that has one in it. */
const UNUSUAL = /(?:^|[[:,])\s*(?:-?\d+[.eE]|-?\d{16}|-0)/
const LONGEST_SHORT = 15

/**
 * Reads text that is valid JSON. As deep as Jackson reads, which is no danger to the stack.
 */
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
      if (level > MOST_LEVELS) throw tooDeep()
      this.#at++
      return first === '[' ? this.#list(level) : this.#object(level)
    }
    return first === '-' || isDigit(first) ? this.#number() : this.#word()
  }

  /** What comes after the blanks. */
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
      // An assignment would change the prototype.
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
    if (plain && text.length <= LONGEST_SHORT && text !== '-0') return Number(text)
    if (text.length > MOST_DIGITS) checkLength(text)
    return new ExactNumber(text)
  }

  #word(): true | false | null {
    const first = this.#text[this.#at]
    this.#at += first === 'f' ? 5 : 4
    return first === 't' ? true : first === 'f' ? false : null
  }
}

/** What the reader sees to, for text that it need not read. */
function checkDepth(text: string) {
  if (text.length <= MOST_LEVELS) return
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > MOST_LEVELS) throw tooDeep()
    } else if (code === 0x5d || code === 0x7d) depth--
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Ours: 2 MiB have room for a million lists, each of which costs more than a long text. */
const MOST_LISTS_AND_OBJECTS = 100_000

/** To be asked before the text is parsed, so it may be no JSON. */
function refuseTooMany(text: string) {
  if (text.length <= MOST_LISTS_AND_OBJECTS) return
  let found = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (quoted && code === BACKSLASH) at++
    else if (code === QUOTE) quoted = !quoted
    else if (!quoted && (code === 0x5b || code === 0x7b) && ++found > MOST_LISTS_AND_OBJECTS) {
      throw validationError(`The body has too many lists and objects: at most ${MOST_LISTS_AND_OBJECTS} are allowed.`)
    }
  }
}

/** Where the quote is that ends the string which starts here. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end
}

const PLAIN = { enumerable: true, configurable: true, writable: true }

const INTEGER = /^-?\d+$/
const MINUS = 0x2d
/** What a number has besides digits. */
const NUMERIC = new Set(Array.from('-+.eE', (each) => each.charCodeAt(0)))
const isDigit = (text: string) => text >= '0' && text <= '9'

function isEscaped(text: string, at: number): boolean {
  let first = at
  while (text[first - 1] === '\\') first--
  return (at - first) % 2 === 1
}

function checkLength(number: string) {
  const digits = number.replace(/[eE].*/, '').replace(/\D/g, '').length
  if (digits > MOST_DIGITS) {
    throw constraint(`Number value length (${digits}) exceeds the maximum allowed (${MOST_DIGITS})`)
  }
}

/**
 * The text of a body, as Jackson's ByteSourceJsonBootstrapper finds out its encoding: by a byte order mark, or by where
 * its first four bytes are zero. The charset of `Content-Type` does not count.
 */
function decodeJson(bytes: Uint8Array): string {
  const { encoding, start } = encodingOf(bytes)
  const content = bytes.subarray(start)
  if (encoding === 'utf-32be' || encoding === 'utf-32le') return decodeUtf32(content, encoding === 'utf-32le')
  try {
    return new TextDecoder(encoding, { fatal: encoding === 'utf-8', ignoreBOM: true }).decode(content)
  } catch {
    throw invalid('The request body is not valid UTF-8')
  }
}

interface Encoding {
  encoding: 'utf-8' | 'utf-16be' | 'utf-16le' | 'utf-32be' | 'utf-32le'
  /** How many bytes a byte order mark has. */
  start: number
}

function encodingOf(bytes: Uint8Array): Encoding {
  const [a = 1, b = 1, c = 1, d = 1] = bytes
  if (bytes.length >= 4) {
    if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return { encoding: 'utf-32be', start: 4 }
    if (a === 0xff && b === 0xfe && c === 0 && d === 0) return { encoding: 'utf-32le', start: 4 }
    if (a === 0 && b === 0 && c === 0xff && d === 0xfe) throw weirdOrder('2143')
    if (a === 0xfe && b === 0xff && c === 0 && d === 0) throw weirdOrder('3412')
    if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', start: 2 }
    if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', start: 2 }
    if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', start: 3 }
    if (a === 0 && b === 0 && c === 0) return { encoding: 'utf-32be', start: 0 }
    if (b === 0 && c === 0 && d === 0) return { encoding: 'utf-32le', start: 0 }
    if (a === 0 && c === 0 && d === 0) throw weirdOrder('3412')
    if (a === 0 && b === 0 && d === 0) throw weirdOrder('2143')
  }
  if (bytes.length >= 2 && a === 0) return { encoding: 'utf-16be', start: 0 }
  if (bytes.length >= 2 && b === 0) return { encoding: 'utf-16le', start: 0 }
  return { encoding: 'utf-8', start: 0 }
}

const conversionError = (message: string) => javaError('java.io.CharConversionException', message)

const weirdOrder = (order: string) => conversionError(`Unsupported UCS-4 endianness (${order}) detected`)

function decodeUtf32(bytes: Uint8Array, littleEndian: boolean): string {
  if (bytes.length % 4 !== 0) throw conversionError('Unexpected EOF in the middle of a 4-byte UTF-32 char')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let text = ''
  for (let at = 0; at < bytes.length; at += 4) {
    const code = view.getUint32(at, littleEndian)
    if (code > 0x10ffff) throw conversionError(`Invalid UTF-32 character 0x${code.toString(16)}`)
    text += String.fromCodePoint(code)
  }
  return text
}

/**
 * The JSON that Concord gives back for what it was sent: its `jsonb` columns sort the keys by length and bytes and keep
 * the last of two equal ones, its mapper leaves out nulls of objects and reads numbers with a fraction as doubles.
 */
export function jsonText(value: unknown, level = 1): string {
  if (typeof value === 'string') return JSON.stringify(storable(value))
  if (isNumber(value)) return numberText(String(value))
  if (typeof value !== 'object' || value === null) return value === true ? 'true' : value === false ? 'false' : 'null'
  if (level > MOST_LEVELS) throw tooDeep()
  let text = ''
  if (Array.isArray(value)) {
    for (const each of value) text += `${text === '' ? '' : ','}${jsonText(each, level + 1)}`
    return `[${text}]`
  }
  const fields = value as Record<string, unknown>
  for (const name of sortedNames(fields)) {
    text += `${text === '' ? '' : ','}${JSON.stringify(storable(name))}:${jsonText(fields[name], level + 1)}`
  }
  return `{${text}}`
}

function sortedNames(fields: Record<string, unknown>): string[] {
  const names = Object.keys(fields).filter((name) => fields[name] !== null && fields[name] !== undefined)
  if (names.length < 2) return names
  const ascii = names.every((name) => ASCII.test(name))
  return names.sort(ascii ? (a, b) => a.length - b.length || (a < b ? -1 : 1) : byLength)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are part of ASCII
const ASCII = /^[\x00-\x7f]*$/

/** PostgreSQL takes no NUL in a text, and Java writes a question mark for half of a surrogate pair. */
const storable = (text: string) => (STRANGE.test(text) ? text.replace(/\0/g, '').replace(/\p{Surrogate}/gu, '?') : text)

const STRANGE = /[\0\ud800-\udfff]/

/** The order of keys in `jsonb`. */
function byLength(a: string, b: string): number {
  return Buffer.byteLength(a) - Buffer.byteLength(b) || (a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

/** A number as Java writes it, after PostgreSQL has kept it: an integer is exact, anything else a double. */
function numberText(text: string): string {
  if (INTEGER.test(text)) return text === '-0' ? '0' : text
  const value = Number(text)
  if (!Number.isFinite(value)) return value > 0 ? '"Infinity"' : '"-Infinity"'
  const size = Math.abs(value)
  if (size === 0) return '0.0'
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value)
  // PostgreSQL writes it out, and what has no fraction then is an integer; here only as far as that takes little room.
  if (Number.isInteger(value) && size < 1e21) return String(value)
  const [mantissa = '', power = ''] = value.toExponential().split('e')
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(power)}`
}

/** JSON that is part of an answer as it is. */
export class RawJson {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toJSON(): unknown {
    if (!raw) return JSON.parse(this.text)
    raw.push(this.text)
    return `${MARK}${raw.length - 1}`
  }
}

/** Random, so that no text of an answer has it in it. */
const MARK = randomUUID()

/** What `writeJson` has met so far; undefined outside of it. */
let raw: string[] | undefined

const MARKED = new RegExp(`"${MARK}(\\d+)"`, 'g')

/** JSON.stringify, with each RawJson in its own words. Without any it costs nothing. */
export function writeJson(value: unknown): string {
  const texts: string[] = []
  raw = texts
  try {
    const json = JSON.stringify(value)
    return texts.length === 0 ? json : json.replace(MARKED, (_, index: string) => texts[Number(index)] ?? 'null')
  } finally {
    raw = undefined
  }
}
