import type { FetchQueryOptions, QueryKey } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useStore } from '../store.ts'
import { isApiError } from './ApiError.ts'
import { queryClient } from './queryClient.ts'
import { serverAway } from './serverAway.ts'
import type { Change } from './useChange.ts'

/*
 * What changes to one thing have in common: they rest on a reading from just before, and when their answer is lost,
 * another reading tells what became of them.
 */

/**
 * Reads afresh through the cache, so that the page and the dialog show what was found. A reading that already waits for
 * a server that is away would make this one wait too (see withoutWaiting in serverAway.ts), so it is given up.
 */
export async function readNow<T, Key extends QueryKey>(query: FetchQueryOptions<T, Error, T, Key>): Promise<T> {
  await queryClient.cancelQueries({ queryKey: query.queryKey, exact: true })
  return queryClient.fetchQuery({ ...query, staleTime: 0 })
}

/** Reads what a change rests on. When the server does not answer, nothing was sent, and so no answer can be lost. */
export async function readBefore<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    // Not an ApiError: the answer of a write would count as lost.
    if (isApiError(error, 'unreachable')) throw new Error('The server does not answer. Nothing was sent.')
    throw error
  }
}

/**
 * Once the server is back every page is read again (see ServerAwayBanner), and what was changed may then be gone from
 * the page, and the words about it with it. So it is found out at once what became of the change.
 */
export function useReadingWhenBack({ readAgain }: Pick<Change<unknown, unknown>, 'readAgain'>) {
  const isAway = useStore(serverAway) !== undefined
  const isLost = readAgain !== undefined
  const latest = useRef(readAgain)
  latest.current = readAgain
  useEffect(() => {
    if (isLost && !isAway) void latest.current?.()
  }, [isLost, isAway])
}
