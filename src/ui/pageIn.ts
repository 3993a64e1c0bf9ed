/** Concord rejects offsets of more than 32 bits (concord-api §1), and no list is that long. */
const LAST = 1_000_000

/** The page that an address asks for; 1 is the first. Invalid values are ignored. */
export const pageIn = (params: URLSearchParams) =>
  Math.min(LAST, Math.max(1, Math.trunc(Number(params.get('page'))) || 1))
