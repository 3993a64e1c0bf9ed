/** Returns a function that runs at most `atOnce` calls at a time; the others wait. */
export function limit(atOnce: number) {
  let free = atOnce
  const waiting: (() => void)[] = []
  return async <T>(act: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await act()
    } finally {
      // The next call takes the place at once.
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}
