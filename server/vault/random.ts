import { randomInt } from 'node:crypto'

/** Picks one character of a set, each equally likely. */
export function pick(characters: string): string {
  return characters.charAt(randomInt(characters.length))
}

/** Returns a copy in random order, each order equally likely (Fisher-Yates). */
export function shuffle<T>(items: readonly T[]): T[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i--) {
    // Put a random item of those not yet placed at index i.
    result.splice(i, 0, ...result.splice(randomInt(i + 1), 1))
  }
  return result
}
