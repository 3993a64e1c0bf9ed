/** `1 repository`, `3 repositories`. */
export const count = (number: number, one: string, many = `${one}s`) =>
  `${number.toLocaleString('en')} ${number === 1 ? one : many}`

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}

/** A sentence as a part of another one. */
export const asPart = (words: string) => words.charAt(0).toLowerCase() + words.slice(1).replace(/\.$/, '')
