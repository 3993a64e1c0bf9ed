import { useInfiniteQuery, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { OrgRef } from '#api/orgs.ts'
import { queryClient } from '#api/queryClient.ts'
import { allSecretsQuery, SLICE, type Slice, secretListQuery } from '#api/secrets.ts'
import type { Secret } from '#api/types.ts'
import { useSettled } from '#ui/useSettled.ts'
import { isByNameOnly, type ListState, readState, SIZES, writeState } from './listState.ts'
import { inPeoplesOrder, joined, type Listing, listing, type Row } from './rows.ts'
import { isKnownAsOurs, readIsOurs, readSearch, useSearch } from './useSearch.ts'

/*
 * The first page is there at once; the rest is read slice by slice while the user stays. Names are in the server's
 * order all the time, so that what arrives later comes after what is shown, and a page is the same whether the server
 * cut it out or we did. Only a list that the first answer holds whole is sorted as people do.
 *
 * On our own server a long list is not read: see useSearch.ts.
 */

/** One more than the largest page has: Concord returns no totals. */
const FIRST = Math.max(...SIZES) + 1

const firstQuery = (org: OrgRef) => secretListQuery(org, { limit: FIRST })

function pageQuery(org: OrgRef, { filter, page, size }: ListState) {
  const offset = (page - 1) * size
  return secretListQuery(org, { filter: filter.trim() || undefined, offset: offset || undefined, limit: FIRST })
}

/** Reads what the list shows first; what the cache has of it is enough. */
export async function readFirst(org: OrgRef, state: ListState) {
  const [first, isOurs] = await Promise.all([
    queryClient.ensureQueryData(firstQuery(org)),
    !isAllRead(org) && readIsOurs(),
    // Every Concord can find it. Our own, once known, is asked in its own way.
    isByNameOnly(state) && !isAllRead(org) && !isKnownAsOurs() && queryClient.ensureQueryData(pageQuery(org, state)),
  ])
  if (first.length === FIRST && isOurs && (await readSearch(org, state))) return
  // The first fifty are no answer to "the oldest": it waits a moment for a list that is not too long.
  if (first.length === FIRST && !isByNameOnly(state))
    await Promise.race([queryClient.prefetchInfiniteQuery(allSecretsQuery(org)), pause(1_000)])
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Whether every page is found in memory. */
export function isAllRead(org: OrgRef): boolean {
  const first = queryClient.getQueryData(firstQuery(org).queryKey)
  return (
    (first !== undefined && first.length < FIRST) ||
    isComplete(queryClient.getQueryData(allSecretsQuery(org).queryKey)?.pages)
  )
}

const isComplete = (slices: Slice[] | undefined) => {
  const last = slices?.at(-1)
  return last !== undefined && last.next === undefined && !last.isTooLong
}

/** The secrets that are known of those with the filter in their names. With an empty one it is all. */
type Known = { rows: Row[]; isWhole: boolean; filter: string }

/** What the page shows. */
export type View = Omit<Listing, 'pages' | 'counts'> & {
  hasNext: boolean
  /** `matching` is how many there are, not how many were found so far. */
  isExact: boolean
}

export type SecretList = ReturnType<typeof useSecrets>

export function useSecrets(org: OrgRef, state: ListState) {
  const { data: first, dataUpdatedAt } = useSuspenseQuery(firstQuery(org))
  const isSmall = first.length < FIRST
  const search = useSearch(org, state, isSmall ? undefined : { secrets: first, readAt: dataUpdatedAt })
  const all = useAllSecrets(org, !isSmall && search.isRead)
  const { slices, isTooLong } = all
  const everything: Known = useMemo(
    () =>
      isSmall
        ? { rows: inPeoplesOrder(joined([first])), isWhole: true, filter: '' }
        : { rows: joined(slices?.map(({ secrets }) => secrets) ?? [first]), isWhole: isComplete(slices), filter: '' },
    [first, isSmall, slices],
  )

  const term = state.filter.trim()
  const isSettled = useSettled(term, 250) === term
  const withTerm = useQuery({
    ...secretListQuery(org, { filter: term, limit: SLICE }),
    enabled: isTooLong && term !== '' && isSettled,
  })
  const found = isTooLong && term !== '' ? withTerm.data : undefined
  const known: Known = useMemo(
    () => (found ? { rows: joined([found]), isWhole: found.length < SLICE, filter: term } : everything),
    [found, everything, term],
  )

  const sorted = useSorted(known, state)
  const listed = sorted.listing
  // Of a part that is in the server's order, a full page and one row more are what the server would send.
  const needsServer = !known.isWhole && isByNameOnly(state) && listed.matching <= state.page * state.size
  const page = useQuery({ ...pageQuery(org, state), enabled: needsServer && isSettled && search.isRead })

  const isLoading = !known.isWhole && (all.isLoading || !search.isRead)
  if (search.list) {
    const { view, counts, isSearching, total, error } = search.list
    return {
      ...{ view, counts: counts ?? listed.counts, isCounted: counts !== undefined, isSearching, error },
      ...{ loaded: total, isLoaded: true, isTooLong: false, restError: null, readRest: all.readOn },
      covered: { ...sorted, wasPart: false },
    }
  }
  return {
    view: needsServer ? fromServer(page.data, listed, state) : fromMemory(listed, state, known.isWhole, isLoading),
    counts: listed.counts,
    /** The counts are of all, not of what was read so far. */
    isCounted: known.isWhole,
    /** More may come for what was asked: none yet does not mean that there are none. */
    isSearching:
      !known.isWhole && (!isSettled || page.isFetching || withTerm.isFetching || (isLoading && !isByNameOnly(state))),
    /** Of the organization, whatever the filter. */
    loaded: everything.rows.length,
    isLoaded: everything.isWhole,
    isTooLong,
    /** What facets and order cover. */
    covered: sorted,
    error: (needsServer ? page.error : null) ?? withTerm.error,
    restError: all.error,
    readRest: all.readOn,
  }
}

/** The page as the server has it; until it has come, what is known of it. */
function fromServer(answer: Secret[] | undefined, listed: Listing, { page, size }: ListState): View {
  if (!answer)
    return { shown: page === 1 ? listed.shown : [], page, matching: listed.matching, hasNext: false, isExact: false }
  const hasNext = answer.length > size
  return {
    shown: answer.slice(0, size),
    page,
    matching: Math.max(listed.matching, (page - 1) * size + answer.length),
    hasNext,
    isExact: !hasNext && (page === 1 || answer.length > 0),
  }
}

function fromMemory(listed: Listing, { page }: ListState, isWhole: boolean, isLoading: boolean): View {
  const { shown, matching, pages } = listed
  // The page is in what is still to come.
  if (isLoading && page > listed.page) return { shown: [], page, matching, hasNext: false, isExact: false }
  return { shown, page: listed.page, matching, hasNext: listed.page < pages, isExact: isWhole }
}

/** Reads on for as long as the page is there. */
function useAllSecrets(org: OrgRef, enabled: boolean) {
  const { data, hasNextPage, isFetching, error, fetchNextPage, refetch } = useInfiniteQuery({
    ...allSecretsQuery(org),
    enabled,
  })
  const slices = enabled ? data?.pages : undefined
  const readsOn = enabled && hasNextPage && !isFetching && !error
  useEffect(() => {
    if (readsOn) void fetchNextPage()
  }, [readsOn, fetchNextPage])
  const isTooLong = slices?.[0]?.isTooLong ?? false
  return {
    slices,
    isTooLong,
    isLoading: enabled && !error && (slices === undefined || hasNextPage),
    error: enabled && !isFetching && !isComplete(slices) ? error : null,
    readOn: () => void (slices ? fetchNextPage() : refetch()),
  }
}

/**
 * Filtered, sorted and cut to a page. In an order that is not the server's, what arrives later would come between the
 * rows that are shown: these stay until the user asks for something else, or for all.
 */
function useSorted(known: Known, state: ListState) {
  const asked = writeState(state).toString()
  const question = writeState({ ...state, page: 1 }).toString()
  const [held, hold] = useState({ known, question, wasPart: !known.isWhole })
  const isHeld = state.sort.by !== 'name' || state.sort.descending
  const isOver = held.question !== question
  if (isOver) hold({ known, question, wasPart: !known.isWhole })
  else if (held.known !== known && !(isHeld && addsTo(held.known, known))) hold({ ...held, known })
  return {
    listing: useMemo(() => listing(held.known.rows, readState(new URLSearchParams(asked))), [held.known, asked]),
    /** How many secrets were looked through. */
    seen: held.known.rows.length,
    isAll: held.known.isWhole,
    /** It began with a part of them, and what is said about it stays, so that the rows below do not move. */
    wasPart: held.wasPart,
    /** There while others are kept out: how many there are by now, and how to sort them all. */
    more:
      isHeld && !held.known.isWhole ? { count: known.rows.length, sort: () => hold({ ...held, known }) } : undefined,
  }
}

const addsTo = (before: Known, now: Known) =>
  !before.isWhole && before.filter === now.filter && before.rows.length < now.rows.length
