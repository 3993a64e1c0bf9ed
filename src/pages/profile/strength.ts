/** From 1, soon guessed, to 4. The server decides what may be a password; this only says how far one is from a bad one. */
export type Strength = 1 | 2 | 3 | 4

export const STRENGTH_WORDS: Record<Strength, string> = { 1: 'Weak', 2: 'Fair', 3: 'Good', 4: 'Strong' }

/** Bits per unpredictable character: people write words, whose letters are partly predictable. */
const BITS_OF_LETTER = 2.5
const BITS_OF_MIXED = 4

/** How hard a password is to guess, by how long it is without what repeats or counts on. */
export function strengthOf(password: string): Strength {
  const bits = surprises(password) * (isMixed(password) ? BITS_OF_MIXED : BITS_OF_LETTER)
  return bits < 40 ? 1 : bits < 56 ? 2 : bits < 72 ? 3 : 4
}

/** Characters that neither repeat the one before, nor the beginning, nor go on from it as in `abcd` and `4321`. */
function surprises(text: string): number {
  const codes = [...text.toLowerCase()].map((character) => character.codePointAt(0) ?? 0)
  const unit = repeated(codes)
  return unit.filter((code, i) => i === 0 || Math.abs(code - (unit[i - 1] ?? 0)) > 1).length
}

/** What is repeated: `abc` of `abcabcab`. */
function repeated(codes: number[]): number[] {
  for (let length = 1; length <= codes.length / 2; length++) {
    if (codes.every((code, i) => code === codes[i % length])) return codes.slice(0, length)
  }
  return codes
}

/** Letters and digits or signs among each other, not only behind a word. */
const isMixed = (text: string) => /\p{L}[^\p{L}\s]+\p{L}/u.test(text)
