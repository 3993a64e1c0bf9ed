import { randomUUID } from 'node:crypto'
import { INTEGER, isNumber } from './numbers.ts'
import { MAX_LEVELS, tooDeep } from './read.ts'

/**
 * Writes JSON as Concord returns it after storing it: its `jsonb` columns sort the keys by length and bytes and keep
 * the last of two equal ones; its mapper drops nulls from objects and reads numbers with a fraction as doubles.
 */
export function jsonText(value: unknown, level = 1): string {
  if (typeof value === 'string') return JSON.stringify(storable(value))
  if (isNumber(value)) return numberText(String(value))
  if (typeof value !== 'object' || value === null) return value === true ? 'true' : value === false ? 'false' : 'null'
  if (level > MAX_LEVELS) throw tooDeep()
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

/** PostgreSQL allows no NUL in text, and Java writes a question mark for a lone surrogate. */
const storable = (text: string) => (STRANGE.test(text) ? text.replace(/\0/g, '').replace(/\p{Surrogate}/gu, '?') : text)

const STRANGE = /[\0\ud800-\udfff]/

/** The order of keys in `jsonb`. */
function byLength(a: string, b: string): number {
  return Buffer.byteLength(a) - Buffer.byteLength(b) || (a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

/** A number as Java writes it after PostgreSQL has stored it: integers are exact, anything else is a double. */
function numberText(text: string): string {
  if (INTEGER.test(text)) return text === '-0' ? '0' : text
  const value = Number(text)
  if (!Number.isFinite(value)) return value > 0 ? '"Infinity"' : '"-Infinity"'
  const size = Math.abs(value)
  if (size === 0) return '0.0'
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value)
  // PostgreSQL writes exponents out, and a result without a fraction is an integer; here only if that stays short.
  if (Number.isInteger(value) && size < 1e21) return String(value)
  const [mantissa = '', power = ''] = value.toExponential().split('e')
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(power)}`
}

/** JSON text to insert into a response verbatim. */
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

/** Random, so that it does not occur in the text of a response. */
const MARK = randomUUID()

/** The raw JSON that `writeJson` has found so far; undefined outside of it. */
let raw: string[] | undefined

const MARKED = new RegExp(`"${MARK}(\\d+)"`, 'g')

/** JSON.stringify with each RawJson inserted verbatim. Costs nothing if there are none. */
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
