/** Exact and case-sensitive; blanks around it, as a paste brings them, do not count (ux.md §7). */
export const matchesPhrase = (typed: string, phrase: string) => typed.trim() === phrase
