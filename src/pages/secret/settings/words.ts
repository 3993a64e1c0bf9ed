import type { Usage } from '../usage.ts'

/** `1 repository`, `3 repositories`. */
export const count = (number: number, one: string, many = `${one}s`) =>
  `${number.toLocaleString('en')} ${number === 1 ? one : many}`

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}

/** For the rows: a number as soon as it is known. */
export function repositoriesUseIt(usage: Usage | undefined): string {
  if (!usage?.complete) return 'repositories may use it'
  const { uses, unreadable } = usage
  const hidden = unreadable.length ? `, and ${count(unreadable.length, 'project')} cannot be looked into` : ''
  if (uses.length === 0) return `no repository that you can see uses it${hidden}`
  return `${count(uses.length, 'repository', 'repositories')} ${uses.length === 1 ? 'uses' : 'use'} it now${hidden}`
}
