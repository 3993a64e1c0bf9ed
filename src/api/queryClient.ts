import {
  type FetchQueryOptions,
  type InvalidateOptions,
  type InvalidateQueryFilters,
  type Query,
  QueryClient,
  type QueryFilters,
  type QueryFunction,
  type QueryKey,
} from '@tanstack/react-query'
import { isRefusal } from './ApiError.ts'
import { OLD_ON_RETURN } from './freshness.ts'
import { onUserChange } from './sessionOver.ts'
import { unreachable } from './unreachable.ts'
// Loaded with the first page, so that it notices every sign-out.
import './tabMemory.ts'

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: QueryMeta
  }
}

type QueryMeta = {
  /** Option of the request, for queries that `readFresh` reads: their `queryFn` hands it on to `http`. */
  partOfChange?: true
  /** See freshness.ts. */
  isReadOnce?: true
  /** So many requests that a change that does not touch it keeps it. */
  isExpensive?: true
}

const isReadOnce = ({ meta }: Pick<Query, 'meta'>) => meta?.isReadOnce === true

/** How often a query had failed when it was invalidated last. TanStack marks each failure as invalidated. */
const doubted = new WeakMap<Query, number>()

/** A read that the server has refused, and nothing has happened since that could change that. */
const isRefused = (query: Query) =>
  query.state.status === 'error' && isRefusal(query.state.error) && doubted.get(query) !== query.state.errorUpdateCount

/** A refusal counts as long as data would: it is not asked for again by the page that its loader has read for. */
class Client extends QueryClient {
  override fetchQuery<Data, Failure = Error, Result = Data, Key extends QueryKey = QueryKey, Param = never>(
    options: FetchQueryOptions<Data, Failure, Result, Key, Param>,
  ): Promise<Result> {
    const query = this.getQueryCache().find({ queryKey: options.queryKey, exact: true })
    const { staleTime } = this.defaultQueryOptions(options)
    const isOld = (age: number) => typeof staleTime === 'number' && age >= staleTime
    if (query && isRefused(query) && query.state.fetchStatus === 'idle' && !isOld(ageOf(query)))
      return Promise.reject(query.state.error)
    return super.fetchQuery(options)
  }

  override invalidateQueries<Key extends QueryKey = QueryKey>(
    filters?: InvalidateQueryFilters<Key>,
    options?: InvalidateOptions,
  ): Promise<void> {
    for (const query of this.getQueryCache().findAll(filters as QueryFilters))
      doubted.set(query, query.state.errorUpdateCount)
    return super.invalidateQueries(filters, options)
  }
}

const ageOf = ({ state }: Query) => Date.now() - Math.max(state.dataUpdatedAt, state.errorUpdatedAt)

/**
 * The cache. A loader reads fresh data on each navigation and the page finds it still fresh. Nothing
 * is retried here: when the server is unreachable the banner tries, and has everything read again (see unreachable.ts).
 */
export const queryClient = new Client({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      gcTime: 5 * 60_000,
      retry: false,
      retryOnMount: (query) => !isRefused(query as Query),
      networkMode: 'always',
    },
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

/** Has what was read once read again, now or when a page needs it: the caller's rights may have changed. */
export const distrustReadOnce = (olderThan = 0) =>
  queryClient.invalidateQueries({ predicate: (query) => isReadOnce(query) && ageOf(query) >= olderThan })

// People learn elsewhere that they were added to a team: in a chat, on another page.
function comeBack() {
  if (document.visibilityState === 'visible') void distrustReadOnce(OLD_ON_RETURN)
}
globalThis.window?.addEventListener('focus', comeBack)
globalThis.document?.addEventListener('visibilitychange', comeBack)

/** After a change of a secret: all but what no such change can touch has to be read again. */
export const distrustSecrets = (refetchType: 'none' | 'active' = 'none') =>
  queryClient.invalidateQueries({ refetchType, predicate: (query) => !isReadOnce(query) && !query.meta?.isExpensive })

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
