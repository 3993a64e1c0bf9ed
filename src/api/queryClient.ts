import { QueryClient, type QueryFunction, type QueryKey } from '@tanstack/react-query'
import { onUserChange } from './sessionOver.ts'
import { unreachable } from './unreachable.ts'
// Loaded with the first page, so that it notices every sign-out.
import './tabMemory.ts'

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: QueryMeta
  }
}

/** Options of the request, for queries that `readFresh` reads: their `queryFn` hands them on to `http`. */
type QueryMeta = { partOfChange?: true }

/**
 * The cache. A loader reads fresh data on each navigation and the page finds it still fresh. Nothing
 * is retried here: when the server is unreachable the banner tries, and has everything read again (see unreachable.ts).
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 5_000, gcTime: 5 * 60_000, retry: false, networkMode: 'always' },
    // What was sent must not stay in memory longer than the form that sent it.
    mutations: { gcTime: 0, retry: false, networkMode: 'always' },
  },
})

// The next user must not find what another one has read.
onUserChange(() => queryClient.clear())

// What failed or became stale meanwhile is read again.
let wasUnreachable = false
unreachable.subscribe(() => {
  // Requests under way go on: one of them brought the answer that shows that the server is back.
  if (wasUnreachable && !unreachable.get()) void queryClient.invalidateQueries(undefined, { cancelRefetch: false })
  wasUnreachable = unreachable.get() !== undefined
})

/**
 * Reads the current state past the cache, as a part of a change (see `partOfChange` in http.ts). The page and
 * the open dialog show it too.
 */
export async function readFresh<T, Key extends QueryKey>(query: {
  queryKey: Key
  queryFn?: QueryFunction<T, Key> | symbol
}): Promise<T> {
  const { queryKey, queryFn } = query
  if (typeof queryFn !== 'function') throw new Error(`No function reads ${queryKey[0]}`)
  // An earlier read that ends later must not replace this one.
  await queryClient.cancelQueries({ queryKey, exact: true })
  const { signal } = new AbortController()
  const data = await queryFn({ queryKey, signal, client: queryClient, meta: { partOfChange: true } })
  queryClient.setQueryData<unknown>(queryKey, data)
  return data
}
