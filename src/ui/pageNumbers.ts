/**
 * The pages to offer: the first, those around the current one, and the last; `gap` for two or more that are left out. So
 * that the row of numbers has nearly the same width everywhere, the first and the last pages show as many.
 */
export function pageNumbers(page: number, last: number): (number | 'gap')[] {
  const from = Math.max(1, Math.min(page - 1, last - 4))
  const to = Math.min(last, Math.max(page + 1, 5))
  const middle = Array.from({ length: to - from + 1 }, (_, index) => from + index)
  return [...before(from), ...middle, ...after(to, last)]
}

const before = (from: number) => (from > 3 ? [1, 'gap' as const] : [1, 2].filter((page) => page < from))

const after = (to: number, last: number) =>
  last - to > 2 ? ['gap' as const, last] : [last - 1, last].filter((page) => page > to)
