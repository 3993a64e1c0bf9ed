import { CodePointSet, type CodePoints } from './codePoints.ts'

/**
 * Translates a java.util.regex pattern into RE2, which takes linear time for any pattern. The translation is for
 * matching a whole text with CASE_INSENSITIVE, as in Concord's policies: that folds ASCII only, whereas RE2 would fold
 * all of Unicode. Rejects what RE2 does not support or would interpret differently.
 */
export function translate(pattern: string): Translated {
  if (pattern.length > MAX_LENGTH) throw new PatternError(`is longer than ${MAX_LENGTH} characters`)
  const parser = new Parser([...pattern])
  const { text, size } = parser.all()
  return { text, size }
}

export interface Translated {
  text: string
  /** The approximate number of RE2 instructions, which is the cost per character of a text. */
  size: number
}

/** The pattern is rejected; the message continues "the pattern …". */
export class PatternError extends Error {}

export const MAX_LENGTH = 4_096
/** RE2's own limit, for the product of nested repetitions. */
const MAX_REPETITIONS = 1_000
const MAX_SIZE = 5_000
/** The depth of groups and classes: each is a recursive call. */
const MAX_DEPTH = 200

interface Flags {
  /** CASE_INSENSITIVE. */
  i: boolean
  /** DOTALL. */
  s: boolean
}

interface Part {
  text: string
  size: number
  /** How often RE2 would expand its content. */
  times: number
  /** It ends with `$`: Java allows a line break after it, RE2 does not. */
  atEnd: boolean
}

const NOTHING: Part = { text: '', size: 0, times: 1, atEnd: false }

class Parser {
  #at = 0
  #depth = 0
  readonly #names = new Set<string>()
  readonly #pattern: readonly string[]
  #flags: Flags = { i: true, s: false }

  constructor(pattern: readonly string[]) {
    this.#pattern = pattern
  }

  all(): Part {
    const part = this.#alternatives()
    if (this.#at < this.#pattern.length) throw new PatternError('has an unmatched )')
    return part
  }

  #peek(ahead = 0): string | undefined {
    return this.#pattern[this.#at + ahead]
  }

  #next(): string {
    const character = this.#pattern[this.#at++]
    if (character === undefined) throw new PatternError('is incomplete')
    return character
  }

  #take(text: string): boolean {
    if ([...text].some((character, index) => this.#peek(index) !== character)) return false
    this.#at += text.length
    return true
  }

  #alternatives(): Part {
    if (++this.#depth > MAX_DEPTH) throw new PatternError(`is nested deeper than ${MAX_DEPTH} groups`)
    const parts = [this.#sequence()]
    while (this.#take('|')) parts.push(this.#sequence())
    this.#depth--
    return {
      text: parts.map(({ text }) => text).join('|'),
      size: sum(parts) + parts.length - 1,
      times: mostTimes(parts),
      atEnd: parts.some(({ atEnd }) => atEnd),
    }
  }

  #sequence(): Part {
    const parts: Part[] = []
    let atEnd = false
    while (this.#peek() !== undefined && this.#peek() !== '|' && this.#peek() !== ')') {
      const atom = this.#atom()
      if (atom === NOTHING && this.#isQuantifier()) throw new PatternError(`has a ${this.#peek()} that repeats nothing`)
      const part = this.#quantified(atom)
      if (atEnd && part.size > 0) throw new PatternError('has a $ that is not at its end, which RE2 does not have')
      atEnd ||= part.atEnd
      parts.push(part)
      if (sum(parts) > MAX_SIZE) throw new PatternError('is too large')
    }
    return { text: parts.map(({ text }) => text).join(''), size: sum(parts), times: mostTimes(parts), atEnd }
  }

  #atom(): Part {
    const character = this.#next()
    switch (character) {
      case '(':
        return this.#group()
      case '[':
        return set(this.#class())
      case '.':
        return set(this.#flags.s ? CodePointSet.ALL : CodePointSet.of(LINE_BREAKS).complement())
      case '^':
        return { text: '\\A', size: 0, times: 1, atEnd: false }
      case '$':
        return { text: '\\z', size: 0, times: 1, atEnd: true }
      case '\\':
        return this.#escape()
      case '*':
      case '+':
      case '?':
        throw new PatternError(`has a ${character} that repeats nothing`)
      case '{':
        throw new PatternError('has a { that repeats nothing')
      default:
        return this.#literal(codeOf(character))
    }
  }

  #literal(code: number): Part {
    return set(this.#folded(CodePointSet.of([[code, code]])))
  }

  #folded(points: CodePointSet): CodePointSet {
    return this.#flags.i ? points.foldAscii() : points
  }

  #group(): Part {
    const before = { ...this.#flags }
    if (this.#take('?')) {
      const name = /^<([a-zA-Z][a-zA-Z0-9]*)>/.exec(this.#rest())
      if (name) this.#name(name[1] ?? '', name[0].length)
      else if (!this.#take(':')) {
        const flags = this.#inlineFlags()
        this.#flags = flags
        // To the end of the enclosing group.
        if (this.#take(')')) return NOTHING
        if (!this.#take(':')) throw new PatternError('has a group that Java does not know')
      }
    }
    const inner = this.#alternatives()
    if (!this.#take(')')) throw new PatternError('has an unmatched (')
    this.#flags = before
    return { ...inner, text: `(?:${inner.text})` }
  }

  #name(name: string, length: number) {
    if (this.#names.has(name)) throw new PatternError('has two groups of one name')
    this.#names.add(name)
    this.#at += length
  }

  #inlineFlags(): Flags {
    const rest = this.#rest()
    for (const [start, what] of Object.entries(UNKNOWN_GROUPS)) {
      if (rest.startsWith(start)) throw new PatternError(`has ${what} (?${start}, which RE2 does not have`)
    }
    const [whole, on = '', off = ''] = /^([a-zA-Z]*)(?:-([a-zA-Z]*))?(?=[:)])/.exec(rest) ?? []
    if (whole === undefined) throw new PatternError('has a group that Java does not know')
    const flags = { ...this.#flags }
    for (const [letters, value] of [
      [on, true],
      [off, false],
    ] as const) {
      for (const letter of letters) {
        if (letter !== 'i' && letter !== 's')
          throw new PatternError(`has the flag ${letter}, which is not supported here`)
        flags[letter] = value
      }
    }
    this.#at += whole.length
    return flags
  }

  #rest = () => this.#pattern.slice(this.#at, this.#at + 100).join('')

  #quantified(part: Part): Part {
    const range = this.#range()
    if (!range) return part
    const [least, most] = range
    if (this.#take('+')) throw new PatternError('has a possessive quantifier, which RE2 does not have')
    // Greedy or lazy makes no difference if the whole text has to match.
    this.#take('?')
    if (this.#isQuantifier()) throw new PatternError(`has a ${this.#peek()} that repeats nothing`)
    if (part.atEnd) throw new PatternError('repeats a $, which RE2 does not have')
    const count = most === Number.POSITIVE_INFINITY ? Math.max(least, 1) : most
    const times = count * part.times
    if (times > MAX_REPETITIONS) {
      throw new PatternError(
        `repeats something more than ${MAX_REPETITIONS} times; repetitions in repetitions multiply`,
      )
    }
    const size = count * (part.size + 1)
    if (size > MAX_SIZE) throw new PatternError('is too large')
    // RE2 repeats no anchor; once is enough.
    if (part.size === 0) return least === 0 ? NOTHING : part
    const quantifier = most === Number.POSITIVE_INFINITY ? `{${least},}` : `{${least},${most}}`
    return { text: `(?:${part.text})${quantifier}`, size, times: Math.max(times, 1), atEnd: false }
  }

  #isQuantifier = () => /^[*+?{]/.test(this.#peek() ?? '')

  #range(): [least: number, most: number] | undefined {
    if (this.#take('*')) return [0, Number.POSITIVE_INFINITY]
    if (this.#take('+')) return [1, Number.POSITIVE_INFINITY]
    if (this.#take('?')) return [0, 1]
    if (this.#peek() !== '{') return undefined
    const [whole, least, comma, most] = /^\{(\d+)(,(\d*))?\}/.exec(this.#rest()) ?? []
    if (whole === undefined) throw new PatternError('has an invalid {')
    this.#at += whole.length
    const from = Number(least)
    const to = comma === undefined ? from : most ? Number(most) : Number.POSITIVE_INFINITY
    if (to < from) throw new PatternError('has a repetition that ends before it starts')
    return [from, to]
  }

  /** After the backslash. */
  #escape(): Part {
    const character = this.#next()
    if (character === 'Q') return this.#quoted()
    // ASCII only, as in Java since 19; before, letters of other scripts were part of words for \b, but not for \w.
    const anchor = { A: '\\A', z: '\\z', b: '\\b', B: '\\B' }[character]
    if (anchor) return { text: anchor, size: 0, times: 1, atEnd: false }
    if (character === 'Z') return { text: '\\z', size: 0, times: 1, atEnd: true }
    const points = this.#escapedClass(character)
    if (points) return set(points)
    return this.#literal(this.#escapedCode(character))
  }

  #quoted(): Part {
    const parts: Part[] = []
    while (this.#peek() !== undefined && !this.#take('\\E')) parts.push(this.#literal(codeOf(this.#next())))
    const last = parts.pop()
    if (!last) return NOTHING
    // A quantifier applies to the last character only.
    const all = [...parts, this.#quantified(last)]
    return { text: all.map(({ text }) => text).join(''), size: sum(all), times: mostTimes(all), atEnd: false }
  }

  #escapedClass(character: string): CodePointSet | undefined {
    const known = ESCAPED_CLASSES[character.toLowerCase()]
    if (known) {
      const points = CodePointSet.of(known)
      return character === character.toLowerCase() ? points : points.complement()
    }
    if (character !== 'p' && character !== 'P') return undefined
    const [whole, name = ''] = /^\{(\w+)\}/.exec(this.#rest()) ?? []
    const posix = Object.hasOwn(POSIX, name) ? POSIX[name] : undefined
    if (whole === undefined || !posix) {
      throw new PatternError(`has a class \\${character} other than those of ASCII, as \\p{Alnum}`)
    }
    this.#at += whole.length
    const cased = this.#flags.i && (name === 'Lower' || name === 'Upper') ? POSIX.Alpha : posix
    const points = CodePointSet.of(cased ?? posix)
    return character === 'p' ? points : points.complement()
  }

  #escapedCode(character: string): number {
    if (/[1-9k]/.test(character)) throw new PatternError('has a back-reference, which RE2 does not have')
    if (!/[0-9a-zA-Z]/.test(character)) return codeOf(character)
    const plain = { t: 9, n: 10, f: 12, r: 13, a: 7, e: 27 }[character]
    if (plain !== undefined) return plain
    const forms: Record<string, [form: RegExp, radix: number]> = {
      '0': [/^([0-3][0-7]{2}|[0-7]{1,2})/, 8],
      x: [/^(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,6})\})/, 16],
      u: [/^([0-9a-fA-F]{4})/, 16],
    }
    const form = forms[character]
    if (!form) throw new PatternError(`has \\${character}, which is not supported here`)
    const [whole, digits, more] = form[0].exec(this.#rest()) ?? []
    const code = Number.parseInt(digits ?? more ?? '', form[1])
    if (whole === undefined || !(code <= 0x10ffff)) throw new PatternError(`has a \\${character} without digits`)
    // Java combines two surrogates, which would be two characters here.
    if (code >= 0xd800 && code <= 0xdfff) throw new PatternError('has a lone surrogate')
    this.#at += whole.length
    return code
  }

  /** After the [. An && intersects everything on its left with everything on its right, up to the next &&. */
  #class(): CodePointSet {
    if (++this.#depth > MAX_DEPTH) throw new PatternError(`is nested deeper than ${MAX_DEPTH} groups`)
    const negated = this.#take('^')
    let result: CodePointSet | undefined
    let operand: CodePointSet | undefined
    for (;;) {
      if (this.#peek() === ']') {
        if (!operand) throw new PatternError('has an empty class, or an && without an operand')
        this.#at++
        break
      }
      if (this.#take('&&')) {
        if (!operand) throw new PatternError('has an empty class, or an && without an operand')
        result = result ? result.intersect(operand) : operand
        operand = undefined
      } else {
        const item = this.#classItem()
        operand = operand ? operand.union(item) : item
      }
    }
    this.#depth--
    const all = result ? result.intersect(operand) : operand
    return negated ? all.complement() : all
  }

  #classItem(): CodePointSet {
    const character = this.#next()
    if (character === '[') return this.#class()
    let from = codeOf(character)
    if (character === '\\') {
      const escaped = this.#next()
      if (escaped === 'Q') throw new PatternError('has a \\Q in a class, which is not supported here')
      const points = this.#escapedClass(escaped)
      if (points) return points
      from = this.#escapedCode(escaped)
    }
    // A - before the end or before another class is literal.
    if (this.#peek() !== '-' || this.#peek(1) === ']' || this.#peek(1) === '[' || this.#peek(1) === undefined) {
      return this.#folded(CodePointSet.of([[from, from]]))
    }
    this.#at++
    const last = this.#next()
    const to = last === '\\' ? this.#escapedCode(this.#next()) : codeOf(last)
    if (to < from) throw new PatternError('has a range of characters that ends before it starts')
    return this.#folded(CodePointSet.of([[from, to]]))
  }
}

/** Constructs starting with `(?` that RE2 does not support. */
const UNKNOWN_GROUPS = {
  '<=': 'a look-behind',
  '<!': 'a look-behind',
  '=': 'a look-ahead',
  '!': 'a look-ahead',
  '>': 'an atomic group',
}

const range = (from: string, to = from): [number, number] => [codeOf(from), codeOf(to)]

const LINE_BREAKS: CodePoints = [range('\n'), range('\r'), range('\u0085'), range('\u2028', '\u2029')]
const DIGITS: CodePoints = [range('0', '9')]
const LOWER: CodePoints = [range('a', 'z')]
const UPPER: CodePoints = [range('A', 'Z')]
const PUNCTUATION: CodePoints = [range('!', '/'), range(':', '@'), range('[', '`'), range('{', '~')]
const SPACE: CodePoints = [range('\t', '\r'), range(' ')]

const ESCAPED_CLASSES: Record<string, CodePoints> = {
  d: DIGITS,
  w: [...DIGITS, ...LOWER, ...UPPER, range('_')],
  s: SPACE,
  h: [
    range('\t'),
    range(' '),
    range('\u00a0'),
    range('\u1680'),
    range('\u180e'),
    range('\u2000', '\u200a'),
    range('\u202f'),
    range('\u205f'),
    range('\u3000'),
  ],
  v: [range('\n', '\r'), range('\u0085'), range('\u2028', '\u2029')],
}

const POSIX: Record<string, CodePoints> = {
  Lower: LOWER,
  Upper: UPPER,
  ASCII: [[0, 0x7f]],
  Alpha: [...LOWER, ...UPPER],
  Digit: DIGITS,
  Alnum: [...DIGITS, ...LOWER, ...UPPER],
  Punct: PUNCTUATION,
  Graph: [range('!', '~')],
  Print: [range(' ', '~')],
  Blank: [range('\t'), range(' ')],
  Cntrl: [
    [0, 0x1f],
    [0x7f, 0x7f],
  ],
  XDigit: [...DIGITS, range('a', 'f'), range('A', 'F')],
  Space: SPACE,
}

const sum = (parts: readonly Part[]) => parts.reduce((size, part) => size + part.size, 0)
const mostTimes = (parts: readonly Part[]) => parts.reduce((times, part) => Math.max(times, part.times), 1)
const set = (points: CodePointSet): Part => ({ text: points.toRe2(), size: 1, times: 1, atEnd: false })

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0
}
