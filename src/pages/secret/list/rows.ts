import type { ListedSecret, Secret } from '#api/types.ts'
import { timeOf } from '#ui/relativeTime.ts'
import { searched } from '#ui/typed.ts'
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
export const valueSince = ({ lastUpdatedAt, createdAt }: ListedSecret) => lastUpdatedAt ?? createdAt

/** A secret with what filtering and sorting thousands of them would otherwise compute at each key. */
export type Row = { secret: Secret; lowerName: string; since: number }

const rowOf = (secret: Secret): Row => ({
  secret,
  lowerName: secret.name.toLowerCase(),
  since: timeOf(valueSince(secret)).getTime() || 0,
})

/** The rows of each slice are made once, when it arrives: the whole list at once would block a key press. */
const made = new WeakMap<Secret[], Row[]>()

function rowsOf(slice: Secret[]): Row[] {
  const rows = made.get(slice) ?? slice.map(rowOf)
  made.set(slice, rows)
  return rows
}

/**
 * The rows of slices that were read one after the other, in the server's order. A secret that was created meanwhile
 * moves the others down, so that the last one of a slice comes again as the first one of the next.
 */
export function joined(slices: Secret[][]): Row[] {
  const ids = new Set<string>()
  const rows: Row[] = []
  for (const row of slices.flatMap(rowsOf)) {
    if (ids.has(row.secret.id)) continue
    ids.add(row.secret.id)
    rows.push(row)
  }
  return rows
}

const collator = new Intl.Collator('en', { numeric: true })

/** As people sort names: `key-2` before `key-10`. */
export const inPeoplesOrder = (rows: Row[]) => rows.toSorted((a, b) => collator.compare(a.secret.name, b.secret.name))

export type Counts = { [F in Facet]: Partial<Record<FacetValues[F], number>> }

export type Listing = {
  /** Those of the asked page. */
  shown: ListedSecret[]
  /** How many match on all pages. */
  matching: number
  /** The page that is shown: the last one where the address asks for more than there are. */
  page: number
  pages: number
  /** How many there would be with another value of one facet and everything else as it is. */
  counts: Counts
}

/** What the list shows of all rows, which must be by name already. Each slice that arrives later only adds to the end. */
export function listing(rows: Row[], state: ListState): Listing {
  const term = searched(state.filter).toLowerCase()
  const counts: Counts = { type: {}, visibility: {}, scope: {}, protection: {} }
  const matching: Row[] = []
  const chosen = FACET_NAMES.filter((facet) => state.chosen[facet])
  for (const row of rows) {
    if (!row.lowerName.includes(term)) continue
    let misses = 0
    let missed: Facet | undefined
    for (const facet of chosen) {
      if (FACETS[facet](row.secret) === state.chosen[facet]) continue
      misses++
      missed = facet
    }
    if (misses === 0) {
      matching.push(row)
      for (const facet of FACET_NAMES) count(counts, facet, row.secret)
    }
    // It counts for a facet when nothing but that facet keeps it out.
    if (misses === 1 && missed) count(counts, missed, row.secret)
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
