/**
 * Returns the rows that contain the term, by the rule of the server's filters (concord-api §1): the exact name first,
 * then what begins with the term, then the others. Within each, the server's order stays.
 */
export function rank<Row>(term: string, rows: Row[], wordsOf: (row: Row) => (string | undefined)[]): Row[] {
  const tiers: Row[][] = TIERS.map(() => [])
  for (const row of rows) {
    const words = wordsOf(row).filter((word) => word !== undefined)
    const tier = TIERS.findIndex((isIn) => words.some((word, place) => isIn(word, term, place)))
    tiers[tier]?.push(row)
  }
  return tiers.flat()
}

/** Whether a word puts its row into the tier; the word in place 0 is the name. Names are case-sensitive. */
const TIERS: ((word: string, term: string, place: number) => boolean)[] = [
  (word, term, place) => place === 0 && word === term,
  (word, term) => isSame(word, term),
  // Each word of a display name counts: `Novak` finds Jan Novak. Names have no blanks.
  (word, term) => beginsWith(word, term) || word.split(' ').some((part) => beginsWith(part, term)),
  (word, term) => word.toLowerCase().includes(term.toLowerCase()),
]

const isSame = (word: string, term: string) => word.toLowerCase() === term.toLowerCase()
const beginsWith = (word: string, term: string) => word.toLowerCase().startsWith(term.toLowerCase())
