import type { Secret } from '#api/types.ts'
import { asPart, count } from '#ui/words.ts'
import { linksOf } from './brokenLinks.ts'
import type { UsageLookup } from './usage.ts'
import { repositoryCount } from './words.ts'

/** What an act does, for a row: `2 repositories` (which stands out) `stop working`. */
export type Effect = { what: string; does: string }

/** What happens to one, and to several: `stops working`, `stop working`. */
export type Fate = { one: string; many: string }

export const STOP: Fate = { one: 'stops working', many: 'stop working' }
export const KEEP: Fate = { one: 'keeps access', many: 'keep access' }
export const LOSE: Fate = { one: 'loses access', many: 'lose access' }

/** The repositories that can fetch with the secret; without a number while it is not known, nothing for none. */
export function repositoriesDo(secret: Secret, { data: usage, unchecked }: UsageLookup, { one, many }: Fate): Effect[] {
  if (!usage)
    return [{ what: 'Repositories', does: `that use it ${many}${unchecked === undefined ? '' : ' (not checked yet)'}` }]
  const { workingTotal, hidden = 0 } = linksOf(secret, usage)
  const total = workingTotal + hidden
  return total ? [{ what: repositoryCount({ total, more: usage.more }), does: total === 1 ? one : many }] : []
}

/** The teams with a grant. */
export function teamsDo(access: unknown[] | undefined, { one, many }: Fate): Effect[] {
  if (!access) return [{ what: 'Teams with a grant', does: many }]
  return access.length ? [{ what: count(access.length, 'team'), does: access.length === 1 ? one : many }] : []
}

/** What the numbers of repositories leave out or cannot mean, once for all rows. */
export function usageNotes(secret: Secret, { data: usage }: UsageLookup): Effect[] {
  if (!usage) return []
  const { brokenTotal, whyBroken = '', hidden } = linksOf(secret, usage)
  const { length } = usage.hiddenProjects
  const notes: Effect[] = []
  if (hidden) notes.push({ what: `${hidden} of these repositories`, does: isNotVisible(hidden) })
  if (hidden === undefined && length > 0)
    notes.push({ what: count(length, 'project'), does: `${isNotVisible(length)}: more repositories may use it` })
  if (brokenTotal > 0) notes.push({ what: `${count(brokenTotal, 'broken link')}:`, does: asPart(whyBroken) })
  return notes
}

export const isNotVisible = (number: number) => (number === 1 ? "isn't visible to you" : "aren't visible to you")
