import { trimmed } from './typed.ts'

/**
 * Exact and case-sensitive; blanks and invisible characters around it, as a paste brings them, do not count
 * (docs/decisions/confirmations.md).
 */
export const matchesPhrase = (typed: string, phrase: string) => trimmed(typed) === phrase
