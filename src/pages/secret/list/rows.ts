import type { Secret } from '#api/types.ts'
import { timeOf } from '#ui/relativeTime.ts'
import {
  FACET_NAMES,
  FACETS,
  type Facet,
  type FacetValues,
  type ListState,
  type Sort,
  type SortKey,
} from './listState.ts'

/** How old the value is: it is new when it was last changed, or created. */
export const valueSince = ({ lastUpdatedAt, createdAt }: Secret) => lastUpdatedAt ?? createdAt

/** A secret with what filtering and sorting thousands of them would otherwise compute at each key. */
export type Row = { secret: Secret; lowerName: string; since: number }

const collator = new Intl.Collator('en', { numeric: true })

/** By name, as people sort: `key-2` before `key-10`, whatever the database's collation (concord-api §1). */
export function rowsOf(secrets: Secret[]): Row[] {
  const rows = secrets.map((secret) => ({
    secret,
    lowerName: secret.name.toLowerCase(),
    since: timeOf(valueSince(secret)).getTime() || 0,
  }))
  return rows.sort((a, b) => collator.compare(a.secret.name, b.secret.name))
}

export type Counts = { [F in Facet]: Partial<Record<FacetValues[F], number>> }

export type Listing = {
  /** Those of the asked page. */
  shown: Secret[]
  /** How many match on all pages. */
  matching: number
  /** The page that is shown: the last one where the address asks for more than there are. */
  page: number
  pages: number
  /** How many there would be with another value of one facet and everything else as it is. */
  counts: Counts
}

/** What the list shows of all rows, which must be by name already. */
export function listing(rows: Row[], state: ListState): Listing {
  const term = state.filter.trim().toLowerCase()
  const counts: Counts = { type: {}, visibility: {}, scope: {}, protection: {} }
  const matching: Row[] = []
  const chosen = FACET_NAMES.filter((facet) => state.chosen[facet])
  for (const row of rows) {
    if (!row.lowerName.includes(term)) continue
    const misses = chosen.filter((facet) => FACETS[facet](row.secret) !== state.chosen[facet])
    if (misses.length === 0) {
      matching.push(row)
      for (const facet of FACET_NAMES) count(counts, facet, row.secret)
    }
    // It counts for a facet when nothing but that facet keeps it out.
    if (misses.length === 1 && misses[0]) count(counts, misses[0], row.secret)
  }
  const sorted = inOrder(matching, state.sort)
  const pages = Math.max(1, Math.ceil(sorted.length / state.size))
  const page = Math.min(state.page, pages)
  const from = (page - 1) * state.size
  return {
    shown: sorted.slice(from, from + state.size).map(({ secret }) => secret),
    matching: sorted.length,
    page,
    pages,
    counts,
  }
}

function count(counts: Counts, facet: Facet, secret: Secret) {
  const ofFacet: Partial<Record<string, number>> = counts[facet]
  const value = FACETS[facet](secret)
  ofFacet[value] = (ofFacet[value] ?? 0) + 1
}

const TYPE_ORDER = { KEY_PAIR: 0, USERNAME_PASSWORD: 1, DATA: 2 }

/** Sorting is stable, so that rows that are equal stay by name. */
const COMPARE: Record<Exclude<SortKey, 'name'>, (a: Row, b: Row) => number> = {
  type: (a, b) => TYPE_ORDER[a.secret.type] - TYPE_ORDER[b.secret.type],
  // The youngest value has the smallest age.
  age: (a, b) => b.since - a.since,
}

function inOrder(rows: Row[], { by, descending }: Sort): Row[] {
  if (by === 'name') return descending ? rows.toReversed() : rows
  const compare = COMPARE[by]
  return rows.toSorted(descending ? (a, b) => compare(b, a) : compare)
}
