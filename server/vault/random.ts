import { randomInt } from 'node:crypto'

/** One character of a set, each equally likely. */
export function pick(characters: string): string {
  return characters.charAt(randomInt(characters.length))
}

/** A copy in random order, each order equally likely (Fisher-Yates). */
export function shuffle<T>(items: readonly T[]): T[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i--) {
    // A random item of those not yet placed goes to the place i.
    result.splice(i, 0, ...result.splice(randomInt(i + 1), 1))
  }
  return result
}
