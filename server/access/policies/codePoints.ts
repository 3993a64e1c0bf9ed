/** Ranges of code points, each from the first to the last. */
export type CodePoints = readonly (readonly [first: number, last: number])[]

const LAST = 0x10ffff

/** A set of characters, as in a character class. */
export class CodePointSet {
  static readonly ALL = new CodePointSet([[0, LAST]])
  /** Sorted, with gaps in between. */
  readonly #ranges: CodePoints

  private constructor(ranges: CodePoints) {
    this.#ranges = ranges
  }

  static of(points: CodePoints): CodePointSet {
    const merged: [number, number][] = []
    for (const [first, last] of [...points].sort(([a], [b]) => a - b)) {
      const before = merged.at(-1)
      if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last)
      else merged.push([first, last])
    }
    return new CodePointSet(merged)
  }

  union = (other: CodePointSet) => CodePointSet.of([...this.#ranges, ...other.#ranges])

  complement(): CodePointSet {
    let next = 0
    const gaps: [number, number][] = []
    for (const [first, last] of this.#ranges) {
      if (first > next) gaps.push([next, first - 1])
      next = last + 1
    }
    if (next <= LAST) gaps.push([next, LAST])
    return new CodePointSet(gaps)
  }

  intersect = (other: CodePointSet) => this.complement().union(other.complement()).complement()

  /** Adds the other case of each ASCII letter. */
  foldAscii(): CodePointSet {
    const folded = ['aA', 'Aa'].flatMap(([from = '', to = '']) => {
      const [start, shift] = [from.charCodeAt(0), to.charCodeAt(0) - from.charCodeAt(0)]
      const letters = this.intersect(new CodePointSet([[start, start + 25]]))
      return letters.#ranges.map(([first, last]) => [first + shift, last + shift] as const)
    })
    return CodePointSet.of([...this.#ranges, ...folded])
  }

  /** In RE2 syntax. */
  toRe2(): string {
    const ranges = this.#ranges.map(([first, last]) => (first === last ? re2(first) : `${re2(first)}-${re2(last)}`))
    if (ranges.length === 0) return `[^${re2(0)}-${re2(LAST)}]`
    return ranges.length === 1 && ranges[0]?.length === 1 ? ranges[0] : `[${ranges.join('')}]`
  }
}

/** Letters and digits unescaped, which RE2 parses faster. */
function re2(code: number): string {
  const character = String.fromCodePoint(code)
  return /^[0-9a-zA-Z]$/.test(character) ? character : `\\x{${code.toString(16)}}`
}
