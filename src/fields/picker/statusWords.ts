import { count } from '#ui/words.ts'

/** What a picker offers: `project`, `projects`. */
export type Noun = { one: string; many: string }

/** At most this many options are shown: more are not read, only scrolled past. */
export const SHOWN = 20

type Found = {
  noun: Noun
  term: string
  /** How many match, as far as they are known. */
  matching: number
  /** The server has more. */
  hasMore: boolean
  isSearching: boolean
}

/** What the list says about itself, aloud and below its options. */
export function statusWords({ noun, term, matching, hasMore, isSearching }: Found): string {
  if (isSearching) return 'Searching…'
  if (hasMore) return `First ${Math.min(matching, SHOWN)}, type more`
  if (matching > SHOWN) return `${SHOWN} of ${matching}, type more`
  if (matching > 0) return count(matching, noun.one, noun.many)
  return term === '' ? `No ${noun.many} to choose from` : `No ${noun.one} matches`
}
