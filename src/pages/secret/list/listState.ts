import type { Secret, SecretEncryptedBy, SecretScope, SecretType, Visibility } from '#api/types.ts'
import { pageIn } from '#ui/pageIn.ts'
import { searched } from '#ui/typed.ts'

/** By which a list is narrowed, each with the value that one secret has. */
export const FACETS = {
  type: ({ type }: Secret): SecretType => type,
  visibility: ({ visibility }: Secret): Visibility => visibility,
  /** No linked project means: every project may use it. */
  scope: ({ projects }: Secret): SecretScope => (projects.length ? 'some' : 'all'),
  protection: ({ encryptedBy }: Secret): SecretEncryptedBy => encryptedBy,
}

export type Facet = keyof typeof FACETS
export const FACET_NAMES = Object.keys(FACETS) as Facet[]

export type FacetValues = { [F in Facet]: ReturnType<(typeof FACETS)[F]> }

/** The values of each facet, in the order in which they are offered. */
export const FACET_VALUES: { [F in Facet]: FacetValues[F][] } = {
  type: ['KEY_PAIR', 'USERNAME_PASSWORD', 'DATA'],
  visibility: ['PRIVATE', 'PUBLIC'],
  scope: ['all', 'some'],
  protection: ['SERVER_KEY', 'PASSWORD'],
}

export type SortKey = 'name' | 'type' | 'age'
export type Sort = { by: SortKey; descending: boolean }

export const SIZES = [20, 50]
const DEFAULT_SIZE = 50

/** What the list shows, as the address has it. */
export type ListState = {
  filter: string
  chosen: Partial<FacetValues>
  sort: Sort
  /** 1 is the first. */
  page: number
  size: number
}

/** What the address asks for; invalid values are ignored. */
export function readState(params: URLSearchParams): ListState {
  const sort = params.get('sort') ?? 'name'
  const by = sort.replace(/^-/, '')
  const size = Number(params.get('size'))
  return {
    filter: params.get('filter') ?? '',
    chosen: Object.fromEntries(FACET_NAMES.flatMap((facet) => askedFor(facet, params))),
    sort: isSortKey(by) ? { by, descending: sort.startsWith('-') } : { by: 'name', descending: false },
    page: pageIn(params),
    size: SIZES.includes(size) ? size : DEFAULT_SIZE,
  }
}

function askedFor(facet: Facet, params: URLSearchParams): [Facet, string][] {
  const value = FACET_VALUES[facet].find((known) => known === params.get(facet))
  return value ? [[facet, value]] : []
}

const isSortKey = (key: string): key is SortKey => key === 'name' || key === 'type' || key === 'age'

/** The shortest address of a state: what is as usual is left out. */
export function writeState({ filter, chosen, sort, page, size }: ListState): URLSearchParams {
  const params = new URLSearchParams()
  if (filter) params.set('filter', filter)
  for (const facet of FACET_NAMES) {
    const value = chosen[facet]
    if (value) params.set(facet, value)
  }
  if (sort.by !== 'name' || sort.descending) params.set('sort', (sort.descending ? '-' : '') + sort.by)
  if (page > 1) params.set('page', String(page))
  if (size !== DEFAULT_SIZE) params.set('size', String(size))
  return params
}

/** Another choice starts at the first page again. */
export const changed = (state: ListState, change: Partial<ListState>): ListState => ({ ...state, page: 1, ...change })

/** One facet set, or left open with `undefined`. */
export function choose<F extends Facet>(state: ListState, facet: F, value: FacetValues[F] | undefined): ListState {
  const { [facet]: _, ...others } = state.chosen
  return changed(state, { chosen: (value ? { ...others, [facet]: value } : others) as Partial<FacetValues> })
}

/** What the server can do itself: filter by name, and page in its order. */
export const isByNameOnly = ({ chosen, sort }: ListState) =>
  Object.keys(chosen).length === 0 && sort.by === 'name' && !sort.descending

export const isNarrowed = ({ filter, chosen }: ListState) => searched(filter) !== '' || Object.keys(chosen).length > 0

/** What a click on a column's heading does: sort by it, and the other way round the next time. */
export const sortBy = (state: ListState, by: SortKey): ListState =>
  changed(state, { sort: { by, descending: state.sort.by === by && !state.sort.descending } })
