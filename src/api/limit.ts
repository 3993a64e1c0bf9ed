/** Returns a function that runs at most so many acts at once; the others wait for their turn. */
export function limit(atOnce: number) {
  let free = atOnce
  const waiting: (() => void)[] = []
  return async <T>(act: () => Promise<T>): Promise<T> => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await act()
    } finally {
      // The place goes straight to the next one.
      const next = waiting.shift()
      if (next) next()
      else free += 1
    }
  }
}
