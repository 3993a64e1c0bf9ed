/**
 * Exact and case-sensitive; blanks around it, as a paste brings them, do not count (docs/decisions/confirmations.md).
 */
export const matchesPhrase = (typed: string, phrase: string) => typed.trim() === phrase
