import { type QueryKey, type UseQueryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { explained } from '#api/explain.ts'
import type { Page } from '#api/page.ts'
import { isName } from '#api/secrets.ts'
import { searched } from '#ui/typed.ts'
import { useSettled } from '#ui/useSettled.ts'
import { rank } from './rank.ts'

/** What a picker shows for what is typed. */
export type Search<Row> = {
  /** What is typed, without blanks around it. */
  term: string
  onTerm: (term: string) => void
  /** Called when the focus comes: nothing is read before. */
  onStart: () => void
  /** Those that match, the best first. */
  matches: Row[]
  /** The server has more matches than these. */
  hasMore: boolean
  /** The answer to what is typed is still to come; `matches` are of an earlier answer. */
  isSearching: boolean
  /** The first match is the best there is, also if an answer is still to come. */
  isSure: boolean
  /** Has exactly the name that is typed, and is not offered. */
  leftOut: Row | undefined
  error: string | undefined
}

type Named = { id: string; name: string }
type Words<Row> = (row: Row) => (string | undefined)[]

const nameOf = ({ name }: Named) => [name]

type Source<Row, PageKey extends QueryKey, Data, DataKey extends QueryKey> = {
  /** All rows, where they are loaded already. */
  whole: Row[] | undefined
  /** Reads the first rows of a filter. */
  page: (filter: string) => UseQueryOptions<Page<Row>, Error, Page<Row>, PageKey>
  /** Reads those of a name; a refusal counts as no match. */
  named: (name: string) => UseQueryOptions<Data, Error, Row[], DataKey>
  /** What is searched, the name first. */
  words?: Words<Row>
  /** Whether a row is not offered. */
  isLeftOut?: (row: Row) => boolean
}

/** How old an answer may be to serve as the answer to a longer term, in milliseconds. */
const ANSWER_AGE = 60_000

/**
 * Searches with as few requests as possible: one for a term that has settled, none when everything that could match is
 * loaded. When the server has more than it has sent and none has exactly this name, one more request asks by name.
 */
export function useSearch<Row extends Named, PageKey extends QueryKey, Data, DataKey extends QueryKey>({
  whole,
  page,
  named,
  words = nameOf,
  isLeftOut,
}: Source<Row, PageKey, Data, DataKey>): Search<Row> {
  const { isStarted, ...typed } = useTerm()
  const { term } = typed
  const known = useComplete(page, term)
  const rows = whole ?? known
  const settled = useSettled(term)
  const found = useQuery({ ...page(settled), enabled: isStarted && !rows })
  const isAnswered = rows !== undefined || (settled === term && found.isFetched && !found.isPlaceholderData)
  const hasMore = !rows && found.data?.hasNext === true
  const listed = rows ?? found.data?.items ?? []
  const mayHide = isAnswered && hasMore && isName(term) && !listed.some(({ name }) => name === term)
  const exact = useQuery({ ...named(term), enabled: mayHide })
  const more = mayHide ? (exact.data ?? []) : []

  return {
    ...typed,
    ...offer(term, rank(term, [...more, ...listed], words), !isAnswered || (mayHide && exact.isFetching), isLeftOut),
    hasMore,
    error: found.error ? explained(found.error) : undefined,
  }
}

/** What is offered of the ranked rows. */
function offer<Row extends Named>(
  term: string,
  ranked: Row[],
  isSearching: boolean,
  isLeftOut: (row: Row) => boolean = () => false,
) {
  const [first] = ranked
  const hasExact = first?.name === term
  return {
    matches: ranked.filter((row) => !isLeftOut(row)),
    leftOut: hasExact && isLeftOut(first) ? first : undefined,
    isSearching,
    isSure: hasExact || !isSearching,
  }
}

/** The same for a list that is read as a whole. */
export function useWholeSearch<Row extends Named, Key extends QueryKey>(
  list: UseQueryOptions<Row[], Error, Row[], Key>,
  isLeftOut?: (row: Row) => boolean,
): Search<Row> {
  const { isStarted, ...typed } = useTerm()
  const { data, isFetching, error } = useQuery({ ...list, enabled: isStarted })
  return {
    ...typed,
    ...offer(typed.term, rank(typed.term, data ?? [], nameOf), !data && isFetching, isLeftOut),
    hasMore: false,
    error: error ? explained(error) : undefined,
  }
}

function useTerm() {
  const [term, setTerm] = useState('')
  const [isStarted, setIsStarted] = useState(false)
  return { term, onTerm: (typed: string) => setTerm(searched(typed)), isStarted, onStart: () => setIsStarted(true) }
}

/** The whole answer to a beginning of the term, if one is loaded: it has all that match the term. */
function useComplete<Row, Key extends QueryKey>(
  page: (filter: string) => UseQueryOptions<Page<Row>, Error, Page<Row>, Key>,
  term: string,
): Row[] | undefined {
  const cache = useQueryClient().getQueryCache()
  for (let length = 0; length <= term.length; length++) {
    const { queryKey } = page(term.slice(0, length))
    const query = cache.find<Page<Row>>({ queryKey, exact: true })
    const answer = query?.isStaleByTime(ANSWER_AGE) ? undefined : query?.state.data
    if (answer && !answer.hasNext) return answer.items
  }
  return undefined
}

/** What an earlier page has read, if it is not too old to choose from. */
export function useLoaded<Data, Key extends QueryKey>(
  options: UseQueryOptions<Data, Error, Data, Key>,
  age: number,
): Data | undefined {
  const { data } = useQuery({ ...options, enabled: false })
  const query = useQueryClient().getQueryCache().find({ queryKey: options.queryKey, exact: true })
  return query && !query.isStaleByTime(age) ? data : undefined
}
