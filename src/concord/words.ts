import type { Usage } from './usage.ts'

/** `1 repository`, `3 repositories`. */
export const count = (number: number, one: string, many = `${one}s`) =>
  `${number.toLocaleString('en')} ${number === 1 ? one : many}`

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}

/** `3 grants to teams stay`; without a number while it is not known, and nothing when there is none. */
export function grantsDo(access: unknown[] | undefined, { one, many }: { one: string; many: string }): string {
  if (!access) return `grants to teams ${many}`
  if (access.length === 0) return ''
  return access.length === 1 ? `1 grant to a team ${one}` : `${count(access.length, 'grant')} to teams ${many}`
}

const USE = { one: 'uses it now', many: 'use it now', unknown: 'repositories may use it' }

/** For the rows: a number as soon as it is known, and what they do or what happens to them. */
export function repositoriesUseIt(usage: Usage | undefined, fate = USE): string {
  if (!usage?.complete) return fate.unknown
  const { uses, unreadable } = usage
  const hidden = unreadable.length
    ? `, and ${count(unreadable.length, 'project')} ${unreadable.length === 1 ? "isn't" : "aren't"} visible to you`
    : ''
  if (uses.length === 0) return `no repository that you can see uses it${hidden}`
  return `${count(uses.length, 'repository', 'repositories')} ${uses.length === 1 ? fate.one : fate.many}${hidden}`
}
