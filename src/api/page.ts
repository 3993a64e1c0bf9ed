/** A part of a list. */
export type Page<T> = { items: T[]; hasNext: boolean }

/** As many as a search reads: enough to put the best first, and for nearly every search all there are. */
export const SEARCH_SIZE = 200

/** Concord returns no total, so one more row is requested. */
export async function firstPage<T>(read: (limit: number) => Promise<T[]>, size = SEARCH_SIZE): Promise<Page<T>> {
  const rows = await read(size + 1)
  return { items: rows.slice(0, size), hasNext: rows.length > size }
}
