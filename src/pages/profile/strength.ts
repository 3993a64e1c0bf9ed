/** From 1, soon guessed, to 4. Only a hint: the server decides what may be a password. */
export type Strength = 1 | 2 | 3 | 4

export const STRENGTH_WORDS: Record<Strength, string> = { 1: 'Weak', 2: 'Fair', 3: 'Good', 4: 'Strong' }

/** Bits per unpredictable character: people write words, whose letters are partly predictable. */
const BITS_OF_LETTER = 2.5
const BITS_OF_MIXED = 4

/** How hard a password is to guess, by its length without repetitions and sequences. */
export function strengthOf(password: string): Strength {
  const bits = surprises(password) * (isMixed(password) ? BITS_OF_MIXED : BITS_OF_LETTER)
  return bits < 40 ? 1 : bits < 56 ? 2 : bits < 72 ? 3 : 4
}

/**
 * Characters that do not repeat the previous one or the beginning, nor continue a sequence such as `abcd` or `4321`.
 */
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

/** Whether digits or signs stand between letters, not only after a word. */
const isMixed = (text: string) => /\p{L}[^\p{L}\s]+\p{L}/u.test(text)
