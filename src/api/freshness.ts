/*
 * What may be how old: docs/decisions/freshness.md.
 */

/** How long what was read once counts, in milliseconds. */
export const READ_ONCE = 5 * 60_000

/** Options of queries about the caller and what is around a secret: read once per visit and shared by all pages. */
export const readOnce = {
  staleTime: READ_ONCE,
  // queryClient.ts does it, also for those that no page shows at the moment.
  refetchOnWindowFocus: false,
  meta: { isReadOnce: true },
} as const

/** When the user comes back to the window, what was read once is read again if it is older than this. */
export const OLD_ON_RETURN = 30_000
